//! Why something was refused, as data. The sentences are in [`crate::text`].

mod access;

pub use access::OfAccess;

use super::calendar::Day;
use super::code::{Cip13, Finess, LotNumber, Serial};
use super::id::{RequestId, TransferId};
use super::inventory::{Hindrance, Place};
use super::quantity::{Doses, Mg, Units};

/// Whether somebody who reads a text sees anything of it: a reason of characters without a shape is none.
///
/// Source: the Unicode Standard, property `Default_Ignorable_Code_Point`.
pub fn can_be_seen(text: &str) -> bool {
    let ignored = |c: char| {
        matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}')
    };
    let blank = |c: char| c.is_whitespace() || c.is_control() || ignored(c);
    !text.chars().all(blank)
}

/// Whether a character in a line of text makes it look like another, or as if it ended: those that control,
/// break a line, or set the direction of those after them.
///
/// Source: Unicode Standard Annex 9, § 2 (embeddings, overrides and isolates; its marks stand in names that are
/// written from right to left, and turn nothing).
pub fn is_strange(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A decided refusal: the facts do not allow what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A reserve would lose doses.
    ReserveWouldBreak {
        /// By which rulebook it is kept.
        rulebook: String,
        /// How many doses would be lost.
        lost: Doses,
        /// How many would be possible afterwards.
        possible: Doses,
        /// How many must stay.
        required: Doses,
    },
    /// There are fewer free units than were asked for.
    NotEnough {
        /// Of which presentation.
        cip13: Cip13,
        /// Of which lot, if one was named.
        lot: Option<LotNumber>,
        /// How many were asked for.
        wanted: Units,
        /// How many can be had: free and in date.
        free: Units,
        /// How many more are held.
        held: Units,
    },
    /// The safety rulebook speaks against giving the medicine to a request's patient.
    Unsafe {
        /// Which request.
        request: RequestId,
        /// How many findings speak against it.
        findings: usize,
    },
    /// The safety rulebook warns of something about a request's patient that nobody has confirmed.
    ToConfirm {
        /// Which request.
        request: RequestId,
        /// How many findings are to be confirmed.
        findings: usize,
    },
    /// The lot is not, and never was, at the site.
    UnknownLot {
        /// Of which presentation.
        cip13: Cip13,
        /// Its number.
        lot: LotNumber,
    },
    /// The lot's number is on the shelf with two expiries: the day must be said.
    WhichExpiry {
        /// The lot's number.
        lot: LotNumber,
        /// The expiries there are.
        expiries: Vec<Day>,
    },
    /// The unit expires before the day of receipt.
    ExpiredOnReceipt {
        /// When it expires.
        expiry: Day,
        /// The day of receipt.
        today: Day,
    },
    /// So many boxes hold more units than one movement can have.
    TooManyBoxes {
        /// How many boxes were said.
        boxes: Units,
        /// Units in one box.
        per_box: Units,
        /// The most boxes that one movement can have.
        most: Units,
    },
    /// A pack moves whole, and so many units are not one.
    NotOnePack {
        /// How many were said.
        units: Units,
        /// Units in one box.
        per_box: Units,
        /// Which line of the order says it, from 0; nothing when the order is no list.
        line: Option<usize>,
    },
    /// The pack is already at a site.
    SerialKnown {
        /// Its serial number.
        serial: Serial,
        /// Where it is, if the caller may know.
        site: Finess,
    },
    /// The pack is on its way from one pharmacy to another.
    PackOnItsWay {
        /// Its serial number.
        serial: Serial,
        /// With which transfer.
        transfer: TransferId,
    },
    /// The pack is of another lot than the one that is named.
    OtherLot {
        /// Its serial number.
        serial: Serial,
        /// The lot that was named.
        found: LotNumber,
        /// The lot that the pack is of.
        expected: LotNumber,
        /// Which line of the order names it, from 0; nothing when the order is no list.
        line: Option<usize>,
    },
    /// The delivery that is named is of another presentation.
    OtherPresentation {
        /// What came in.
        found: Cip13,
        /// What the delivery is of.
        expected: Cip13,
    },
    /// More units of a lot are told of than a transfer has on its way.
    TransferDiffers {
        /// Of which presentation.
        cip13: Cip13,
        /// The lot's number.
        lot: LotNumber,
        /// How many are told of.
        told: Units,
        /// How many there are.
        expected: Units,
    },
    /// The presentation is not on the catalogue.
    NotOnCatalogue {
        /// Its code.
        cip13: Cip13,
        /// Its name in the imported public medicines database, if it is there.
        known_as: Option<String>,
    },
    /// The movement was undone already, or is itself a reversal.
    NotReversible {
        /// The code of why: `reversed`, `is-reversal`, `units-gone`, `held-back`.
        why: &'static str,
    },
    /// The count equals what the ledger says: there is nothing to adjust.
    NothingToAdjust,
    /// The site is no CAR-T centre.
    NotCarT {
        /// Which site.
        site: Finess,
    },
    /// The infusion lies outside of the days for which a clearance is given.
    InfusionOutsideWindow {
        /// The day of the infusion.
        infusion_on: Day,
        /// The first day allowed.
        first: Day,
        /// The last day allowed.
        last: Day,
    },
    /// It cannot have happened yet.
    InTheFuture {
        /// Which instant: `happened_at`.
        what: &'static str,
    },
    /// Units cannot have left before they were there.
    BeforeItsUnits {
        /// Which instant: `happened_at`.
        what: &'static str,
        /// How many units of the lot there were then, in the state they left from.
        there: Units,
        /// How many left.
        wanted: Units,
    },
    /// It is to come, and its day or hour is past.
    InThePast {
        /// Which day or instant: `expected_on`, `expires_at`, `until`.
        what: &'static str,
    },
    /// What is to be done takes away what others count on, and nobody said why.
    ReasonMissing,
    /// What is to be booked is not what somebody has seen: the file, or the ledger, is another by now.
    SeenOtherwise,
    /// More lots differ than are booked at once.
    TooManyDifferences {
        /// How many differ.
        found: usize,
        /// The most that are booked.
        most: usize,
    },
    /// The window after the infusion is said to be over, and is not.
    WindowOpen {
        /// How many days it lasts after the day of the infusion.
        days: u32,
    },
    /// The patient has a clearance in force.
    AlreadyCleared,
    /// The state of the thing does not allow it.
    WrongState {
        /// What it is.
        state: &'static str,
    },
    /// The pseudonym is taken at this site.
    PseudonymTaken,
    /// What is to be created is there already.
    AlreadyThere {
        /// What it is: `site`, `network`, `recipient`, `presentation`.
        what: &'static str,
    },
    /// A request of the patient for this indication is open.
    AlreadyAsked {
        /// Which one.
        request: RequestId,
    },
    /// What is asked for does not fit together.
    UnfitRequest {
        /// The fields that do not fit, never empty; what stood in them is personal.
        fields: Vec<&'static str>,
    },
    /// What is named does not exist.
    Unknown {
        /// What it is: `site`, `network`, `movement`, `patient`, …
        what: &'static str,
        /// By which name it was asked for.
        name: String,
    },
    /// Nobody within the caller's reach has that pseudonym, which is personal and not repeated.
    UnknownPatient,
    /// Several sites within the caller's reach have a patient of that pseudonym, each its own.
    WhichSite {
        /// Those sites.
        sites: Vec<Finess>,
    },
    /// No rulebook of that name, or none that asks for a reserve.
    NoReserveRule {
        /// What was asked for, if anything.
        asked: Option<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// No rulebook of that name, or none that ranks requests.
    NoRanking {
        /// What was asked for, if anything.
        asked: Option<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// Several rulebooks have presentations of the route: one must be named.
    WhichRulebook {
        /// Those rulebooks.
        known: Vec<String>,
    },
    /// Sites of several networks are to be planned, and do not share their stock.
    SeveralNetworks,
    /// Somebody else edited it meanwhile.
    Stale {
        /// The version that stands.
        version: i64,
    },
    /// The reference dose lies outside of what a rulebook allows.
    ReferenceDose {
        /// What was asked for.
        found: Mg,
        /// The least allowed.
        least: Mg,
        /// The greatest allowed.
        most: Mg,
    },
    /// Something of a presentation is neither said nor certain from the public database.
    MustBeSaid {
        /// Of which presentation.
        cip13: Cip13,
        /// What: `label`, `route`, `units_per_box`.
        what: &'static str,
    },
    /// The presentation does not treat a cytokine release syndrome: another medicine, or another
    /// route than that of the reserve.
    NotForCrs {
        /// The line's place in the list of the order, from 0; nothing when the order is one line.
        place: Option<usize>,
        /// What was to be dispensed.
        found: Cip13,
        /// What treats, by code.
        expected: Vec<Cip13>,
    },
    /// Units in quarantine wait for a decision, and are not released by hand before.
    HeldBack {
        /// Of which presentation.
        cip13: Cip13,
        /// Of which lot.
        lot: LotNumber,
        /// What holds them: `recall` or `excursion`.
        by: &'static str,
        /// How many were to be released.
        wanted: Units,
        /// How many may be.
        free: Units,
    },
    /// Lines of an inventory hinder it from being closed.
    CannotClose {
        /// Which, and what of each; never empty.
        lines: Vec<(Place, Hindrance)>,
    },
    /// About access: people, passwords, codes, tokens.
    Access(OfAccess),
    /// The caller holds no role that may do this here.
    Forbidden,
    /// The access to be given holds where the caller's own does not.
    BeyondReach {
        /// The first site of it beyond the caller's reach; none when it is to hold everywhere.
        site: Option<Finess>,
    },
}

impl Refusal {
    /// Returns the stable code of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ReserveWouldBreak { .. } => "reserve-would-break",
            Self::NotEnough { .. } => "not-enough-units",
            Self::Unsafe { .. } => "unsafe",
            Self::ToConfirm { .. } => "to-confirm",
            Self::UnknownLot { .. } => "unknown-lot",
            Self::WhichExpiry { .. } => "which-expiry",
            Self::ExpiredOnReceipt { .. } => "expired-on-receipt",
            Self::TooManyBoxes { .. } => "too-many-boxes",
            Self::NotOnePack { .. } => "not-one-pack",
            Self::SerialKnown { .. } => "serial-known",
            Self::PackOnItsWay { .. } => "pack-on-its-way",
            Self::OtherLot { .. } => "other-lot",
            Self::OtherPresentation { .. } => "other-presentation",
            Self::TransferDiffers { .. } => "transfer-differs",
            Self::NotOnCatalogue { .. } => "not-on-catalogue",
            Self::NotReversible { .. } => "not-reversible",
            Self::NothingToAdjust => "nothing-to-adjust",
            Self::NotCarT { .. } => "not-a-car-t-centre",
            Self::InfusionOutsideWindow { .. } => "infusion-outside-window",
            Self::InTheFuture { .. } => "in-the-future",
            Self::BeforeItsUnits { .. } => "before-its-units",
            Self::InThePast { .. } => "in-the-past",
            Self::ReasonMissing => "reason-missing",
            Self::SeenOtherwise => "seen-otherwise",
            Self::TooManyDifferences { .. } => "too-many-differences",
            Self::WindowOpen { .. } => "window-open",
            Self::AlreadyCleared => "already-cleared",
            Self::WrongState { .. } => "wrong-state",
            Self::PseudonymTaken => "pseudonym-taken",
            Self::AlreadyThere { .. } => "already-there",
            Self::AlreadyAsked { .. } => "already-asked",
            Self::UnfitRequest { .. } => "unfit-request",
            Self::Unknown { .. } => "unknown",
            Self::UnknownPatient => "unknown-patient",
            Self::WhichSite { .. } => "which-site",
            Self::NoReserveRule { .. } => "no-reserve-rule",
            Self::NoRanking { .. } => "no-ranking",
            Self::WhichRulebook { .. } => "which-rulebook",
            Self::SeveralNetworks => "several-networks",
            Self::Stale { .. } => "stale",
            Self::ReferenceDose { .. } => "reference-dose",
            Self::MustBeSaid { .. } => "must-be-said",
            Self::NotForCrs { .. } => "not-for-crs",
            Self::HeldBack { .. } => "held-back",
            Self::CannotClose { .. } => "cannot-close",
            Self::Access(of) => of.code(),
            Self::Forbidden => "forbidden",
            Self::BeyondReach { .. } => "beyond-reach",
        }
    }
}
