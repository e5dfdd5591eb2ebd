//! Where a value stands: a JSON pointer, made only when somebody asks for it.

use std::fmt;

/// The place of a value in a document (RFC 6901): `/requests/3/weight_g`.
#[derive(Clone, Copy, Debug)]
pub enum Pointer<'p> {
    /// The whole document.
    Top,
    /// The value of a key.
    Key(&'p Self, &'p str),
    /// A place in a list, from 0.
    Place(&'p Self, usize),
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Key(above, key) => {
                write!(f, "{above}/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Self::Place(above, place) => write!(f, "{above}/{place}"),
        }
    }
}
