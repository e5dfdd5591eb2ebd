//! The ceiling: what the handler does in the database, in a loop, without HTTP, threads or waiting.

use crate::place::{MG400, Place, now, service, site, url};
use diesel::Connection as _;
use dotation::app::act::Done;
use dotation::app::caller::{Asked, Held};
use dotation::app::dispense::{Claim, Dispensed, Line, dispense};
use dotation::app::give_access::recognise;
use dotation::app::once::{Attempt, Keyed, once};
use dotation::app::record::Particulars;
use dotation::app::{Act, Caller, Error};
use dotation::db::conn::Purpose;
use dotation::db::{Conn, idempotency::Key};
use dotation::domain::code::Cip13;
use dotation::domain::quantity::Units;
use dotation::http::api::ask::created;
use dotation::http::api::movements::Recorded;
use std::time::{Duration, Instant};

/// How many movements share a commit: as many as 32 clients can have waiting at once.
const BATCH: usize = 32;

/// Returns how many movements a second one thread makes durable, `BATCH` in a commit: for each
/// the token is read on one connection, and everything else done on another.
pub(crate) fn loop_for(place: &Place, car_t: bool, spread: bool, time: Duration) -> f64 {
    with_more_lines(place, car_t, spread, (time, 0))
}

/// As [`loop_for`], with so many more lines on the audit trail for each movement: what they cost is the cost of the
/// one that there is.
#[expect(
    clippy::disallowed_methods,
    reason = "the loop commits by itself: that is what it measures against"
)]
pub(crate) fn with_more_lines(
    place: &Place,
    car_t: bool,
    spread: bool,
    (time, more): (Duration, u32),
) -> f64 {
    let service = service(&place.address);
    let open = |purpose| {
        Conn::open(&url(&place.address), purpose, Duration::from_secs(5)).expect("a connection")
    };
    let (mut reader, mut writer) = (open(Purpose::Read), open(Purpose::Write));
    let held = Held::given(place.record.role, place.record.reach.clone());
    let asked = Asked {
        request_id: "00000000-0000-7000-8000-000000000000".to_owned(),
        peer: "127.0.0.1".to_owned(),
    };
    let caller = Caller {
        name: place.record.name.clone(),
        ..Caller::holding(place.record.id.as_str(), vec![held], &asked)
    };
    let desk = dotation::app::act::Desk {
        public_url: String::new(),
        mail_domain: "localhost".to_owned(),
        simulated: false,
        operations: dotation::app::operations::Operations::NOBODY,
    };
    let start = Instant::now();
    let mut done = 0;
    while start.elapsed() < time {
        let first = done;
        writer
            .transaction::<_, Failed, _>(|conn| {
                for n in first..first + BATCH {
                    reader.transaction(|conn| {
                        recognise(conn, &place.token, now())
                            .map_err(Error::from)
                            .map_err(Failed)
                    })?;
                    let act = Act {
                        conn: &mut *conn,
                        rules: service.rules(),
                        now: now(),
                        caller: &caller,
                        desk: &desk,
                        lines: 0,
                    };
                    one(act, car_t, if spread { n } else { 0 }, more)?;
                }
                Ok(())
            })
            .expect("a batch");
        done += BATCH;
    }
    done as f64 / start.elapsed().as_secs_f64()
}

fn one(mut act: Act<'_>, car_t: bool, n: usize, more: u32) -> Result<(), Failed> {
    let site = site(car_t, n);
    let order = Dispensed {
        lines: vec![Line {
            cip13: Cip13::parse(MG400).expect("a CIP13"),
            lot: None,
            units: Units::new(1),
            serial: None,
            place: None,
        }],
        pseudonym: None,
        claim: Claim::Ordinary,
        told: Particulars::default(),
    };
    let keyed = Keyed {
        key: Key {
            caller: act.caller.id.clone(),
            route: format!("POST /api/v1/sites/{site}/movements"),
            key: format!("{:032x}", rand::random::<u128>()),
        },
        body_hash: "0".repeat(64),
    };
    let attempt = Attempt {
        action: "stock.move",
        site: Some(site),
    };
    let work = |act: &mut Act<'_>| {
        let recorded = Recorded::of(&dispense(act, site, &order)?);
        created(recorded.location(site), &recorded)
    };
    once(&mut act, Some(&keyed), attempt, work, |refusal| {
        panic!("refused: {refusal:?}")
    })
    .map_err(Failed)?;
    for _ in 0..more {
        let line = Done {
            action: "stock.move",
            object: "0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11",
            patient: None,
            details: serde_json::json!({ "kind": "dispensing", "movements": ["0199e0a2-7f00-7c4e-8a51-5d1f0b7a9c11"] }),
        };
        act.audit(Some(site), line).map_err(Failed)?;
    }
    Ok(())
}

/// What diesel's transactions need of an error.
#[derive(Debug)]
struct Failed(#[expect(dead_code, reason = "shown by Debug")] Error);

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self(dotation::db::Error::from(error).into())
    }
}
