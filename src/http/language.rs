//! The language a caller is answered in.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

pub use crate::domain::language::Language;
use crate::text::Bilingual;

/// Returns the language that `Accept-Language` prefers among those we speak.
///
/// The highest `q` wins, the first of equals; a language with `q=0` is not wanted. Whoever sends no
/// such header, or `*`, is answered in `default`: they chose none.
///
/// Choice: whoever asks for other languages only is answered in English, which a reader of German
/// or Dutch is likelier to read than French; so is whoever sends what cannot be read.
pub fn wanted(headers: &HeaderMap, default: Language) -> Language {
    if !headers.contains_key(header::ACCEPT_LANGUAGE) {
        return default;
    }
    let mut best: Option<(u16, Language)> = None;
    for value in headers.get_all(header::ACCEPT_LANGUAGE) {
        for item in value.to_str().unwrap_or_default().split(',') {
            let mut parts = item.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
            let language = match tag.split('-').next() {
                Some("fr") => Language::Fr,
                Some("en") => Language::En,
                Some("*") => default,
                _ => continue,
            };
            let q = parts
                .find_map(|p| p.strip_prefix("q="))
                .map_or(1000, thousandths);
            if q > 0 && best.is_none_or(|(most, _)| q > most) {
                best = Some((q, language));
            }
        }
    }
    best.map_or(Language::En, |(_, language)| language)
}

/// `1`, `0.8` or `0.125` as thousandths; what is no quality counts as nought (RFC 9110, 12.4.2).
fn thousandths(q: &str) -> u16 {
    let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
    if whole == "1" {
        return 1000;
    }
    if whole != "0" || fraction.len() > 3 {
        return 0;
    }
    format!("{fraction:0<3}").parse().unwrap_or(0)
}

impl FromRequest for Language {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().copied();
        // what does not pass the door has no setting either
        ready(Ok(
            known.unwrap_or_else(|| wanted(request.headers(), Language::En))
        ))
    }
}

/// One sentence in each language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

impl Said {
    /// Says it in both.
    pub fn new(en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            fr: fr.into(),
        }
    }

    /// Says what reads the same in both: codes, numbers, an example.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(text.clone(), text)
    }

    /// Returns the sentence in that language.
    pub fn spoken(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }
}

/// What `domain` found wrong, in the sentences of `text`.
impl<E: Bilingual> From<E> for Said {
    fn from(error: E) -> Self {
        Self::new(error.in_english(), error.in_french())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn check(accept: &'static str, expected: Language) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
        for default in Language::ALL {
            assert_eq!(wanted(&headers, default), expected, "{accept}");
        }
    }

    #[test]
    fn the_preferred_language_is_spoken_and_english_when_none_is() {
        check("fr", Language::Fr);
        check("fr-FR,fr;q=0.9,en;q=0.8", Language::Fr);
        check("de, fr;q=0.3, en;q=0.25", Language::Fr);
        check("fr;q=0.8, en", Language::En);
        check("fr;q=0", Language::En);
        check("de", Language::En);
        check(";;q=, ,=", Language::En);
    }

    #[test]
    fn who_chose_no_language_is_answered_in_that_of_the_service() {
        let mut any = HeaderMap::new();
        any.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("*"));
        for default in Language::ALL {
            assert_eq!(wanted(&HeaderMap::new(), default), default);
            assert_eq!(wanted(&any, default), default);
        }
    }
}
