//! What can be wrong with a trail.

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A line of the file is not what stands in such files.
    #[error("line {line} of the file: {what}")]
    Unreadable {
        /// Which, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// The file has no end.
    #[error("the file is cut off: its last line, which counts the others, is missing")]
    CutOff,
    /// The file does not hold as much as its end says.
    #[error("the file holds {found} {of}, and its end counts {said}")]
    Counted {
        /// Of what.
        of: &'static str,
        /// How many there are.
        found: u64,
        /// How many there should be.
        said: u64,
    },
    /// The hash of a line is not that of what it says.
    #[error("{chain}: line {seq} was changed: its hash is not that of what it says")]
    Changed {
        /// Where.
        chain: String,
        /// Its number.
        seq: i64,
    },
    /// Lines are not there.
    #[error("{chain}: line {after} is followed by line {seq}: what stood between is missing")]
    Missing {
        /// Where.
        chain: String,
        /// The last line before, 0 for none.
        after: i64,
        /// The first line after.
        seq: i64,
    },
    /// A line stands twice, or after one that comes later, or the chain begins anew.
    #[error("{chain}: line {seq} stands after line {after}: repeated, out of order, or begun anew")]
    Again {
        /// Where.
        chain: String,
        /// The line before.
        after: i64,
        /// Its number.
        seq: i64,
    },
    /// A line does not hold the hash of the one before it.
    #[error("{chain}: line {seq} does not follow the line before it")]
    NotFollowing {
        /// Where.
        chain: String,
        /// Its number.
        seq: i64,
    },
    /// A line that a statement signed is another one.
    #[error("{chain}: line {seq} is not the one that statement {statement} signed")]
    NotTheSigned {
        /// Where.
        chain: String,
        /// Its number.
        seq: i64,
        /// Which statement.
        statement: i64,
    },
    /// The end of a chain is not there.
    #[error(
        "{chain}: it ends with line {last}, and statement {statement} signed line {seq}: its end was removed"
    )]
    EndMissing {
        /// Where.
        chain: String,
        /// The last line that is there.
        last: i64,
        /// The line that was signed.
        seq: i64,
        /// By which statement.
        statement: i64,
    },
    /// A chain is not there at all.
    #[error("{chain}: not a line of it is there, and statement {statement} signed line {seq}")]
    ChainMissing {
        /// Which.
        chain: String,
        /// The line that was signed.
        seq: i64,
        /// By which statement.
        statement: i64,
    },
    /// A statement is not there, or stands twice, or out of order.
    #[error("statement {number} stands where statement {expected} should")]
    StatementMissing {
        /// Which stands there.
        number: i64,
        /// Which should.
        expected: i64,
    },
    /// A statement does not hold the hash of the one before it.
    #[error("statement {number} does not follow the statement before it")]
    StatementNotFollowing {
        /// Which.
        number: i64,
    },
    /// A statement is none, or says something else of itself than what stands beside it.
    #[error("statement {number} is no statement, or another than it says")]
    NoStatement {
        /// Which.
        number: i64,
    },
    /// The signature is not that of the key.
    #[error("statement {number} was not signed by the key {key}, or was changed")]
    BadSignature {
        /// Which.
        number: i64,
        /// The key that it names.
        key: String,
    },
    /// The key is none of those given.
    #[error("statement {number} is signed by the key {key}, which is none of those given")]
    UnknownKey {
        /// Which.
        number: i64,
        /// The key that it names.
        key: String,
    },
    /// A key that another had followed signs again.
    #[error("statement {number} is signed by the key {key}, which another key had replaced before")]
    KeyReturned {
        /// Which.
        number: i64,
        /// The key.
        key: String,
    },
    /// A statement leaves out, or takes back, what the one before it had signed.
    #[error("statement {number} leaves out or takes back what was signed of {chain} before")]
    TakenBack {
        /// Which.
        number: i64,
        /// Of which chain.
        chain: String,
    },
    /// There is no statement.
    #[error("nothing is signed: whoever could write the database could have made all of it")]
    NothingSigned,
    /// The statement that was to be there is not.
    #[error(
        "there is no statement with the hash {hash}: those that followed it may be gone with it"
    )]
    NoSuchStatement {
        /// What was looked for.
        hash: String,
    },
}

impl Fault {
    /// Returns the stable code of its kind.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::CutOff => "cut-off",
            Self::Counted { .. } => "counted",
            Self::Changed { .. } => "changed",
            Self::Missing { .. } => "missing",
            Self::Again { .. } => "again",
            Self::NotFollowing { .. } => "not-following",
            Self::NotTheSigned { .. } => "not-the-signed",
            Self::EndMissing { .. } => "end-missing",
            Self::ChainMissing { .. } => "chain-missing",
            Self::StatementMissing { .. } => "statement-missing",
            Self::StatementNotFollowing { .. } => "statement-not-following",
            Self::NoStatement { .. } => "no-statement",
            Self::BadSignature { .. } => "bad-signature",
            Self::UnknownKey { .. } => "unknown-key",
            Self::KeyReturned { .. } => "key-returned",
            Self::TakenBack { .. } => "taken-back",
            Self::NothingSigned => "nothing-signed",
            Self::NoSuchStatement { .. } => "no-such-statement",
        }
    }
}
