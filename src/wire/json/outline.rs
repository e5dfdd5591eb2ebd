//! Long lists found in a text before they are read: so that many hands can read them.
//!
//! Who goes from brace to brace needs a small part of the time of who reads. What is found so is not
//! checked: a row may be anything between braces until [`rows`] has read it. A text of which all rows
//! can be read is read as [`read`](super::read()) does; of any other that one says what is wrong.

use super::Node;
use super::read::{Reader, text_of};

/// How deep the rows of a list of the outermost object lie.
const ROW: usize = 2;

/// An object of which some lists were left as the texts of their rows.
#[derive(Debug)]
pub struct Outline<'t> {
    /// The object; lists that were left stand in it empty.
    pub top: Node<'t>,
    /// The keys of those lists, and the texts of their rows.
    pub lists: Vec<(&'static str, Vec<&'t str>)>,
}

/// Finds the rows of the lists under the keys `aside` of an object, and reads the rest of it.
///
/// Nothing where anything is unusual: a text that is no object or not in UTF-8, a key that stands twice,
/// such a list with anything but objects in it, an object in one of those, or what cannot be read.
pub fn outline<'t>(bytes: &'t [u8], aside: &[&'static str]) -> Option<Outline<'t>> {
    let mut reader = Reader::new(text_of(bytes).ok()?);
    let mut pairs = Vec::new();
    let mut lists: Vec<(&str, Vec<&str>)> = Vec::new();
    reader.skip_blanks();
    if !reader.take(b'{') {
        return None;
    }
    loop {
        let key = reader.key().ok()?;
        let value = match aside.iter().find(|name| **name == key) {
            Some(name) if lists.iter().any(|(other, _)| other == name) => return None,
            Some(name) => {
                lists.push((name, reader.list_of_objects()?));
                Node::List(Vec::new())
            }
            None => reader.value(1).ok()?,
        };
        pairs.push((key, value));
        reader.skip_blanks();
        if reader.take(b'}') {
            break;
        }
        if !reader.take(b',') {
            return None;
        }
    }
    reader.skip_blanks();
    let top = Node::Object(pairs);
    reader.at_end().then_some(Outline { top, lists })
}

/// Reads rows that [`outline`] found, one after the other; `None` for what is no JSON.
pub fn rows<'t>(texts: &[&'t str]) -> impl Iterator<Item = Option<Node<'t>>> {
    let mut usual = 0;
    texts.iter().map(move |text| {
        let mut reader = Reader::new(text);
        reader.usual = usual;
        let read = reader.value(ROW).ok();
        usual = reader.usual;
        read.filter(|_| reader.at_end())
    })
}

impl<'t> Reader<'t> {
    /// The texts of the rows of a list of objects; nothing when it is none.
    fn list_of_objects(&mut self) -> Option<Vec<&'t str>> {
        let mut rows = Vec::new();
        self.skip_blanks();
        if !self.take(b'[') {
            return None;
        }
        self.skip_blanks();
        if self.take(b']') {
            return Some(rows);
        }
        loop {
            self.skip_blanks();
            rows.push(self.next_row()?);
            self.skip_blanks();
            if self.take(b']') {
                return Some(rows);
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    /// The text from a brace to the first that closes one. Where that is not its own, because another
    /// object or a text with a brace lies within, it is no JSON, and found out when it is read.
    fn next_row(&mut self) -> Option<&'t str> {
        let rest = self.text.get(self.at..)?;
        let (row, _) = rest.split_at_checked(rest.find('}')? + 1)?;
        self.at += row.len();
        row.starts_with('{').then_some(row)
    }
}
