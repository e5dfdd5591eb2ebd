//! What the doors may know of what is kept: records, by the names that they have in [`crate::db`].

pub use crate::db::Error as Failure;
pub use crate::db::audit::Line;
pub use crate::db::catalogue::{BdpmPack, BdpmProduct, Changes, Listed};
pub use crate::db::clearances::ClearanceRecord;
pub use crate::db::counts::Which as WhichCounts;
pub use crate::db::dispensed::Dispensed;
pub use crate::db::idempotency::Key;
pub use crate::db::inventories::Inventory;
pub use crate::db::notices::{NoticeAct, NoticeRecord};
pub use crate::db::outbox::{LetterState, OutboxLetter};
pub use crate::db::patients::{Known, PatientRecord, PatientState};
pub use crate::db::people::Account;
pub use crate::db::plans::PlanRecord;
pub use crate::db::recalls::Filter as RecallFilter;
pub use crate::db::recipients::Recipient;
pub use crate::db::sites::Network;
pub use crate::db::standings::Standing;
pub use crate::db::stock::{Filter, Lot};
pub use crate::db::tokens::{Reach, TokenRecord};
pub use crate::db::transfers::{InTransit, Words as TransferWords};
pub use crate::rulebook::Rulebooks;
