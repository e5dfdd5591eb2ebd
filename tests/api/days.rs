//! What follows from time alone: a day begins at a site, and nobody has moved anything.

use crate::service::{App, CENTRE, FAR_CENTRE, MG400, again_at, beside_at, spawn};
use crate::story::{at, is_of_the_schedule, items};
use crate::support::{Backend, block, execute};
use dotation::app::evaluate;
use dotation::app::turn_day::Days;
use dotation::domain::calendar::Instant;
use dotation::domain::role::Role;
use serde_json::json;
use std::time::{Duration, Instant as Moment};

on_both! {
    an_alert_opens_when_a_service_starts_on_another_day
    an_alert_opens_when_a_day_begins_under_a_service
    two_instances_open_one_alert_and_write_one_letter
    a_delivery_that_did_not_come_is_heard_of
    a_lot_that_expires_is_heard_of
    a_window_that_ends_gives_back_what_it_held
    a_day_begins_at_midnight_of_its_site
    a_site_that_cannot_be_settled_stands_in_no_others_way
}

const SHORT: &str = "reserve-below-minimum";
const COMPROMISED: &str = "resupply-compromised";

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Four vials are two doses: enough while a pharmacist says that resupply is assured, until the end
/// of 22 October in Paris.
fn assured_until_the_22nd(backend: Backend) -> App {
    let app = spawn(backend);
    let by_hand = json!({ "resupply": "assured", "reason": "weekly van", "until": "2021-10-22" });
    app.edit(Role::Pharmacist, "PUT", &at("/resupply"), &by_hand)
        .expect(200);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 4);
    assert_eq!((app.reserve(), app.alerts(SHORT).len()), ((2, 2), 0));
    app
}

/// Looks once, at each of these instants, and returns which sites were settled at each.
fn turned(days: &mut Days, instants: &[&str]) -> Vec<Vec<(String, bool)>> {
    let mut all = Vec::new();
    for now in instants {
        let turned = block(days.turn(instant(now))).unwrap();
        let turned = turned.into_iter().map(|(site, done)| (site, done.is_ok()));
        all.push(turned.collect());
    }
    all
}

/// The letters that there are, sent or not, the latest first: what they tell, and whom.
fn letters(app: &App) -> Vec<(String, String)> {
    let text = |letter: &serde_json::Value, name: &str| letter[name].as_str().unwrap().to_owned();
    items(&app.emails("?limit=200"))
        .iter()
        .filter(|l| !is_of_the_schedule(l))
        .map(|l| (text(l, "event"), text(l, "to_email")))
        .collect()
}

/// How many lines the audit trail of the centre has.
fn lines(app: &App) -> usize {
    let path = format!("/audit?site={CENTRE}&limit=200");
    items(&app.get(Role::Admin, &path).expect(200)).len()
}

/// Waits for the alert that the reserve is short, and returns what was heard since `before` letters.
fn heard_of(app: &App, before: usize) -> Vec<(String, String)> {
    let until = Moment::now() + Duration::from_secs(20);
    while app.alerts(SHORT).is_empty() {
        assert!(Moment::now() < until, "no alert");
        std::thread::sleep(Duration::from_millis(10));
    }
    app.heard().split_off(before)
}

fn opened() -> Vec<(String, String)> {
    vec![("opened".to_owned(), "pui@example.org".to_owned())]
}

/// The same where resupply turns compromised with it, which the CAR-T unit hears too; sorted.
fn opened_with_resupply() -> Vec<(String, String)> {
    let to = ["car-t@example.org", "pui@example.org", "pui@example.org"];
    let letter = |to: &str| ("opened".to_owned(), to.to_owned());
    to.into_iter().map(letter).collect()
}

/// The same where the breach was foreseen: what was foreseen is over, since it has come; sorted.
fn opened_as_foreseen() -> Vec<(String, String)> {
    let over = ("closed".to_owned(), "pui@example.org".to_owned());
    std::iter::once(over)
        .chain(opened_with_resupply())
        .collect()
}

/// The same, where nobody had acknowledged what was foreseen: the coordinator was called in, and hears that
/// it is over too.
fn opened_and_escalated() -> Vec<(String, String)> {
    let mut all = opened_as_foreseen();
    all.push(("closed".to_owned(), "ght@example.org".to_owned()));
    sorted(all)
}

fn sorted(mut letters: Vec<(String, String)>) -> Vec<(String, String)> {
    letters.sort();
    letters
}

fn an_alert_opens_when_a_service_starts_on_another_day(backend: Backend) {
    let app = assured_until_the_22nd(backend);
    let before = app.heard().len();
    let app = again_at(app, "2021-10-22T22:00:00Z");
    assert_eq!(sorted(heard_of(&app, before)), opened_as_foreseen());
    assert_eq!(app.reserve(), (2, 3));
    assert_eq!(app.alerts(SHORT)[0]["found"], 2);
    // starting again, the same day or the next, says nothing twice
    let (heard, told) = (app.heard(), lines(&app));
    let starts = ["2021-10-23T05:00:00Z", "2021-10-24T05:00:00Z"];
    for now in starts {
        let settled = turned(&mut Days::new(app.service.clone()), &[now]);
        assert!(settled[0].contains(&(CENTRE.to_owned(), true)));
    }
    assert_eq!((app.heard(), lines(&app)), (heard, told));
}

fn an_alert_opens_when_a_day_begins_under_a_service(backend: Backend) {
    let app = assured_until_the_22nd(backend);
    let before = app.heard().len();
    // two seconds before midnight in Paris
    let app = again_at(app, "2021-10-22T21:59:58Z");
    assert_eq!(sorted(heard_of(&app, before)), opened_and_escalated());
}

fn two_instances_open_one_alert_and_write_one_letter(backend: Backend) {
    // the services look at their days too: half an hour before, so that they see what we see
    let begin = "2021-10-22T21:30:00Z";
    let app = again_at(assured_until_the_22nd(backend), begin);
    let other = match backend {
        Backend::Postgres => Some(beside_at(&app, begin)),
        // a file has one service; two who follow its days are as bad
        Backend::Sqlite => None,
    };
    first_look(&app, begin);
    let before = letters(&app).len();
    let mut one = Days::new(app.service.clone());
    let mut two = Days::new(other.as_ref().unwrap_or(&app).service.clone());
    let eve = instant("2021-10-22T21:59:59Z");
    let midnight = instant("2021-10-22T22:00:00Z");
    for (now, new, heard) in [(eve, 0, 0), (midnight, 1, 5)] {
        let both = block(async { tokio::join!(one.turn(now), two.turn(now)) });
        for turned in [both.0.unwrap(), both.1.unwrap()] {
            assert!(
                turned
                    .iter()
                    .any(|(site, done)| site == CENTRE && done.is_ok())
            );
        }
        assert_eq!(app.alerts(SHORT).len(), new);
        assert_eq!(app.alerts(COMPROMISED).len(), new);
        assert_eq!(letters(&app).len(), before + heard);
    }
    assert_eq!(sorted(letters(&app)[..5].to_vec()), opened_and_escalated());
}

/// Waits until a service that has just started has looked at its days: it escalates what it finds right
/// after, and what moved is evaluated by then.
fn first_look(app: &App, now: &str) {
    block(evaluate::watch(&app.service, instant(now))).unwrap();
    let until = Moment::now() + Duration::from_secs(20);
    let escalated = || {
        items(&app.emails("?limit=200"))
            .iter()
            .any(|l| l["event"] == "escalated")
    };
    while !escalated() {
        assert!(Moment::now() < until, "no look");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn a_delivery_that_did_not_come_is_heard_of(backend: Backend) {
    let app = spawn(backend);
    let delivery =
        json!({ "cip13": MG400, "units": 6, "expected_on": "2021-10-22", "confirmed": true });
    app.post(Role::Pharmacist, &at("/deliveries"), &delivery)
        .expect(201);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 4);
    assert_eq!((app.reserve(), app.alerts(SHORT).len()), ((2, 2), 0));
    let before = letters(&app).len();
    let mut days = Days::new(app.service.clone());
    turned(&mut days, &["2021-10-22T12:00:00Z", "2021-10-22T21:59:59Z"]);
    assert_eq!(app.alerts(SHORT).len(), 0);
    turned(&mut days, &["2021-10-22T22:00:00Z"]);
    assert_eq!(app.alerts(SHORT).len(), 1);
    let new = letters(&app)[..letters(&app).len() - before].to_vec();
    assert_eq!(sorted(new), opened_with_resupply());
}

fn a_lot_that_expires_is_heard_of(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2021-11-30", 6);
    assert_eq!((app.reserve(), app.alerts(SHORT).len()), ((3, 3), 0));
    let before = letters(&app).len();
    let mut days = Days::new(app.service.clone());
    turned(&mut days, &["2021-11-30T22:59:59Z", "2021-11-30T23:00:00Z"]);
    assert_eq!(app.alerts(SHORT)[0]["found"], 0);
    assert_eq!(letters(&app)[..letters(&app).len() - before], opened());
}

fn a_window_that_ends_gives_back_what_it_held(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let answer = app.go("cart-1", 73_519, "2021-10-25");
    assert!(!app.held(&answer).is_empty());
    let mut days = Days::new(app.service.clone());
    turned(&mut days, &["2021-10-25T12:00:00Z"]);
    assert_eq!(app.standing(&answer).1, "standing");
    turned(&mut days, &["2021-12-31T12:00:00Z"]);
    assert_eq!(app.standing(&answer).1, "released");
    assert!(app.held(&answer).is_empty());
}

fn a_day_begins_at_midnight_of_its_site(backend: Backend) {
    let app = spawn(backend);
    let overseas =
        format!("UPDATE sites SET time_zone = 'Indian/Reunion' WHERE finess = '{FAR_CENTRE}'");
    execute(app.service.db(), &overseas).unwrap();
    let looks = [
        ("2021-10-30T12:00:00Z", vec![FAR_CENTRE, CENTRE]),
        ("2021-10-30T19:59:59.999999Z", vec![]),
        ("2021-10-30T20:00:00Z", vec![FAR_CENTRE]),
        ("2021-10-30T21:59:59.999999Z", vec![]),
        ("2021-10-30T22:00:00Z", vec![CENTRE]),
        ("2021-10-30T22:00:01Z", vec![]),
        // the night in which Paris has two o'clock twice, and a day of twenty-five hours
        ("2021-10-31T00:30:00Z", vec![]),
        ("2021-10-31T01:30:00Z", vec![]),
        ("2021-10-31T20:00:00Z", vec![FAR_CENTRE]),
        ("2021-10-31T22:00:00Z", vec![]),
        ("2021-10-31T22:59:59.999999Z", vec![]),
        ("2021-10-31T23:00:00Z", vec![CENTRE]),
        // the machine slept for a week
        ("2021-11-07T12:00:00Z", vec![FAR_CENTRE, CENTRE]),
    ];
    let mut days = Days::new(app.service.clone());
    for (now, expected) in looks {
        let expected: Vec<_> = expected.iter().map(|s| ((*s).to_owned(), true)).collect();
        assert_eq!(turned(&mut days, &[now]), [expected], "{now}");
    }
}

fn a_site_that_cannot_be_settled_stands_in_no_others_way(backend: Backend) {
    let app = spawn(backend);
    let lot = format!(
        "INSERT INTO lots VALUES ('lot-1', '{MG400}', 'B1', '2021-11-30');
         INSERT INTO movements (id, site, seq, operation, kind, lot_id, usable, quarantined, happened_at, recorded_at, recorded_by)
         VALUES ('m-1', '{FAR_CENTRE}', 1, 'o-1', 'receipt', 'lot-1', 10, 0, '2021-10-20 08:00:00', '2021-10-20 08:00:00', 't-1')"
    );
    execute(app.service.db(), &lot).unwrap();
    let place = format!("WHERE finess = '{FAR_CENTRE}'");
    let rows = [
        (
            format!("UPDATE sites SET time_zone = 'Nowhere/Else' {place}"),
            format!("UPDATE sites SET time_zone = 'Europe/Paris' {place}"),
        ),
        (
            "UPDATE lots SET expiry = '1970-01-01'".to_owned(),
            "UPDATE lots SET expiry = '2021-11-30'".to_owned(),
        ),
    ];
    let (far, near) = (FAR_CENTRE.to_owned(), CENTRE.to_owned());
    for (spoil, mend) in rows {
        execute(app.service.db(), &spoil).unwrap();
        let mut days = Days::new(app.service.clone());
        let looks = [
            "2021-10-20T12:00:00Z",
            "2021-10-20T12:00:59Z",
            "2021-10-20T12:01:00Z",
        ];
        let failed = (far.clone(), false);
        let expected = [
            vec![failed.clone(), (near.clone(), true)],
            vec![],
            vec![failed],
        ];
        assert_eq!(turned(&mut days, &looks), expected, "{spoil}");
        execute(app.service.db(), &mend).unwrap();
        let looks = [
            "2021-10-20T12:01:59Z",
            "2021-10-20T12:02:00Z",
            "2021-10-20T12:04:00Z",
        ];
        let expected = [vec![], vec![(far.clone(), true)], vec![]];
        assert_eq!(turned(&mut days, &looks), expected, "{mend}");
    }
}
