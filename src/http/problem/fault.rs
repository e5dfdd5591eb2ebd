//! One fault of a request, and all of them together.

use std::fmt::Display;

use serde::Serialize;

use super::{Kind, Problem};
use crate::http::language::{Language, Said};

/// Where in a request a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the body, at this JSON pointer (RFC 6901): `/lines/0/units`; empty for the whole body.
    Body(String),
    /// In a body that is a sheet: the line and, unless it is about all of it, the column, from 1.
    Line(usize, Option<usize>),
    /// In the query string, at the parameter of this name.
    Query(String),
    /// In the header of this name.
    Header(String),
    /// In the path, at the part of this name.
    Path(String),
}

impl<T: Into<String>> From<T> for Place {
    fn from(pointer: T) -> Self {
        Self::Body(pointer.into())
    }
}

/// One fault: where, what stood there, what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub place: Place,
    /// What is wrong, in a sentence.
    pub detail: Said,
    /// What stood there, cut to eighty characters.
    pub found: Option<Said>,
    /// What was expected.
    pub expected: Option<Said>,
}

impl Fault {
    /// Says what is wrong and where.
    pub fn new(place: impl Into<Place>, detail: impl Into<Said>) -> Self {
        Self {
            place: place.into(),
            detail: detail.into(),
            found: None,
            expected: None,
        }
    }

    /// Adds what stood there. Choice: cut to eighty characters, enough to recognise it.
    #[must_use]
    pub fn found(self, found: impl Display) -> Self {
        self.found_as(Said::same(found.to_string()))
    }

    /// Adds what stood there where words surround it, cut likewise.
    #[must_use]
    pub fn found_as(mut self, found: impl Into<Said>) -> Self {
        let Said { en, fr } = found.into();
        let cut = |text: String| text.chars().take(80).collect::<String>();
        self.found = Some(Said::new(cut(en), cut(fr)));
        self
    }

    /// Adds what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<Said>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Returns the fault as it is sent.
    pub fn document(&self, language: Language) -> FaultDocument {
        let spoken = |said: &Option<Said>| said.as_ref().map(|s| s.spoken(language).to_owned());
        let mut document = FaultDocument {
            detail: self.detail.spoken(language).to_owned(),
            found: spoken(&self.found),
            expected: spoken(&self.expected),
            ..FaultDocument::default()
        };
        let slot = match &self.place {
            Place::Line(line, column) => {
                document.line = Some(*line);
                document.column = *column;
                return document;
            }
            Place::Body(at) => (&mut document.pointer, at),
            Place::Query(at) => (&mut document.query, at),
            Place::Header(at) => (&mut document.header, at),
            Place::Path(at) => (&mut document.path, at),
        };
        *slot.0 = Some(slot.1.clone());
        document
    }
}

/// A fault as it is sent. Exactly one of `pointer`, `line`, `query`, `header`, `path` says where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FaultDocument {
    /// The JSON pointer of a fault in the body (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/lines/0/units")]
    pub pointer: Option<String>,
    /// The line of a fault in a sheet, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Beside `line`: the column, from 1; absent when it is about the whole line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The part of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What is wrong, in a sentence.
    pub detail: String,
    /// What stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
}

/// Collects the faults of a request, so that it is refused once, with all of them.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    kept: Vec<Fault>,
    omitted: usize,
}

impl Faults {
    /// The most faults that are answered; of more only the number is. Choice: more than a person
    /// mends in one go, and few enough to keep the answer smaller than the largest body.
    pub const MOST: usize = 100;

    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a fault.
    pub fn push(&mut self, fault: Fault) {
        if self.kept.len() < Self::MOST {
            self.kept.push(fault);
        } else {
            self.omitted += 1;
        }
    }

    /// Returns the value, or keeps the error as the fault of that place.
    pub fn take<T, E: Into<Said>>(
        &mut self,
        place: impl Into<Place>,
        result: Result<T, E>,
    ) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(Fault::new(place, error));
                None
            }
        }
    }

    /// Returns what an optional member was parsed to: `Some(None)` when it was not there.
    pub fn take_optional<T, E: Into<Said>>(
        &mut self,
        place: impl Into<Place>,
        result: Option<Result<T, E>>,
    ) -> Option<Option<T>> {
        match result {
            None => Some(None),
            Some(result) => self.take(place, result).map(Some),
        }
    }

    /// Whether none was kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Returns nothing when there was no fault.
    ///
    /// # Errors
    /// One [`Problem`] with every fault: 422 when one is in the body, else 400.
    pub fn finish(self) -> Result<(), Problem> {
        let Some(first) = self.kept.first() else {
            return Ok(());
        };
        let in_body = self
            .kept
            .iter()
            .find(|f| matches!(f.place, Place::Body(_) | Place::Line(..)));
        let kind = match in_body.unwrap_or(first).place {
            Place::Body(_) | Place::Line(..) => Kind::InvalidBody,
            Place::Query(_) => Kind::BadQuery,
            Place::Header(_) => Kind::BadHeader,
            Place::Path(_) => Kind::BadAddress,
        };
        let count = self.kept.len() + self.omitted;
        let detail = match count {
            1 => first.detail.clone(),
            _ => Said::new(
                format!("{count} faults, listed in errors"),
                format!("{count} erreurs, énumérées dans errors"),
            ),
        };
        Err(Problem::new(kind, detail).with_faults(self.kept, self.omitted))
    }

    /// Returns the values that [`Faults::take`] gave, all of them: `faults.all((cip13, units))?`.
    ///
    /// # Errors
    /// As [`Faults::finish`]; and 500 when a value is absent though no fault was kept, which
    /// means that it did not come from this collector.
    pub fn all<O: AllOf>(self, options: O) -> Result<O::Values, Problem> {
        self.finish()?;
        options
            .values()
            .ok_or_else(|| Problem::internal("a value is absent and no fault was kept for it"))
    }
}

/// A tuple of options that are all there, or not.
pub trait AllOf {
    /// The tuple of what they hold.
    type Values;
    /// Returns the values when every one is there.
    fn values(self) -> Option<Self::Values>;
}

macro_rules! all_of {
    ($($($T:ident $v:ident),+;)*) => {$(
        impl<$($T),+> AllOf for ($(Option<$T>,)+) {
            type Values = ($($T,)+);
            fn values(self) -> Option<Self::Values> {
                let ($($v,)+) = self;
                Some(($($v?,)+))
            }
        }
    )*};
}

all_of! {
    A a;
    A a, B b;
    A a, B b, C c;
    A a, B b, C c, D d;
    A a, B b, C c, D d, E e;
    A a, B b, C c, D d, E e, F f;
    A a, B b, C c, D d, E e, F f, G g;
    A a, B b, C c, D d, E e, F f, G g, H h;
    A a, B b, C c, D d, E e, F f, G g, H h, I i;
    A a, B b, C c, D d, E e, F f, G g, H h, I i, J j;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::{Cip13, Finess};

    #[test]
    fn a_body_with_two_faults_is_refused_once_with_both() {
        let mut faults = Faults::new();
        let cip13 = faults.take("/cip13", Cip13::parse("3400957464548"));
        let finess = faults.take("/to", Finess::parse("75"));
        let problem = faults.all((cip13, finess)).unwrap_err();
        assert_eq!(problem.kind(), Kind::InvalidBody);
        let places: Vec<_> = problem.faults().iter().map(|f| f.place.clone()).collect();
        assert_eq!(places, ["/cip13", "/to"].map(Place::from));
    }

    #[test]
    fn without_faults_the_values_come_back() {
        let mut faults = Faults::new();
        let cip13 = faults.take("/cip13", Cip13::parse("3400957464547"));
        let none = faults.take_optional("/note", None::<Result<u8, Said>>);
        let (_, note) = faults.all((cip13, none)).unwrap();
        assert_eq!(note, None);
    }

    #[test]
    fn of_ten_thousand_faults_a_hundred_are_listed_and_the_rest_counted() {
        let mut faults = Faults::new();
        for i in 0..10_000 {
            faults.push(Fault::new(format!("/lines/{i}"), Said::same("no")));
        }
        let problem = faults.finish().unwrap_err();
        let document = problem.document(Language::En, "r1");
        assert_eq!(document["errors"].as_array().unwrap().len(), 100);
        assert_eq!(document["errors_omitted"], 9_900);
    }
}
