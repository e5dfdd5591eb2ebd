//! Who may do what, and where. The whole table is here.

/// In what role somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Keeps the stock of a site.
    Pharmacist,
    /// Asks whether an infusion may start.
    CarTUnit,
    /// Asks for a medicine for a patient.
    Prescriber,
    /// Sees the sites of a network together.
    Coordinator,
    /// Installs, and gives access.
    Admin,
    /// Looks, and changes nothing.
    Reader,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::Pharmacist,
        Self::CarTUnit,
        Self::Prescriber,
        Self::Coordinator,
        Self::Admin,
        Self::Reader,
    ];

    /// Returns the code of the role.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pharmacist => "pharmacist",
            Self::CarTUnit => "car-t-unit",
            Self::Prescriber => "prescriber",
            Self::Coordinator => "coordinator",
            Self::Admin => "admin",
            Self::Reader => "reader",
        }
    }

    /// Returns the role of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }
}

/// What somebody wants to do; every route names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Know who they are to the service.
    ReadSelf,
    /// Read the catalogue, the rulebooks, the networks and sites.
    ReadCommons,
    /// Put a presentation on the catalogue.
    EditCatalogue,
    /// Add and edit networks and sites.
    EditSites,
    /// Say by hand whether a site can count on resupply.
    SetResupply,
    /// Set a site's own minimums, and how far ahead it hears of what is to come.
    SetThresholds,
    /// Read stock, reserve, movements, deliveries and alerts of a site.
    ReadStock,
    /// Move stock.
    MoveStock,
    /// Ask another pharmacy for a transfer, see who could send it, cancel it.
    AskTransfers,
    /// Announce and confirm deliveries.
    EditDeliveries,
    /// Read clearances, holds and CAR-T patients.
    ReadPatients,
    /// Register CAR-T patients, ask for clearances, release holds.
    EditPatients,
    /// Read requests, with their rank and reason.
    ReadRequests,
    /// File, edit and withdraw requests.
    FileRequests,
    /// Read the neutrophil counts of patients.
    ReadCounts,
    /// Enter, correct, withdraw and import neutrophil counts.
    RecordCounts,
    /// Confirm what the safety rulebook warns of.
    ConfirmSafety,
    /// Override what the safety rulebook says against a treatment.
    OverrideSafety,
    /// Read plans, and plan without keeping it.
    ReadPlans,
    /// Keep plans, and approve their lines.
    ApprovePlans,
    /// Retire a notice that has ended, and take that back.
    RetireNotices,
    /// Recall a lot at every site, and lift that.
    RecallLots,
    /// Acknowledge an alert.
    AcknowledgeAlert,
    /// Read who receives letters, and the letters.
    ReadLetters,
    /// Edit who receives letters.
    EditRecipients,
    /// Send letters again that were given up.
    RetryLetters,
    /// Read the audit trail.
    ReadAudit,
    /// Give and revoke access.
    EditTokens,
    /// Add people, and say who holds which role where.
    EditPeople,
    /// Break the glass at a site that is not theirs.
    BreakGlass,
    /// See who broke the glass at a site, and end it.
    OverseeBreakings,
    /// Read all of a site on one sheet, for a day on paper.
    ReadSituation,
    /// Take out all that is held on a patient.
    ExportPatients,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 33] = [
        Self::ReadSelf,
        Self::ReadCommons,
        Self::EditCatalogue,
        Self::EditSites,
        Self::SetResupply,
        Self::SetThresholds,
        Self::ReadStock,
        Self::MoveStock,
        Self::AskTransfers,
        Self::EditDeliveries,
        Self::ReadPatients,
        Self::EditPatients,
        Self::ReadRequests,
        Self::FileRequests,
        Self::ReadCounts,
        Self::RecordCounts,
        Self::ConfirmSafety,
        Self::OverrideSafety,
        Self::ReadPlans,
        Self::ApprovePlans,
        Self::RetireNotices,
        Self::RecallLots,
        Self::AcknowledgeAlert,
        Self::ReadLetters,
        Self::EditRecipients,
        Self::RetryLetters,
        Self::ReadAudit,
        Self::EditTokens,
        Self::EditPeople,
        Self::BreakGlass,
        Self::OverseeBreakings,
        Self::ReadSituation,
        Self::ExportPatients,
    ];
}

/// Returns whether `role` may do `action` at a site where it is held.
///
/// Where it is held is another question: a token names its sites, and nobody acts elsewhere; nor,
/// with sites of their own, on what is everybody's ([`is_felt_everywhere`]).
pub const fn may(role: Role, action: Action) -> bool {
    use Role::{Admin, CarTUnit, Coordinator, Pharmacist, Prescriber, Reader};
    match action {
        Action::ReadSelf | Action::ReadCommons => true,
        Action::EditCatalogue => matches!(role, Pharmacist | Admin),
        Action::EditSites | Action::EditTokens | Action::EditPeople | Action::RetryLetters => {
            matches!(role, Admin)
        }
        Action::SetResupply
        | Action::SetThresholds
        | Action::MoveStock
        | Action::OverrideSafety
        | Action::ReadSituation
        | Action::ExportPatients => {
            matches!(role, Pharmacist)
        }
        Action::ReadStock => matches!(
            role,
            Pharmacist | CarTUnit | Prescriber | Coordinator | Reader
        ),
        Action::EditDeliveries | Action::AskTransfers => matches!(role, Pharmacist | Coordinator),
        Action::ReadPatients => matches!(role, Pharmacist | CarTUnit | Coordinator),
        Action::EditPatients => matches!(role, Pharmacist | CarTUnit),
        Action::ReadRequests => {
            matches!(role, Pharmacist | CarTUnit | Prescriber | Coordinator)
        }
        Action::FileRequests | Action::ReadCounts | Action::RecordCounts => {
            matches!(role, Pharmacist | CarTUnit | Prescriber)
        }
        Action::ConfirmSafety => matches!(role, Pharmacist | Coordinator),
        Action::ReadPlans => matches!(role, Pharmacist | Coordinator),
        Action::ApprovePlans | Action::RetireNotices => matches!(role, Coordinator),
        // Choice: one answers for every pharmacy's shelf. A pharmacist with the agency's alert in the hand
        // sets the lot apart at their own at once, by a movement, and calls
        Action::RecallLots => matches!(role, Coordinator | Admin),
        Action::AcknowledgeAlert => matches!(role, Pharmacist | CarTUnit | Coordinator),
        Action::ReadLetters | Action::EditRecipients => {
            matches!(role, Pharmacist | Coordinator | Admin)
        }
        Action::ReadAudit | Action::OverseeBreakings => {
            matches!(role, Pharmacist | Coordinator | Admin)
        }
        // as `breaking::ROLES`
        Action::BreakGlass => matches!(role, Pharmacist | CarTUnit | Prescriber),
    }
}

/// Returns whether somebody may do it who broke the glass: what a patient needs tonight.
///
/// Choice: not what would keep others from hearing of it (who receives letters, acknowledging an alert, ending
/// access), not what sets a site for the time after, and not what takes data away.
pub const fn may_by_breaking(action: Action) -> bool {
    !matches!(
        action,
        Action::EditRecipients
            | Action::RetryLetters
            | Action::AcknowledgeAlert
            | Action::OverseeBreakings
            | Action::SetThresholds
            | Action::SetResupply
            | Action::ReadAudit
            | Action::ExportPatients
    )
}

/// Returns whether an action that names no site is felt at every site, so that only somebody whose
/// access holds everywhere may do it.
///
/// Giving access is not among them: what is given is measured against the giver's own reach. Nor is
/// the catalogue, to which things are only added: a pharmacist with a new box in the hand must be able
/// to receive it.
pub const fn is_felt_everywhere(action: Action) -> bool {
    matches!(
        action,
        Action::EditSites | Action::RetireNotices | Action::RecallLots
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_changes_nothing_and_meets_no_patient() {
        let allowed: Vec<Action> = Action::ALL
            .into_iter()
            .filter(|a| may(Role::Reader, *a))
            .collect();
        assert_eq!(
            allowed,
            [Action::ReadSelf, Action::ReadCommons, Action::ReadStock]
        );
    }

    #[test]
    fn who_broke_the_glass_does_what_a_patient_needs_and_silences_nobody() {
        for action in [Action::ReadStock, Action::MoveStock, Action::FileRequests] {
            assert!(may_by_breaking(action), "{action:?}");
        }
        for action in [Action::AcknowledgeAlert, Action::EditRecipients] {
            assert!(!may_by_breaking(action), "{action:?}");
        }
        for role in Role::ALL {
            let breaks = super::super::breaking::ROLES.contains(&role);
            assert_eq!(may(role, Action::BreakGlass), breaks, "{role:?}");
        }
    }

    #[test]
    fn an_administrator_gives_access_but_moves_no_stock() {
        assert!(may(Role::Admin, Action::EditTokens));
        assert!(!may(Role::Admin, Action::MoveStock));
        assert!(!may(Role::Admin, Action::ReadPatients));
    }

    #[test]
    fn requests_are_filed_by_those_who_treat_and_read_by_those_who_plan_too() {
        let who = |action| Role::ALL.into_iter().filter(move |role| may(*role, action));
        let treat = [Role::Pharmacist, Role::CarTUnit, Role::Prescriber];
        assert!(who(Action::FileRequests).eq(treat));
        assert!(who(Action::ReadRequests).eq(treat.into_iter().chain([Role::Coordinator])));
    }

    #[test]
    fn counts_are_those_of_who_treats() {
        let treat = [Role::Pharmacist, Role::CarTUnit, Role::Prescriber];
        for action in [Action::ReadCounts, Action::RecordCounts] {
            let who = Role::ALL.into_iter().filter(|role| may(*role, action));
            assert!(who.eq(treat), "{action:?}");
        }
    }

    #[test]
    fn what_is_everybodys_is_written_by_those_who_answer_for_every_site() {
        let everywhere: Vec<Action> = Action::ALL
            .into_iter()
            .filter(|a| is_felt_everywhere(*a))
            .collect();
        assert_eq!(
            everywhere,
            [Action::EditSites, Action::RetireNotices, Action::RecallLots]
        );
    }

    #[test]
    fn codes_come_back_as_the_role_they_came_from() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
    }
}
