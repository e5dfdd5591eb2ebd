//! The sentences in English.

use crate::domain::alert::AlertKind;
use crate::domain::quantity::{Doses, Units};
use crate::domain::reason::Refusal;
use crate::domain::rule::Resupply;

/// Returns the sentence for a refusal.
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::ReserveWouldBreak { rulebook, lost, possible, required } => format!(
            "The CAR-T reserve ({rulebook}) would lose {}: {possible} of {required} could then be made. \
             A CRS treatment is never refused; for one patient a pharmacist may override with a written reason.",
            doses(*lost)
        ),
        Refusal::NotEnough { cip13, lot, wanted, free, held } => {
            let of = lot.as_ref().map_or_else(|| cip13.to_string(), |lot| format!("{cip13}, lot {lot}"));
            let held = if *held > Units::ZERO { format!("; {held} more are held for patients") } else { String::new() };
            format!("{} of {of} asked for, {free} to be had{held}.", units(*wanted))
        }
        Refusal::UnknownLot { cip13, lot } => {
            format!("Lot {lot} of {cip13} is not and never was at this site. Compare it with the box, or register its receipt.")
        }
        Refusal::WhichExpiry { lot, expiries } => {
            let days: Vec<String> = expiries.iter().map(ToString::to_string).collect();
            format!("Lot {lot} is here with several expiries ({}): say which in `expiry`.", days.join(", "))
        }
        Refusal::ExpiredOnReceipt { expiry, today } => {
            format!("The expiry {expiry} lies before today, {today}: it cannot go to the shelf. Compare it with the box.")
        }
        Refusal::NotOnePack { units, per_box, .. } => {
            format!("A serial number is that of one whole pack: {per_box} units, not {units}.")
        }
        Refusal::TooManyBoxes { boxes, per_box, most } => {
            format!("{boxes} boxes of {per_box} units are more than one movement can have: {most} boxes at most.")
        }
        Refusal::SerialKnown { serial, .. } => format!("The pack with serial number {serial} is already in stock and has not left. Was it scanned twice?"),
        Refusal::PackOnItsWay { serial, transfer } => format!("The pack with serial number {serial} is on its way with the transfer {transfer}: receive it with that transfer, or it would be counted twice."),
        Refusal::OtherLot { serial, found, expected, .. } => {
            format!("The pack with serial number {serial} is of lot {expected} and not of lot {found}. Compare both with the box.")
        }
        Refusal::OtherPresentation { found, expected } => {
            format!("This delivery is of {expected} and not of {found}. Compare the code with the box, or name another delivery.")
        }
        Refusal::TransferDiffers { cip13, lot, told, expected } => format!("{} of lot {lot} of {cip13} are told of, {expected} are on their way with this transfer: count again, and compare the lot with the sheet.", units(*told)),
        Refusal::NotOnCatalogue { cip13, known_as: Some(name) } => {
            format!("{cip13} is not on the catalogue. The public medicines database knows it as \"{name}\": put it on the catalogue first.")
        }
        Refusal::NotOnCatalogue { cip13, known_as: None } => {
            format!("{cip13} is not on the catalogue: put it there first.")
        }
        Refusal::NotReversible { why } => not_reversible(why).to_owned(),
        Refusal::NothingToAdjust => "The count equals the ledger: there is nothing to adjust.".to_owned(),
        Refusal::NotCarT { site } => format!("Site {site} is not qualified for CAR-T therapies."),
        // the day itself is the patient's: sentences are kept, so it is not in this one
        Refusal::InfusionOutsideWindow { first, last, .. } => {
            format!("The infusion day lies outside of {first} to {last}, the days for which a clearance is given.")
        }
        Refusal::InTheFuture { .. } => "It cannot have happened in the future.".to_owned(),
        Refusal::InThePast { .. } => "That day or hour is past.".to_owned(),
        Refusal::ReasonMissing => "Others count on it: say why, in `reason`.".to_owned(),
        Refusal::SeenOtherwise => "What was seen no longer holds: the file is another, or units were moved since. Compare again, and confirm what is shown then.".to_owned(),
        Refusal::TooManyDifferences { found, most } => format!("{found} lots differ, and {most} at most are booked at once: is the file of this site, and in units and not in boxes?"),
        Refusal::WindowOpen { days } => format!("The window after the infusion is not over yet ({days} days): the doses stay. To give them back all the same, say why in your own words."),
        Refusal::AlreadyCleared => "This patient has a clearance in force: move it, or release it first.".to_owned(),
        Refusal::WrongState { state } => wrong_state(state),
        Refusal::Unsafe { request, findings } => format!("The safety rulebook speaks against this treatment ({findings}: see the safety of request {request}). A pharmacist may override it with a written reason."),
        Refusal::ToConfirm { request, findings } => format!("The safety rulebook warns ({findings}: see the safety of request {request}): confirm that it is known, by the codes."),
        Refusal::PseudonymTaken => "A CAR-T patient of this site has this pseudonym already.".to_owned(),
        Refusal::AlreadyThere { what } => format!("There is such a {what} already."),
        Refusal::AlreadyAsked { request } => format!("A request of this patient for this indication is open ({request}): edit it, or withdraw it first."),
        Refusal::UnfitRequest { fields } => format!("These fields do not fit together: {}. Read the request again and mend them.", fields.join(", ")),
        Refusal::Unknown { what, name } => format!("There is no {what} {name:?} here."),
        Refusal::UnknownPatient => "No patient of your sites has this pseudonym: a request or a CAR-T registration makes one known.".to_owned(),
        Refusal::WhichSite { sites } => {
            let sites: Vec<String> = sites.iter().map(ToString::to_string).collect();
            format!("Several of your sites have a patient of this pseudonym, each its own ({}): say `site`.", sites.join(", "))
        }
        Refusal::NoReserveRule { asked, known } => which_rulebook(asked.as_deref(), known, "asks for a reserve"),
        Refusal::NoRanking { asked, known } => which_rulebook(asked.as_deref(), known, "ranks requests"),
        Refusal::Stale { version } => format!("It was edited meanwhile and now has version {version}: read it again."),
        Refusal::ReferenceDose { found, least, most } => format!("A reference dose of {found} is not within {least} to {most}."),
        Refusal::MustBeSaid { cip13, what } => {
            format!("`{what}` of {cip13} is not certain from the public medicines database: say it.")
        }
        Refusal::BeforeItsUnits { there, wanted, .. } => format!(
            "Then there were {} units of the lot, and {} left: say when it happened.",
            there.get(),
            wanted.get()
        ),
        Refusal::NotForCrs { .. } => {
            "This presentation does not treat a cytokine release syndrome: dispense it without the indication."
                .to_owned()
        }
        Refusal::WhichRulebook { known } => format!("Several rulebooks have presentations of this route: say which, then a colon and the route ({}).", known.join(", ")),
        Refusal::SeveralNetworks => "Sites of several networks are planned together only if all share their stock (`transfers`: `all`): each network has a lottery of its own.".to_owned(),
        Refusal::HeldBack { cip13, lot, by, free, .. } => super::shelf::held_back_en(*cip13, lot, by, *free),
        Refusal::CannotClose { lines } => super::shelf::cannot_close_en(lines),
        Refusal::Access(of) => super::access::refusal(super::Language::En, *of),
        Refusal::Forbidden => "Your role does not allow this here.".to_owned(),
        Refusal::BeyondReach { site: Some(site) } => {
            format!("Your own access does not hold at {site}, so you cannot give any there.")
        }
        Refusal::BeyondReach { site: None } => {
            "Your own access does not hold at every site, so you cannot give any that does."
                .to_owned()
        }
    }
}

fn not_reversible(why: &str) -> &'static str {
    match why {
        "reversed" => "This movement was undone already.",
        "transferred" => "A transfer is not undone at one end: send the units back.",
        "is-reversal" => "A reversal is not undone: record the movement again.",
        "held-back" => {
            "These units are in quarantine for a recall or an excursion from the cold: lift the recall, or decide the excursion."
        }
        _ => {
            "The units are no longer there, or are held for a patient: units that are gone are a loss, not a mistake."
        }
    }
}

fn which_rulebook(asked: Option<&str>, known: &[String], what: &str) -> String {
    let known = if known.is_empty() {
        "none is loaded".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    };
    match asked {
        Some(asked) => format!("No rulebook {asked:?} {what}; {known}."),
        None => format!("Say which rulebook is meant; {known}."),
    }
}

fn wrong_state(state: &str) -> String {
    match state {
        "infused" => "The day of the infusion is past: it took place, and the doses stay until the window is over. To give them back all the same, say why in your own words.".to_owned(),
        "nothing-held" => "This clearance holds no dose any more.".to_owned(),
        "clearances-in-force" => "Clearances are in force here: release them first.".to_owned(),
        "approved" => "An approved plan holds units for it: withdraw it, which gives them back, and file it anew; or wait until they are dispensed.".to_owned(),
        "not-approved" => "No approved plan holds units for it: wait for the plan, or override with a written reason.".to_owned(),
        "on-its-way" => "Units for it have not arrived from another pharmacy yet: receive the transfer first, or say what leaves.".to_owned(),
        "rulebook-changed" => "The rulebook has changed since this plan: plan again.".to_owned(),
        "derived-otherwise" => "This plan no longer comes out the same: plan again.".to_owned(),
        "erased" => "What this plan was made from was erased.".to_owned(),
        "approved-and-left-out" => "A line is approved or left out, not both: choose.".to_owned(),
        "held-units-expired" => "Held units are out of date: book them as lost, and the request waits for the next plan.".to_owned(),
        "nothing-refused" => "Nothing of this transfer is on its way back: only what was refused on arrival comes back.".to_owned(),
        "no-legal-basis" => "Say by what right: the authorisation of the ARS with its reference, or the imperative need with the time at which the ARS was told (CSP, art. L5126-8).".to_owned(),
        "other-network" => "This site is of another network: a coordinator whose access holds there can ask it.".to_owned(),
        "transfer-expired" => "Units of this transfer are out of date: record the loss, and the transfer shrinks by it.".to_owned(),
        "too-old" => "This plan is more than seven days old: plan again.".to_owned(),
        "notice-retired" => "This rulebook has ended, and a coordinator retired it: it keeps no reserve, ranks no request and freezes no initiation any more.".to_owned(),
        "notice-in-force" => "This rulebook has not ended: it is retired once it has ended or another took its place, not before.".to_owned(),
        "notice-not-retired" => "This rulebook is not retired: there is nothing to take back.".to_owned(),
        "not-granted" => "This line is not granted: there is nothing to approve.".to_owned(),
        "corrected" => "This count was corrected already: correct the one in its place.".to_owned(),
        "entered-by-mistake" => "This count was withdrawn as entered by mistake: enter it again.".to_owned(),
        "nothing-changed" => "Nothing would change: a correction says another value, another unit or another day.".to_owned(),
        "no-such-finding" => "What is confirmed was not found of this patient: read the safety of the request again.".to_owned(),
        "nothing-to-decide" => "Nothing is left to decide: the safety rulebook has no open warning and no refusal.".to_owned(),
        "lifted" => "This recall was lifted.".to_owned(),
        "dealt-with" => "This recall is said to be dealt with here already.".to_owned(),
        "decided" => "That is decided already: what is still in quarantine is released or destroyed by a movement.".to_owned(),
        "nothing-there" => "There is no unit of this lot here, or nothing at all: there is nothing to set apart.".to_owned(),
        "inventory-open" => "An inventory is under way here: close it, or cancel it first.".to_owned(),
        "needed-expected" => "This patient is expected for a CAR-T infusion: cancel it, or wait for the end of the window.".to_owned(),
        "needed-request" => "There is an open request for this patient: withdraw it first.".to_owned(),
        "needed-treatment" => "A treatment of this patient is under way: say first that it was stopped.".to_owned(),
        "needed-hold" => "Units are held for this patient: release them first.".to_owned(),
        "needed-transfer" => "A transfer is on its way for this patient: end it first.".to_owned(),
        "inventory-over" => "This inventory was closed or cancelled: open another.".to_owned(),
        other => format!("It is {other}, and that does not allow it."),
    }
}

/// `1 dose`, `2 doses`.
pub fn doses(n: Doses) -> String {
    if n.get() == 1 {
        "1 dose".to_owned()
    } else {
        format!("{n} doses")
    }
}

/// `1 unit`, `2 units`.
pub fn units(n: Units) -> String {
    if n.get() == 1 {
        "1 unit".to_owned()
    } else {
        format!("{n} units")
    }
}

/// Returns the sentence for a clearance.
pub fn clearance(wanted: Doses, missing: Doses, resupply: Resupply, go: bool) -> String {
    let why = match resupply {
        Resupply::Assured => "resupply is assured",
        Resupply::Compromised => "resupply is compromised",
    };
    if go {
        format!("GO: {} held for this patient ({why}).", doses(wanted))
    } else {
        format!(
            "NO-GO: {} missing before it may start ({} needed for this patient, since {why}).",
            doses(missing),
            doses(wanted)
        )
    }
}

/// Returns what an alert of a kind is called.
pub const fn alert_name(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::ReserveBelowMinimum => "CAR-T reserve below its minimum",
        AlertKind::ClearanceBroken => "A CAR-T clearance is broken: NO-GO",
        AlertKind::Override => "A refusal was overridden",
        AlertKind::NoticeExpired => "A rulebook has ended, or is about to",
        AlertKind::CountOverdue => "Counts are overdue",
        AlertKind::ResupplyCompromised => "Resupply is compromised",
        AlertKind::Recall => "A lot is recalled",
        AlertKind::StockBelowMinimum => "Stock below the site's minimum",
        AlertKind::LotExpiring => "A lot is about to expire",
        AlertKind::ClearanceRefused => "A CAR-T clearance is refused: NO-GO",
        AlertKind::ReserveForecast => "A breach of the CAR-T reserve is foreseen",
        AlertKind::SiteUnreachable => "Site that nobody can be written to at",
        AlertKind::EvaluationLate => "Alerts of the site not evaluated",
        AlertKind::BreakGlass => "Emergency access to the site (glass broken)",
    }
}
