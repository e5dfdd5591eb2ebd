//! What of its role a token is for, and the names of all that can be done.

use super::role::Action;
use std::collections::BTreeSet;

/// What of its role somebody may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    #[default]
    All,
    /// What only reads.
    ReadOnly,
    /// These actions.
    Only(BTreeSet<Action>),
}

impl Scope {
    /// Returns whether it includes an action. Who one is can always be asked.
    pub fn allows(&self, action: Action) -> bool {
        match self {
            Self::All => true,
            Self::ReadOnly => action.only_reads(),
            Self::Only(actions) => action == Action::ReadSelf || actions.contains(&action),
        }
    }

    /// Returns whether it includes all that another does.
    pub fn covers(&self, other: &Self) -> bool {
        let mut all = Action::ALL.into_iter();
        all.all(|action| self.allows(action) || !other.allows(action))
    }

    /// Returns it as a text: `all`, `read-only`, or codes of actions with commas between.
    pub fn code(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::ReadOnly => "read-only".to_owned(),
            Self::Only(actions) => {
                let codes: Vec<&str> = actions.iter().map(|action| action.code()).collect();
                codes.join(",")
            }
        }
    }

    /// Reads what [`Self::code`] wrote.
    ///
    /// # Errors
    /// With the first word that is no code.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "read-only" => Ok(Self::ReadOnly),
            _ => text
                .split(',')
                .map(|word| Action::from_code(word.trim()).ok_or_else(|| word.trim().to_owned()))
                .collect::<Result<_, _>>()
                .map(Self::Only),
        }
    }
}

impl Action {
    /// Returns the code of the action.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReadSelf => "read-self",
            Self::ReadCommons => "read-commons",
            Self::EditCatalogue => "edit-catalogue",
            Self::EditSites => "edit-sites",
            Self::SetResupply => "set-resupply",
            Self::SetThresholds => "set-thresholds",
            Self::ReadStock => "read-stock",
            Self::MoveStock => "move-stock",
            Self::AskTransfers => "ask-transfers",
            Self::EditDeliveries => "edit-deliveries",
            Self::ReadPatients => "read-patients",
            Self::EditPatients => "edit-patients",
            Self::ReadRequests => "read-requests",
            Self::FileRequests => "file-requests",
            Self::ReadCounts => "read-counts",
            Self::RecordCounts => "record-counts",
            Self::ConfirmSafety => "confirm-safety",
            Self::OverrideSafety => "override-safety",
            Self::ReadPlans => "read-plans",
            Self::ApprovePlans => "approve-plans",
            Self::RetireNotices => "retire-notices",
            Self::RecallLots => "recall-lots",
            Self::AcknowledgeAlert => "acknowledge-alert",
            Self::ReadLetters => "read-letters",
            Self::EditRecipients => "edit-recipients",
            Self::RetryLetters => "retry-letters",
            Self::ReadAudit => "read-audit",
            Self::EditTokens => "edit-tokens",
            Self::EditPeople => "edit-people",
            Self::BreakGlass => "break-glass",
            Self::OverseeBreakings => "oversee-break-glass",
            Self::ReadSituation => "read-situation",
            Self::ExportPatients => "export-patients",
        }
    }

    /// Returns the action of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }

    /// Returns whether it changes nothing, and takes nothing out of the service as a file.
    pub const fn only_reads(self) -> bool {
        match self {
            Self::ReadSelf
            | Self::ReadCommons
            | Self::ReadStock
            | Self::ReadPatients
            | Self::ReadRequests
            | Self::ReadCounts
            | Self::ReadPlans
            | Self::ReadLetters
            | Self::ReadAudit
            | Self::ReadSituation => true,
            Self::EditCatalogue
            | Self::EditSites
            | Self::SetResupply
            | Self::SetThresholds
            | Self::MoveStock
            | Self::AskTransfers
            | Self::EditDeliveries
            | Self::EditPatients
            | Self::FileRequests
            | Self::RecordCounts
            | Self::ConfirmSafety
            | Self::OverrideSafety
            | Self::ApprovePlans
            | Self::RetireNotices
            | Self::RecallLots
            | Self::AcknowledgeAlert
            | Self::EditRecipients
            | Self::RetryLetters
            | Self::EditTokens
            | Self::EditPeople
            | Self::ExportPatients
            | Self::BreakGlass
            | Self::OverseeBreakings => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_an_action_reads_back_and_what_reads_is_named_so() {
        for action in Action::ALL {
            assert_eq!(Action::from_code(action.code()), Some(action));
            assert_eq!(action.only_reads(), action.code().starts_with("read-"));
        }
    }

    #[test]
    fn a_scope_reads_back_and_allows_what_it_names() {
        for text in ["all", "read-only", "read-stock", "read-stock,move-stock"] {
            assert_eq!(Scope::parse(text).unwrap().code(), text);
        }
        assert_eq!(Scope::parse("read-stock,fly"), Err("fly".to_owned()));
        assert!(Scope::parse("").is_err());
    }

    #[test]
    fn a_scope_covers_what_is_no_wider() {
        let scope = |text| Scope::parse(text).unwrap();
        let narrow = scope("read-stock");
        for wider in ["all", "read-only", "read-stock,move-stock"] {
            assert!(scope(wider).covers(&narrow), "{wider}");
            assert!(!narrow.covers(&scope(wider)), "{wider}");
        }
        assert!(narrow.covers(&narrow));
        let some = Scope::parse("move-stock").unwrap();
        assert!(some.allows(Action::MoveStock) && some.allows(Action::ReadSelf));
        assert!(!some.allows(Action::ReadStock));
        assert!(!Scope::ReadOnly.allows(Action::MoveStock));
    }
}
