//! **The audit trail as something to be proved**, with nothing at hand but its lines and a public key.
//!
//! Each line holds the hash of the line before it ([`line::hash`]), so that one that was changed or taken out
//! of the middle shows. Whoever can write the database could still write a whole chain anew, or cut its end
//! off: so once a day a statement is signed with a key that is not in the database ([`statement`]). It names
//! every chain with its last line, and holds the hash of the statement before, so that no chain and no
//! statement can go without a trace. [`verify`] says what that proves: of each chain everything up to the last
//! line that a statement names, and of the lines after it that they follow one another, and no more.
//!
//! What it cannot prove: that the last statements, with all lines after them, were not cut off together. Who
//! wants to see that keeps the hash of a statement elsewhere (the log has it each day) and has it looked for.
//!
//! What is written down of a line, and the statements, are also a file of their own ([`export`]): one JSON
//! object a line, to be read by any program and verified by this one without a database.
//!
//! This room knows no database and no clock: it is given lines and says whether they hold.

pub mod export;
pub mod fault;
pub mod key;
pub mod line;
pub mod statement;
pub mod verify;

#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use key::{KeyError, PublicKey, SigningKey};
pub use line::{Entry, Form, GENESIS, Line};
pub use statement::{Head, Signed, Statement};
pub use verify::{Check, Report, Scope};
