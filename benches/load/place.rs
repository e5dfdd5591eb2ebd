//! Where it is measured: fifty pharmacies and fifty CAR-T centres, with more stock than can be
//! dispensed in the time, on a database that is made for it.

use diesel::connection::SimpleConnection as _;
use dotation::app::act::Desk;
use dotation::app::ask_clearance::{self, Question, Who};
use dotation::app::edit_patients::NewPatient;
use dotation::app::give_access::{self, NewToken};
use dotation::app::receive_units::{self, Count, Received};
use dotation::app::record::Particulars;
use dotation::app::{Act, Caller, Error, Service, edit_catalogue, edit_sites};
use dotation::db::sites::Network;
use dotation::db::tokens::{Reach, TokenRecord};
use dotation::db::{DatabaseUrl, Db, Options, Plaintext, migrate};
use dotation::domain::calendar::{Day, Instant};
use dotation::domain::code::{Cip13, Finess, LotNumber};
use dotation::domain::ledger::UnitState;
use dotation::domain::quantity::{Grams, Units};
use dotation::domain::role::Role;
use dotation::domain::rule::Slug;
use dotation::domain::site::{Ahead, Site};
use dotation::rulebook::Rulebooks;

/// How many sites there are of each kind.
pub(crate) const SITES: usize = 50;
/// What is dispensed: 400 mg for infusion.
pub(crate) const MG400: &str = "3400957464547";
const OTHERS: [&str; 2] = ["3400957464318", "3400957464486"];

/// A database that is laid out.
pub(crate) struct Place {
    pub(crate) address: String,
    pub(crate) token: String,
    /// The token of a reader, who is shown no patients.
    pub(crate) reader: String,
    pub(crate) record: TokenRecord,
}

/// When it is: in the days of the letter.
pub(crate) fn now() -> Instant {
    "2021-10-20T06:00:00Z".parse().expect("an instant")
}

/// The number of one of the sites.
pub(crate) fn site(car_t: bool, n: usize) -> Finess {
    let kind = if car_t { 2 } else { 1 };
    Finess::parse(&format!("{}", kind * 100_000_000 + n % SITES)).expect("a FINESS number")
}

pub(crate) fn url(address: &str) -> DatabaseUrl {
    DatabaseUrl::parse(address, Plaintext::ThisMachine).expect("an address")
}

pub(crate) fn service(address: &str) -> Service {
    let db = Db::open(&url(address), &Options::command()).expect("a database");
    let desk = Desk {
        public_url: "http://127.0.0.1".to_owned(),
        mail_domain: "localhost".to_owned(),
        simulated: false,
        operations: dotation::app::operations::Operations::NOBODY,
    };
    Service::new(db, Rulebooks::load(None).expect("rulebooks"), desk)
}

/// Makes the tables and lays everything out. A centre has had `emptied` lots of which nothing is
/// left, and so has a pharmacy.
pub(crate) fn lay_out(address: &str, emptied: u32) -> Place {
    migrate::run(&url(address)).expect("migrated");
    let service = service(address);
    let caller = Caller::at_the_machine("command-line", Role::Admin);
    let done = service.write(caller, now(), Vec::new(), move |act| {
        edit_catalogue::add_ruled(act)?;
        let id = Slug::parse("ght-001").expect("a name");
        let name = "GHT".to_owned();
        edit_sites::add_network(act, &Network { id, name })?;
        for car_t in [false, true] {
            for n in 0..SITES {
                one_site(act, site(car_t, n), car_t)?;
            }
            if emptied > 0 {
                let sql = emptied_lots(site(car_t, 0), car_t, emptied);
                act.conn
                    .batch_execute(&sql)
                    .map_err(dotation::db::Error::from)?;
            }
        }
        let token = |role| NewToken {
            name: "bench".to_owned(),
            role,
            reach: Reach::Everywhere,
            expires_at: None,
        };
        let (_, reader) = give_access::give(act, &token(Role::Reader))?;
        Ok((give_access::give(act, &token(Role::Pharmacist))?, reader))
    });
    let done: Result<_, Error> = dotation::server::block_on(done);
    let ((record, token), reader) = done.expect("laid out");
    Place {
        address: address.to_owned(),
        token,
        reader,
        record,
    }
}

/// Adds a site to the network of all.
pub(crate) fn add_site(act: &mut Act<'_>, finess: Finess, car_t: bool) -> Result<(), Error> {
    let site = Site {
        finess,
        network: Slug::parse("ght-001").expect("a name"),
        name: format!("Site {finess}"),
        zone: chrono_tz::Europe::Paris,
        car_t,
        reference_dose: None,
        by_hand: None,
        ahead: Ahead::default(),
        version: 1,
    };
    edit_sites::add_site(act, &site).map(drop)
}

fn one_site(act: &mut Act<'_>, finess: Finess, car_t: bool) -> Result<(), Error> {
    add_site(act, finess, car_t)?;
    receive(act, finess, MG400, Units::MOST)?;
    for other in OTHERS {
        receive(act, finess, other, 1_000)?;
    }
    if car_t {
        for (name, grams) in [("cart-1", 62_000), ("cart-2", 81_500)] {
            let patient = NewPatient {
                pseudonym: name.to_owned(),
                weight: Grams::new(grams).expect("a weight"),
                infusion_on: Day::parse("2021-10-27").expect("a day"),
            };
            let question = Question {
                who: Who::Told(patient),
                rulebook: None,
                hold: true,
            };
            ask_clearance::ask(act, finess, &question)?;
        }
    }
    Ok(())
}

fn receive(act: &mut Act<'_>, site: Finess, cip13: &str, units: u32) -> Result<(), Error> {
    let received = Received {
        cip13: Cip13::parse(cip13).expect("a CIP13"),
        lot: LotNumber::parse("B1234").expect("a lot"),
        expiry: Day::parse("2022-06-30").expect("a day"),
        count: Count::Units(Units::new(units)),
        serial: None,
        state: UnitState::Usable,
        told: Particulars::default(),
    };
    receive_units::receive(act, site, &received).map(drop)
}

/// Lots that came and went, one unit each, straight into the tables: the triggers count them.
fn emptied_lots(site: Finess, car_t: bool, many: u32) -> String {
    let first = if car_t { many } else { 0 };
    format!(
        "INSERT INTO lots (id, cip13, lot, expiry)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})
         SELECT 'lot-' || ({first} + i), '{MG400}', 'E' || ({first} + i), '2022-01-31' FROM n;
         INSERT INTO movements (id, site, seq, operation, kind, lot_id, usable, quarantined,
            happened_at, recorded_at, recorded_by)
         WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2 * {many} - 1)
         SELECT 'm-{site}-' || i, '{site}',
            i + 1 + (SELECT max(seq) FROM movements WHERE site = '{site}'), 'o-{site}-' || i,
            CASE i % 2 WHEN 0 THEN 'receipt' ELSE 'dispensing' END, 'lot-' || ({first} + 1 + i / 2),
            CASE i % 2 WHEN 0 THEN 1 ELSE -1 END, 0, '2021-10-19 08:00:00', '2021-10-19 08:00:00',
            'bench' FROM n;"
    )
}
