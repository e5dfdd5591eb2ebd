//! What a browser brings to the door of a provider, of which nothing is believed before it is looked at.

use actix_web::web;

/// The longest path to go back to.
const PATH_MOST: usize = 500;

/// What a browser comes back with; providers add what they like.
#[derive(Default)]
pub(super) struct Brought {
    pub(super) state: String,
    pub(super) code: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) error: Option<String>,
}

impl Brought {
    /// Reads the query; of what stands there twice, nothing is believed.
    pub(super) fn of(query: &str) -> Option<Self> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query).ok()?;
        let mut brought = Self::default();
        let mut state = None;
        for (name, value) in pairs.into_inner() {
            let place = match name.as_str() {
                "state" => &mut state,
                "code" => &mut brought.code,
                "iss" => &mut brought.issuer,
                "error" => &mut brought.error,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return None;
            }
        }
        brought.state = state?;
        Some(brought)
    }
}

/// Whether a text is a path of this service, by which no browser is led elsewhere: `//host` and `/\host` are none.
pub(in crate::http) fn is_path(text: &str) -> bool {
    text.len() <= PATH_MOST
        && text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_this_service_and_nowhere_else() {
        for path in ["/", "/sites/750100125?tab=1", "/a//b"] {
            assert!(is_path(path), "{path}");
        }
        for other in [
            "",
            "sites",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: a=b",
            "/\u{e9}",
        ] {
            assert!(!is_path(other), "{other}");
        }
        assert!(!is_path(&format!("/{}", "a".repeat(500))));
    }

    #[test]
    fn of_what_stands_twice_in_an_answer_nothing_is_believed() {
        let read = |query: &str| Brought::of(query).map(|b| (b.state, b.code));
        let both = Some(("s".to_owned(), Some("c".to_owned())));
        assert_eq!(read("state=s&code=c&session_state=x"), both);
        assert_eq!(read("state=s&code=c&code=d"), None);
        assert_eq!(read("state=s&state=t&code=c"), None);
        assert_eq!(read("code=c"), None);
    }
}
