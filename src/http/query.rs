//! Reading query strings: every parameter is known, there once, and right.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::cursor::{self, Page};
use super::entrance::Entrance;
use super::language::Said;
use super::problem::{Fault, Faults, Place, Problem};

/// A query string being read; [`Query::finish`] refuses it once, with all its faults.
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
    asked: Vec<&'static str>,
    faults: Faults,
    page_size_most: u16,
}

impl Query {
    /// Reads `a=1&b=2`. A parameter that stands there twice is a fault, and so is text that is
    /// not UTF-8 or holds a NUL.
    pub fn of(query: &str) -> Self {
        let mut faults = Faults::new();
        let pairs = match web::Query::<Vec<(String, String)>>::from_query(query) {
            Ok(pairs) => pairs.into_inner(),
            Err(error) => {
                let said = Said::new(
                    error.to_string(),
                    "ne se lit pas comme une suite de `nom=valeur`",
                );
                faults.push(Fault::new(Place::Query(String::new()), said));
                Vec::new()
            }
        };
        for (i, (name, value)) in pairs.iter().enumerate() {
            let said = if pairs.iter().take(i).any(|(earlier, _)| earlier == name) {
                Said::new("stands there twice", "figure deux fois")
            } else if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                Said::new("is not UTF-8", "n'est pas de l'UTF-8")
            } else if name.contains('\0') || value.contains('\0') {
                Said::new(
                    "holds the character NUL (U+0000)",
                    "contient le caractère NUL (U+0000)",
                )
            } else {
                continue;
            };
            faults.push(Fault::new(Place::Query(name.clone()), said));
        }
        Self {
            pairs,
            asked: Vec::new(),
            faults,
            page_size_most: Page::MOST,
        }
    }

    /// Sets the largest page that may be asked for.
    #[must_use]
    pub fn pages_of_at_most(self, most: u16) -> Self {
        Self {
            page_size_most: most,
            ..self
        }
    }

    /// Returns the text of a parameter, which from now on is known.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.asked.push(name);
        let pair = self.pairs.iter().find(|(n, _)| n == name);
        pair.map(|(_, value)| value.clone())
    }

    /// Returns a parameter as a value; nothing when it is not there or has a fault, which is kept.
    pub fn parse<T, E: Into<Said>>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(name)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                let fault = Fault::new(Place::Query(name.into()), error);
                self.faults.push(fault.found(text));
                None
            }
        }
    }

    /// As [`Self::parse`], of a parameter that must be there.
    pub fn needed<T, E: Into<Said>>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if !self.pairs.iter().any(|(n, _)| n == name) {
            self.asked.push(name);
            self.refuse(name, Said::new("is missing", "est absent"));
            return None;
        }
        self.parse(name, read)
    }

    /// Returns a page of the list of that name: `limit` and `cursor`.
    pub fn page(&mut self, list: &'static str) -> Page {
        let most = self.page_size_most;
        let limit = self.parse("limit", |text| cursor::limit(text, most));
        let after = self.parse("cursor", |text| cursor::read(list, text));
        Page::new(list, limit.unwrap_or(Page::DEFAULT.min(most)), after)
    }

    /// Keeps a fault of the caller's finding, such as a day `to` before the day `from`.
    pub fn refuse(&mut self, name: &'static str, detail: impl Into<Said>) {
        self.faults
            .push(Fault::new(Place::Query(name.into()), detail));
    }

    /// Returns nothing when there was no fault. Call it when every parameter was asked for.
    ///
    /// # Errors
    /// 400 with every fault, parameters that were never asked for among them.
    pub fn finish(mut self) -> Result<(), Problem> {
        for (name, _) in &self.pairs {
            if !self.asked.contains(&name.as_str()) {
                let said = Said::new("is not known here", "n'est pas connu ici");
                let name: String = name.chars().take(80).collect();
                let fault = Fault::new(Place::Query(name), said);
                self.faults
                    .push(fault.expected(Said::same(self.asked.join(", "))));
            }
        }
        self.faults.finish()
    }
}

impl FromRequest for Query {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let entrance = request.app_data::<web::Data<Entrance>>();
        let most = entrance.map_or(Page::MOST, |e| e.page_size_most);
        ready(Ok(Self::of(request.query_string()).pages_of_at_most(most)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::language::Language;
    use crate::http::problem::Kind;

    fn faults(query: &str) -> Vec<String> {
        let mut query = Query::of(query);
        query.parse("units", str::parse::<u32>);
        query.page("movements");
        let Err(problem) = query.finish() else {
            return Vec::new();
        };
        assert_eq!(problem.kind(), Kind::BadQuery);
        let tell = |fault: &Fault| {
            let fault = fault.document(Language::En);
            format!("{} {}", fault.query.unwrap(), fault.detail)
        };
        problem.faults().iter().map(tell).collect()
    }

    #[test]
    fn a_right_query_has_no_fault() {
        assert!(faults("").is_empty());
        assert!(faults("units=3&limit=200").is_empty());
    }

    #[test]
    fn a_page_is_as_large_as_the_service_is_set_to() {
        for (limit, most, right) in [(200, 200, true), (201, 200, false), (1_000, 1_000, true)] {
            let mut query = Query::of(&format!("limit={limit}")).pages_of_at_most(most);
            query.page("movements");
            assert_eq!(query.finish().is_ok(), right, "{limit} of {most}");
        }
        let mut unsaid = Query::of("").pages_of_at_most(20);
        assert_eq!(unsaid.page("movements").limit, 20);
    }

    #[test]
    fn every_fault_of_a_query_is_told_at_once() {
        assert_eq!(
            faults("units=x&limit=0&colour=red&colour=blue"),
            [
                "colour stands there twice",
                "units invalid digit found in string",
                "limit is 0, expected a whole number from 1 to 200",
                "colour is not known here",
                "colour is not known here",
            ]
        );
        assert_eq!(
            faults("units=%ff").first().map(String::as_str),
            Some("units is not UTF-8")
        );
    }
}
