//! Why a provider did not prove who somebody is.

/// Why it was not proved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The provider does not answer, or not as it should.
    #[error("the provider cannot be asked for {what}: {cause}")]
    Unreachable {
        /// What was asked: `discovery`, `keys`, `token`, `userinfo`.
        what: &'static str,
        /// What came instead, for the log.
        cause: String,
    },
    /// As many questions to it as are worth it are under way.
    #[error("too many questions to the provider are under way")]
    Busy,
    /// It answered, and what it said is not believed.
    #[error("what the provider said is not believed: {why}: {cause}")]
    Refused {
        /// Why.
        why: Why,
        /// What stood there, for the log: no token, no name.
        cause: String,
    },
    /// A bug of ours.
    #[error("{0}")]
    Bug(String),
}

impl Error {
    pub(super) fn refused(why: Why, cause: impl std::fmt::Display) -> Self {
        Self::Refused {
            why,
            cause: cause.to_string(),
        }
    }

    pub(super) fn unreachable(what: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Unreachable {
            what,
            cause: cause.to_string(),
        }
    }
}

/// What was wrong with what a provider said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It does not take the code: it is of somebody else, was used, or is too old.
    Code,
    /// The answer names another provider than the one that was asked (RFC 9207).
    AnsweredByAnother,
    /// There is no ID token, or it cannot be read.
    NoIdToken,
    /// Its signature is not the provider's, or of a kind that is not allowed.
    Signature,
    /// It is of another provider.
    Issuer,
    /// It is for another service.
    Audience,
    /// It is for another sign-in.
    Nonce,
    /// It has expired, or is of a time that is not now.
    Time,
    /// Its level of assurance is not one of those that were asked for.
    Assurance,
    /// The access token beside it is another's.
    AccessToken,
    /// The claim that names people is not there, or not of its kind.
    Claim,
}

impl Why {
    /// Returns the stable code of the reason, as the audit trail has it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::AnsweredByAnother => "answered-by-another",
            Self::NoIdToken => "no-id-token",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Nonce => "nonce",
            Self::Time => "time",
            Self::Assurance => "assurance",
            Self::AccessToken => "access-token",
            Self::Claim => "claim",
        }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}
