//! The room that decides. Pure: values in, values out.
//!
//! It does no input or output, knows no clock, no randomness, no SQL and no JSON, and so it
//! cannot fail for reasons outside of its arguments. Start with [`reserve`], which says what must
//! stay in the fridge, then [`clearance`], which says whether an infusion may start; both ask
//! [`dose`] which vials make which doses.
//!
//! # Words
//!
//! One word for one thing, in types, tables, addresses, pages and letters alike; the official
//! French term stands in parentheses.
//!
//! What there is:
//!
//! - **medicine** (spécialité): what a rulebook is about. Its **presentations**
//!   (présentations) differ in strength, route or box; each has a CIP13 code:
//!   [`presentation`], [`code`].
//! - **unit** (unité): one vial, syringe or pen, never a box and never a part. A **vial** (flacon)
//!   is a unit of which infusions are made. [`Units`](quantity::Units)
//! - **lot** (lot): units of one presentation with one lot number and one **expiry** (date de
//!   péremption), the last day on which they may be used. A **pack** is one box with its serial
//!   number.
//! - **site** (pharmacie à usage intérieur, PUI): the pharmacy of one hospital, named by its
//!   FINESS number; a **network** (groupement hospitalier de territoire, GHT) is the sites that help
//!   one another: [`site`].
//! - **delivery** (livraison): units that a supplier promised: announced, confirmed, received or
//!   cancelled.
//!
//! What happens to it:
//!
//! - **movement** (mouvement de stock): units that enter or leave a site, or change their state;
//!   never changed, undone by another. The **ledger** is all of them: [`ledger`].
//! - **balance**: the sum of the movements of a lot at a site, **usable** and **quarantined** (en
//!   quarantaine); a [`StockLine`](ledger::StockLine) is a balance and what of it is held.
//! - **hold** (réservation nominative): usable units of a lot set aside for one dose of one
//!   patient. What nobody holds is **free**.
//! - **loss** (perte), **dispensing** (dispensation), **receipt** (réception), and so on: the
//!   [kinds](ledger::MovementKind) of movement.
//!
//! - **recall** (rappel de lot): no unit of a lot may be used anywhere while it stands; it is **lifted**
//!   (levé), and **dealt with** (traité) at each site: [`recall`].
//! - **excursion** (rupture de la chaîne du froid): units that were out of 2 to 8 °C, set apart until it is
//!   **decided** to release or destroy them. Which quarantined units wait for which decision: [`apart`].
//! - **inventory** (inventaire): a shelf is counted while others go on; its **differences** are booked when
//!   it is **closed**: [`inventory`].
//!
//! What must stay:
//!
//! - **dose** (dose; the letter's « injection »): what one patient receives at once, made of whole
//!   vials in date; doses **fit** when all can be made at once: [`dose`].
//! - **need**: how much a dose must hold at least, and the day on which its vials must be in date.
//! - **rulebook**: what a document says about a medicine, as values, each with its source:
//!   [`rule`]. A **notice** is the document: the letter of 14 October 2021. It is in force, to come,
//!   **ended** or **superseded** by another; one that is over is applied until it is **retired**
//!   (retirée) by a coordinator: [`Standing`](rule::Standing).
//! - **CRS** (syndrome de relargage de cytokines, SRC): what the reserved doses treat, after an
//!   **infusion** of CAR-T cells.
//! - **window**: from the day of the infusion to a fortnight after. A patient in it is **infused**;
//!   one whose infusion is planned within the days that count is **scheduled**.
//! - **k**: how many doses must be there before an infusion: two when **resupply**
//!   (réapprovisionnement) is assured, three when it is compromised.
//! - **reserve** (the letter's « stock minimal »): the doses that must stay: of infused patients, of
//!   scheduled ones, and the **floor**, reference doses for nobody in particular up to k. Each
//!   stands as **held**, **possible** or **missing**; **required** is how many there are, and what is
//!   not missing is possible: [`reserve`].
//! - **reference dose**: the size of a dose of the floor.
//! - **rank**: the place of a dose in the order of the reserve; what is cut is cut in reverse rank.
//!
//! What is decided:
//!
//! - **clearance**: the answer to "may this infusion start": **GO** with doses held, or **NO-GO** with
//!   what is missing and the vials that **fill** it. In force it is **standing**, or **broken** when a
//!   dose is no longer covered; it ends **used**, **released** or **moved**: [`clearance`].
//! - **request** (demande): what somebody asks for, for one patient; **due** (échéance) an interval after the
//!   last administration. **Open**, it is ranked; a dispensing **serves** it and **proposes** the next:
//!   [`request`].
//! - **count** (polynucléaires neutrophiles, PNN): the neutrophils in a patient's blood on one day, as they were
//!   entered; corrected by another, **withdrawn** when it was a mistake: [`count`].
//! - **alternative** (alternative thérapeutique): what could be given instead. A rulebook **lists** them for an
//!   indication; somebody **declares** what became of each, and whether one is left follows. Where none is
//!   listed the prescriber **states** it: [`request::Books`].
//! - **treatment** (of a patient, under a safety rulebook): since when it runs, pauses or was stopped, and what
//!   the rules look at besides; each edit is another version of it: [`treatment`].
//! - **plan**: who is served with what there is. A **claim** is what one request or reserve asks for,
//!   all or nothing; it is **granted**, or **deferred** when it cannot be met together with all that
//!   was granted before. A **pool** is the sites that share; a **class** is a rank of the rulebook; the
//!   **lottery** orders equals. [`plan`].
//! - **transfer** (transfert): units that one pharmacy sends to another: **asked**, **accepted**, **sent**,
//!   **received**, or **returning** when some were refused at the door. **In transit** they are in nobody's
//!   stock. A **proposal** is what a pharmacy could send: [`transfer`].
//! - **override**: a refusal set aside by a pharmacist, for one patient, with a written reason.
//! - **refusal**: what the facts do not allow, with its reason as data: [`reason`].
//! - **alert** (alerte): what a pharmacist must hear; opened, worsened and closed by a **reading**, what
//!   there is against what there should be: [`alert`]. A **letter** is the email that says so.
//! - **threshold** (seuil): the minimum of a presentation or a route that a pharmacist set for a site; lots that
//!   are **expiring** (proches de la péremption) are told within its **notice**: [`shelf`].
//! - **forecast** (projection): reserve and shelf day by day from what is known to come; a **breach** (rupture) is
//!   a day on which the reserve would be short: [`forecast`].
//! - **role**: who may do what where: [`role`]; a **person** holds several, each at a site or everywhere: [`person`].
//!   An **identity** is how a provider of single sign-on names a person: [`identity`].
//!   A token's **scope** is what of its role it is for: [`scope`].
#![deny(clippy::float_arithmetic)]

pub mod alert;
pub mod apart;
pub mod assess;
pub mod breaking;
pub mod calendar;
pub mod cis;
pub mod clearance;
pub mod code;
mod code_error;
pub mod count;
pub mod dose;
pub mod email;
pub mod forecast;
pub mod gate;
pub mod hours;
pub mod id;
pub mod identity;
pub mod inventory;
pub mod language;
pub mod ledger;
pub mod line;
pub mod password;
pub mod person;
pub mod plan;
pub mod presentation;
pub mod quantity;
pub mod reason;
pub mod recall;
pub mod request;
pub mod reserve;
pub mod role;
pub mod rule;
pub mod scan;
pub mod scope;
pub mod shelf;
pub mod site;
pub mod slowing;
pub mod slug;
#[cfg(test)]
mod testing;
pub mod transfer;
pub mod treatment;
