//! Pages of a list: a limit, and a cursor that says after which key to go on.
//!
//! A cursor is opaque: the hexadecimal form of a check and of the last key. The check covers the
//! name of the list too, so that a cursor that was cut, changed or taken from another list is
//! refused and not misread. It keeps no secret and grants nothing: who may read is asked anew
//! for each page.

use crate::text::Bilingual;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Ref, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// How many bytes of the hash stand in a cursor. Choice: enough against accidents.
const CHECK: usize = 6;

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    list: &'static str,
    /// How many items at most: 1 to what the service is set to.
    pub limit: u16,
    /// The key of the last item that was seen.
    pub after: Option<String>,
}

/// One page, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Send it as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Described by hand: derived, every page would have the one name `Listed`, and the items of the last.
impl<T: ToSchema> PartialSchema for Listed<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .description(Some("The items, in the order of the list."));
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some(
                "Send it as `cursor` for the next page; absent on the last one.",
            ));
        ObjectBuilder::new()
            .description(Some("One page, as it is sent."))
            .property("items", items)
            .required("items")
            .property("next_cursor", cursor)
            .into()
    }
}

impl<T: ToSchema> ToSchema for Listed<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("PageOf{}", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl Page {
    /// The page size when none is asked for. Choice: a screen or two.
    pub const DEFAULT: u16 = 50;
    /// The largest page where the service is not set to another. Choice: an answer stays under some
    /// 100 KB.
    pub const MOST: u16 = 200;

    /// A page of that list.
    pub fn new(list: &'static str, limit: u16, after: Option<String>) -> Self {
        Self { list, limit, after }
    }

    /// How many rows to read: one more than are shown, to know whether there is a next page.
    pub fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Cuts the rows that were read to the page, and makes the cursor of the next one from the
    /// key of the last item shown.
    pub fn cut<T>(&self, mut rows: Vec<T>, key: impl FnOnce(&T) -> String) -> Listed<T> {
        let more = rows.len() > usize::from(self.limit);
        rows.truncate(usize::from(self.limit));
        let last = if more { rows.last().map(key) } else { None };
        Listed {
            next_cursor: last.map(|key| write(self.list, &key)),
            items: rows,
        }
    }
}

/// What is wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The limit is no number, or out of bounds.
    #[error("is {found}, expected a whole number from 1 to {most}")]
    Limit {
        /// What stood there, cut to forty characters.
        found: String,
        /// The largest page.
        most: u16,
    },
    /// The cursor was not made here, or for another list.
    #[error("is not a cursor of this list; leave it out to begin at the beginning")]
    Cursor,
}

/// Said here, at the door, since only this door has pages.
impl Bilingual for PageError {
    fn in_french(&self) -> String {
        match self {
            Self::Limit { found, most } => {
                format!("vaut {found}, attendu : un nombre entier de 1 à {most}")
            }
            Self::Cursor => {
                "n'est pas un curseur de cette liste ; omettez-le pour commencer au début"
                    .to_owned()
            }
        }
    }
}

/// Reads a limit, of at most `most`.
///
/// # Errors
/// [`PageError::Limit`].
pub fn limit(text: &str, most: u16) -> Result<u16, PageError> {
    match text.parse() {
        Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
        _ => Err(PageError::Limit {
            found: text.chars().take(40).collect(),
            most,
        }),
    }
}

/// Makes the cursor that goes on after `key`.
pub fn write(list: &str, key: &str) -> String {
    hex::encode([check(list, key).as_slice(), key.as_bytes()].concat())
}

/// Reads the key out of a cursor.
///
/// # Errors
/// [`PageError::Cursor`].
pub fn read(list: &str, text: &str) -> Result<String, PageError> {
    let bytes = hex::decode(text).map_err(|_not_hex| PageError::Cursor)?;
    let (found, key) = bytes.split_at_checked(CHECK).ok_or(PageError::Cursor)?;
    let key = std::str::from_utf8(key).map_err(|_not_utf8| PageError::Cursor)?;
    if found == check(list, key).as_slice() {
        Ok(key.to_owned())
    } else {
        Err(PageError::Cursor)
    }
}

fn check(list: &str, key: &str) -> Vec<u8> {
    let hash = Sha256::new()
        .chain_update(list)
        .chain_update([0])
        .chain_update(key)
        .finalize();
    hash.into_iter().take(CHECK).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_its_key() {
        for key in ["", "0193-ab", "2021-10-20|é"] {
            assert_eq!(
                read("movements", &write("movements", key)),
                Ok(key.to_owned())
            );
        }
    }

    #[test]
    fn a_cursor_that_was_touched_is_refused() {
        let cursor = write("movements", "0193-ab");
        for i in 0..cursor.len() {
            let mut wrong = cursor.clone().into_bytes();
            wrong[i] = if wrong[i] == b'0' { b'1' } else { b'0' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert_eq!(read("movements", &wrong), Err(PageError::Cursor), "{wrong}");
        }
        for wrong in [
            "",
            "zz",
            "00",
            &format!("{cursor}00"),
            &format!("00{cursor}"),
        ] {
            assert_eq!(read("movements", wrong), Err(PageError::Cursor));
        }
        assert_eq!(read("alerts", &cursor), Err(PageError::Cursor));
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let page = Page::new("numbers", 2, None);
        assert_eq!(page.rows(), 3);
        let first = page.cut(vec![1, 2, 3], ToString::to_string);
        assert_eq!(first.items, [1, 2]);
        assert_eq!(read("numbers", &first.next_cursor.unwrap()), Ok("2".into()));
        let last = page.cut(vec![3, 4], ToString::to_string);
        assert_eq!((last.items, last.next_cursor), (vec![3, 4], None));
    }

    #[test]
    fn a_limit_is_from_one_to_two_hundred() {
        assert_eq!((limit("1", 200), limit("200", 200)), (Ok(1), Ok(200)));
        for wrong in ["0", "201", "-1", "", "1.0", "9999999999"] {
            assert!(limit(wrong, 200).is_err(), "{wrong}");
        }
    }
}
