//! Problem documents: every answer of 400 and above (RFC 9457, `application/problem+json`).
//!
//! A handler returns `Err(Problem)`; the [door](crate::http::door) writes it in the language of
//! the caller, with the request's id as `instance`, and logs the cause of a 5xx once. The reader
//! of a 4xx learns what to do; the reader of a 500 gets a reference number and nothing else.

mod fault;
mod kind;
pub mod page;

use std::fmt;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value, json};

pub use fault::{AllOf, Fault, FaultDocument, Faults, Place};
pub use kind::Kind;

use super::headers;
use super::language::{Language, Said};

/// The media type of a problem document (RFC 9457, 6.1).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not done.
#[derive(Clone)]
pub struct Problem(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    detail: Said,
    faults: Vec<Fault>,
    omitted: usize,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
    asked: Option<(Language, String, bool)>,
}

impl Problem {
    /// A problem of that kind, with what is particular to this one.
    pub fn new(kind: Kind, detail: impl Into<Said>) -> Self {
        Self(Box::new(Inner {
            kind,
            detail: detail.into(),
            faults: Vec::new(),
            omitted: 0,
            members: Map::new(),
            headers: Vec::new(),
            cause: None,
            asked: None,
        }))
    }

    /// A problem with one fault, whose detail it shares.
    pub fn at(kind: Kind, fault: Fault) -> Self {
        Self::new(kind, fault.detail.clone()).with_faults(vec![fault], 0)
    }

    /// 401: no token, or one that is not in force. Says `WWW-Authenticate: Bearer`.
    pub fn unauthenticated(detail: impl Into<Said>) -> Self {
        Self::new(Kind::Unauthenticated, detail)
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 405, with the methods that the address has.
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let names: Vec<_> = allowed.iter().map(Method::as_str).collect();
        let names = names.join(", ");
        let problem = Self::new(
            Kind::MethodNotAllowed,
            Said::new(
                format!("the methods of this address: {names}"),
                format!("les méthodes de cette adresse : {names}"),
            ),
        );
        match HeaderValue::from_str(&names) {
            Ok(value) => problem.header(header::ALLOW, value),
            Err(_never_in_a_method) => problem,
        }
    }

    /// 500: the caller gets the reference number, the log gets `cause`, once.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(Kind::Internal, Said::new("", "")).cause(cause)
    }

    /// A problem that goes away: repeat after that many seconds.
    pub fn later(kind: Kind, seconds: u32, detail: impl Into<Said>) -> Self {
        Self::new(kind, detail).header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The same problem of a request that has no body: what a verb finds wrong in what it was asked stands in the
    /// query there. 400 for 422, and each fault at the parameter of that name.
    #[must_use]
    pub fn in_query(mut self) -> Self {
        if self.0.kind == Kind::InvalidBody {
            self.0.kind = Kind::BadQuery;
        }
        for fault in &mut self.0.faults {
            if let Place::Body(pointer) = &fault.place {
                fault.place = Place::Query(pointer.trim_start_matches('/').to_owned());
            }
        }
        self
    }

    /// Adds the cause, for the log only.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// Adds a member of its own, such as `"available": 3`; those of RFC 9457 cannot be replaced.
    ///
    /// What cannot be written as JSON is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.members.insert(name.to_owned(), value);
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Adds faults, and the number of those left out.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<Fault>, omitted: usize) -> Self {
        self.0.faults.extend(faults);
        self.0.omitted += omitted;
        self
    }

    /// Says in which language, under which id and whether by TLS it was asked, for an answer that does not
    /// pass the door on its way out.
    #[must_use]
    pub fn asked(mut self, language: Language, request_id: &str, https: bool) -> Self {
        self.0.asked = Some((language, request_id.to_owned(), https));
        self
    }

    /// Returns its kind.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Returns its faults.
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// Returns what the log gets to know.
    pub fn logged_cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Returns the document. Members in the order of RFC 9457, 3.1, then the problem's own.
    pub fn document(&self, language: Language, request_id: &str) -> Value {
        let mut document = self.0.members.clone();
        let detail = if self.0.kind == Kind::Internal {
            reference(language, request_id)
        } else {
            self.0.detail.spoken(language).to_owned()
        };
        document.insert("type".into(), json!(self.0.kind.address()));
        document.insert("title".into(), json!(self.0.kind.title(language)));
        document.insert("status".into(), json!(self.0.kind.status().as_u16()));
        document.insert("detail".into(), json!(detail));
        document.insert("instance".into(), json!(format!("/requests/{request_id}")));
        if !self.0.faults.is_empty() {
            let faults: Vec<_> = self.0.faults.iter().map(|f| f.document(language)).collect();
            document.insert("errors".into(), json!(faults));
        }
        if self.0.omitted > 0 {
            document.insert("errors_omitted".into(), json!(self.0.omitted));
        }
        Value::Object(document)
    }

    /// Returns the document's bytes, to keep for a repeated `Idempotency-Key`.
    pub fn bytes(&self, language: Language, request_id: &str) -> Vec<u8> {
        self.document(language, request_id).to_string().into_bytes()
    }

    /// Returns the whole answer.
    pub fn response(&self, language: Language, request_id: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.kind.status());
        for header in &self.0.headers {
            response.append_header(header.clone());
        }
        response
            .insert_header((header::CONTENT_TYPE, PROBLEM_JSON))
            .insert_header((header::CONTENT_LANGUAGE, language.code()))
            .body(self.bytes(language, request_id))
    }
}

fn reference(language: Language, request_id: &str) -> String {
    match language {
        Language::En => format!("reference {request_id}"),
        Language::Fr => format!("référence {request_id}"),
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("kind", &self.0.kind)
            .field("detail", &self.0.detail.en)
            .field("faults", &self.0.faults)
            .field("members", &self.0.members)
            .field("cause", &self.0.cause)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind.slug(), self.0.detail.en)?;
        match &self.0.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status()
    }

    /// The door writes the answer anew with what it knows of the request; this one is what is
    /// sent when the request has gone, as after a time limit.
    fn error_response(&self) -> HttpResponse {
        let (language, id, https) =
            self.0
                .asked
                .clone()
                .unwrap_or((Language::En, String::new(), false));
        let mut response = self.response(language, &id);
        headers::secure(response.headers_mut(), "", https);
        headers::name_request(response.headers_mut(), &id);
        response
    }
}

/// A problem document, for the API's description.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProblemDocument {
    /// The kind's stable address; read it to learn what to do.
    #[serde(rename = "type")]
    #[schema(example = "/problems/unknown-site")]
    pub kind: String,
    /// The kind's title, in the language asked for.
    pub title: String,
    /// The status, again.
    #[schema(example = 404)]
    pub status: u16,
    /// What is particular to this one.
    pub detail: String,
    /// `/requests/` and the id that `X-Request-Id` and the log carry.
    pub instance: String,
    /// The faults, when it has any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FaultDocument>,
    /// How many more faults there are than are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors_omitted: Option<u64>,
}

#[cfg(test)]
mod tests;
