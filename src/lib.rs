//! **Dotation** keeps the right doses of a scarce medicine in the right hospital pharmacy.
//!
//! # The one idea
//!
//! *The service says who gets a scarce medicine, and why. That answer is a pure function of facts and
//! rules; everything else carries facts to it or its answer away.* When you don't know where code
//! belongs, ask which of the two it does.
//!
//! # The rooms
//!
//! | room | what it does | start reading at |
//! |---|---|---|
//! | [`domain`] | decides: values in, values out | [`domain::reserve::stand`], [`domain::clearance::ask`], [`domain::assess::assess`], [`domain::dose`], [`domain::forecast::project`] |
//! | [`text`] | says it in French and English | [`text::refusal`] |
//! | [`rulebook`] | reads a document's rules from a file, every fault at once | [`rulebook::read`], and [`text::rulebook`] for the page |
//! | [`db`] | keeps, in SQLite or PostgreSQL | [`db::Db`] |
//! | [`app`] | one file a verb, one transaction a verb | [`app::dispense`], [`app::after`] |
//! | [`trail`] | says what proves the audit trail: lines, signed statements, files | [`trail::verify`] |
//! | [`mail`] | writes letters and posts them | [`mail::Post`] |
//! | [`wire`] | shapes of files that others write | [`wire::bdpm`] |
//! | [`http`] | the door for programs: `/api/v1` | [`http::api::routes`] |
//! | [`cli`], [`demo`] | the door for whoever runs it | [`cli`] |
//! | [`hands`] | shares work between processors | [`hands::plan()`] |
//! | [`server`], [`settings`], [`telemetry`], [`clock`], [`toml_file`] | wire it together | [`server::start()`] |
//!
//! Which room may use which is a table that a test reads beside the sources
//! (`tests/api/tidy/rooms.rs`); it fails with the sentence that was broken.
//!
//! # One request, followed through
//!
//! A CAR-T unit asks `POST /api/v1/sites/750100125/clearances`: may this infusion start?
//!
//! 1. **In.** [`http::door`] gives the request an id, a language and limits. [`http::api::guard`] finds
//!    whose token it is and looks the route up in [`http::api::routes`]: who may do this, and here? The
//!    handler reads the body into domain types; every fault of it is told at once, with its place.
//! 2. **The verb.** [`app::Service::answer`] opens one write. On SQLite that is a job for the one writer
//!    thread, which commits many at once; on PostgreSQL a transaction that has locked the site. An
//!    answer kept for the same `Idempotency-Key` ends it here ([`app::once`]). Otherwise
//!    [`app::ask_clearance`] loads the site ([`app::site_state`]), and the domain decides:
//!    [`domain::clearance::ask`] composes the doses of other patients, of this one and of the floor, all
//!    at once, from whole vials in date ([`domain::dose::grant`]). A GO's vials are held, the audit line
//!    is chained, and [`app::after`] settles what follows: holds made again, alerts, letters in the
//!    outbox. All of it, and the answer itself, is one commit.
//! 3. **Out.** When the commit is on the disk the answer goes out, and the post is woken:
//!    [`mail::Post`] leases the letters, sends each outside of any transaction, and records what became
//!    of it.
//!
//! Who is served when there is not enough is the same shape. [`app::live_case`] makes a case of the
//! database (`dotation plan` reads one from a file, [`wire::plan_case`]), [`domain::plan::plan()`] decides
//! (a large case on every processor, [`hands`]), and [`wire::plan`] writes it down with the sentences of
//! [`text::plan`]. A plan that is kept ([`app::make_plan`]) has frozen its case and the day's lottery;
//! [`app::approve_plan`] weighs each line again before its units are held.
//!
//! Whether a patient may start or go on is smaller: [`app::assess_case`] reads a case
//! ([`wire::assess_case`]), [`domain::assess::assess`] applies the rulebook it names, and nothing is kept.
//! It knows no medicine: clozapine, Lemtrada and the others are files, of rules that [`rulebook`] reads.
//!
//! # What always holds
//!
//! - `domain` does no input or output and cannot fail for outside reasons; it holds no floating point.
//! - The clock is read at the doors and passed in ([`clock::Clock`]).
//! - Every write goes through [`db::Db::write`]; nothing is sent, waited for or counted inside.
//! - A movement is never updated or deleted; a balance is the sum of its movements, never negative; no
//!   unit is held twice. The database holds these laws by itself, against a careless writer too.
//! - What is approved or dispensed for a request has passed the safety gate ([`app::safety`]): warnings are
//!   confirmed, refusals overridden by a pharmacist, each as long as the facts are those that were seen.
//! - A GO and its holds are one instant. A reserve loses a dose only to a loss or a CRS treatment.
//! - While a recall stands no unit of its lot may be used at any site; of two things that hold a unit in
//!   quarantine each does until it is decided ([`domain::apart`]).
//! - A unit that was sent to another pharmacy is in nobody's stock until it arrived, came back or was lost
//!   ([`domain::transfer`]); the sum is a law of the database.
//! - Nothing of a sheet is kept unless all of it can be ([`wire::sheet`], [`app::import_sheet`]); of a file of
//!   stock, nothing is booked that nobody has seen ([`app::import_stock`]).
//! - A letter is written in the transaction of its cause, one row a recipient, and names no patient.
//! - What follows from time alone is done by the instance with the lease ([`app::schedule`]), and what must be
//!   done once is done once by its own transaction, whoever has the lease.
//! - A link in a letter is kept as a hash once the letter has left; following it changes nothing, pressing the
//!   button on its page does ([`app::letter_links`]).
//! - What lets somebody in is kept as its hash: passwords slowly ([`app::access::passwords`]), what is random quickly. Of several
//!   roles that somebody holds, any that allows an act at a site allows it, and the audit line says which ([`app::caller`]).
//!   Whoever tries to sign in learns nothing of whether there is an account, and a stranger's failures lock nobody out
//!   ([`app::sign_in`], [`domain::slowing`]).
//! - Patients' data, and what people write in words of their own about them, stand in the tables whose
//!   names end in `_payload`, whose rows are erased when they were kept for long enough ([`app::retention`]). The words with a movement are for
//!   the shelf, and an exception that says so where they are asked for.
//! - The days to come are reckoned by the reserve's own rules ([`domain::forecast`]): on each day what the reserve will say
//!   then, if nothing else happens than what is entered. Lots near their end are told together, one letter an act.
//! - No write, no refusal and no reading of a patient goes without a line on the audit trail; what is signed of it each
//!   day is proved by the public key alone ([`trail`]).
//! - Nobody is believed about where they come from but the proxies that are set ([`http::peer`]); each request is counted
//!   by network before anybody is asked who they are, and by account after ([`http::throttle`]); a connection of which nothing
//!   comes is shut ([`http::lines`]).
//! - A door never sees a table; a sentence for people stands in `text` or at the door that says it.
//! - The two databases differ in [`db::dialect`].
//!
//! # Why it is so
//!
//! Decisions that were weighed stand in [`decisions`]; how the service stands to OWASP ASVS 5.0, requirement by
//! requirement with the tests that say so, in [`asvs`].
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::as_conversions,
        reason = "a test that panics has failed, which is what it is for"
    )
)]

pub mod app;
pub mod asvs;
pub mod cli;
pub mod clock;
pub mod db;
pub mod decisions;
pub mod demo;
pub mod domain;
pub mod hands;
pub mod http;
pub mod mail;
pub mod rulebook;
pub mod server;
pub mod settings;
pub mod telemetry;
pub mod text;
pub mod toml_file;
pub mod trail;
pub mod wire;
