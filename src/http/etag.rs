//! Versions on the wire: `ETag: "v3"`, and the `If-Match` that must name it.

use actix_web::HttpRequest;
use actix_web::http::header::{self, EntityTag, Header as _, IfMatch, IfNoneMatch};

use super::language::Said;
use super::problem::{Fault, Kind, Place, Problem};

/// Returns the header for a version: `ETag: "v3"`.
pub fn etag(version: i64) -> header::ETag {
    header::ETag(tag(version))
}

fn tag(version: i64) -> EntityTag {
    EntityTag::new_strong(format!("v{version}"))
}

/// Which versions the caller is ready to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Any, by `If-Match: *`.
    Any,
    /// One of these tags. Weak ones never match (RFC 9110, 13.1.1).
    OneOf(Vec<EntityTag>),
}

impl Expected {
    /// Reads `If-Match`.
    ///
    /// # Errors
    /// 428 when it is missing, 400 when it cannot be read.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        if !request.headers().contains_key(header::IF_MATCH) {
            let said = Said::new(
                "If-Match is missing: read it first and send its ETag",
                "If-Match est absent : lisez d'abord, puis envoyez l'ETag reçu",
            );
            let place = Place::Header("If-Match".into());
            return Err(Problem::at(
                Kind::PreconditionRequired,
                Fault::new(place, said),
            ));
        }
        match IfMatch::parse(request) {
            Ok(IfMatch::Any) => Ok(Self::Any),
            Ok(IfMatch::Items(tags)) if !tags.is_empty() => Ok(Self::OneOf(tags)),
            Ok(IfMatch::Items(_)) | Err(_) => {
                let said = Said::new("is not a list of ETags", "n'est pas une liste d'ETags");
                let fault = Fault::new(Place::Header("If-Match".into()), said);
                Err(Problem::at(
                    Kind::BadHeader,
                    fault.expected(Said::new("\"v3\", or *", "\"v3\", ou *")),
                ))
            }
        }
    }

    /// Whether that version may be changed.
    pub fn allows(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.iter().any(|t| t.strong_eq(&tag(version))),
        }
    }

    /// Returns nothing when that version may be changed.
    ///
    /// # Errors
    /// 412 with the present version and its `ETag`.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        if self.allows(version) {
            Ok(())
        } else {
            Err(changed(version))
        }
    }
}

/// 412: it now has that version.
pub fn changed(version: i64) -> Problem {
    let now = tag(version).to_string();
    let problem = Problem::new(
        Kind::ChangedMeanwhile,
        Said::new(
            format!("its ETag is now {now}"),
            format!("son ETag est désormais {now}"),
        ),
    )
    .with("version", version);
    match header::HeaderValue::from_str(&now) {
        Ok(value) => problem.header(header::ETAG, value),
        Err(_never_in_a_number) => problem,
    }
}

/// Whether the caller already has that version, so that 304 is answer enough.
pub fn is_known(request: &HttpRequest, version: i64) -> bool {
    if !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|t| t.weak_eq(&tag(version))),
        Err(_unreadable) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn expected(if_match: &str) -> Result<Expected, Problem> {
        let request = TestRequest::put().insert_header((header::IF_MATCH, if_match));
        Expected::of(&request.to_http_request())
    }

    #[test]
    fn a_change_needs_the_version_it_was_made_for() {
        for (header, allowed) in [
            ("\"v3\"", true),
            ("\"v2\", \"v3\"", true),
            ("*", true),
            ("\"v2\"", false),
            ("W/\"v3\"", false),
            ("\"3\"", false),
        ] {
            let outcome = expected(header).unwrap().check(3).map_err(|p| p.kind());
            assert_eq!(
                outcome,
                if allowed {
                    Ok(())
                } else {
                    Err(Kind::ChangedMeanwhile)
                },
                "{header}"
            );
        }
    }

    #[test]
    fn a_change_without_a_version_is_refused() {
        let request = TestRequest::put().to_http_request();
        assert_eq!(
            Expected::of(&request).unwrap_err().kind(),
            Kind::PreconditionRequired
        );
        for wrong in ["", "v3", "\"v3"] {
            assert_eq!(
                expected(wrong).unwrap_err().kind(),
                Kind::BadHeader,
                "{wrong}"
            );
        }
    }

    #[test]
    fn who_has_the_version_need_not_get_it_again() {
        let request = |tag: &'static str| {
            TestRequest::get()
                .insert_header((header::IF_NONE_MATCH, tag))
                .to_http_request()
        };
        assert!(is_known(&request("W/\"v3\""), 3));
        assert!(!is_known(&request("\"v2\""), 3));
        assert!(!is_known(&TestRequest::get().to_http_request(), 3));
    }
}
