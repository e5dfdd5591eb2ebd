//! The names of things that have no official code: time-ordered UUIDs as text, minted in `app`.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text of an id; whether there is such a thing only the database knows.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )+};
}

ids! {
    /// One lot of one presentation, with its expiry.
    LotId,
    /// One movement of the ledger.
    MovementId,
    /// One act, which may have made several movements.
    OperationId,
    /// One patient; says nothing about who it is.
    PatientId,
    /// One answer to "may this infusion start".
    ClearanceId,
    /// Units of one lot held for one dose.
    HoldId,
    /// One delivery.
    DeliveryId,
    /// One alert.
    AlertId,
    /// One letter.
    LetterId,
    /// One recipient of letters.
    RecipientId,
    /// One token of access.
    TokenId,
    /// One person who signs in.
    PersonId,
    /// One role that a person holds, and where.
    GrantId,
    /// One session of somebody who signed in.
    SessionId,
    /// One identity from outside that a person signs in by.
    IdentityId,
    /// One time that somebody broke the glass.
    BreakGlassId,
    /// One request for a medicine.
    RequestId,
    /// One kept plan.
    PlanId,
    /// One line of a kept plan.
    LineId,
    /// One transfer from one pharmacy to another.
    TransferId,
    /// One decision at the safety gate.
    GateDecisionId,
    /// One neutrophil count of a patient.
    CountId,
    /// One version of what was told of a patient's treatment.
    TreatmentId,
    /// One recall of a lot.
    RecallId,
    /// One excursion from the cold.
    ExcursionId,
    /// One inventory of a site.
    InventoryId,
}
