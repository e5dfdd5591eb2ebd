//! Buckets that empty and fill, on a clock of the test's own.

use super::*;
use governor::clock::FakeRelativeClock;

fn buckets(most: u32) -> (Buckets<u32, FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    let most = NonZeroU32::new(most).unwrap();
    (Buckets::new(most, clock.clone()), clock)
}

#[test]
fn a_bucket_empties_and_fills_evenly_within_a_minute() {
    let (buckets, clock) = buckets(6);
    for _ in 0..6 {
        buckets.take(1).unwrap();
    }
    assert_eq!(buckets.take(1), Err(Duration::from_secs(10)));
    // another's is another
    buckets.take(2).unwrap();
    clock.advance(Duration::from_secs(10));
    buckets.take(1).unwrap();
    assert!(buckets.take(1).is_err());
    clock.advance(Duration::from_mins(5));
    for _ in 0..6 {
        buckets.take(1).unwrap();
    }
    assert!(buckets.take(1).is_err());
}

#[test]
fn a_flood_of_addresses_leaves_nothing_behind() {
    let (buckets, clock) = buckets(60);
    for key in 0..50_000 {
        buckets.take(key).unwrap();
        clock.advance(Duration::from_millis(1));
    }
    // a drop is back after a second: those of the last second, and what came since it was tidied
    let kept = buckets.limiter.len();
    assert!(
        kept <= 1_000 + usize::try_from(TIDY_EVERY).unwrap(),
        "{kept}"
    );
}

#[test]
fn when_all_buckets_are_in_use_those_who_come_share_one() {
    let (buckets, _) = buckets(2);
    for key in 0..110_000 {
        if buckets.limiter.len() < MOST_KEYS {
            buckets.take(key).unwrap();
        }
    }
    assert_eq!(buckets.limiter.len(), MOST_KEYS);
    buckets.take(200_000).unwrap();
    buckets.take(200_001).unwrap();
    assert!(buckets.take(200_002).is_err());
    assert_eq!(buckets.limiter.len(), MOST_KEYS + 1);
}

#[test]
fn a_request_has_the_class_of_its_address() {
    let of = |method: Method, pattern| Class::of(&method, pattern);
    for (method, pattern, class) in [
        (Method::GET, "/healthz", None),
        (Method::GET, "/readyz", None),
        (Method::GET, "/metrics", None),
        (
            Method::GET,
            "/api/v1/sites/{finess}/stock",
            Some(Class::Read),
        ),
        (Method::GET, "unmatched", Some(Class::Read)),
        (
            Method::POST,
            "/api/v1/sites/{finess}/movements",
            Some(Class::Write),
        ),
        (
            Method::POST,
            "/api/v1/alerts/{id}/acknowledge",
            Some(Class::Write),
        ),
        (Method::POST, "/api/v1/sign-in", Some(Class::SignIn)),
        (
            Method::POST,
            "/api/v1/sign-in/second-factor",
            Some(Class::SignIn),
        ),
        (Method::GET, "/sign-in/{provider}", Some(Class::SignIn)),
        (Method::POST, "/api/v1/password-reset", Some(Class::SignIn)),
        (Method::GET, "/set-password/{token}", Some(Class::SignIn)),
        (Method::POST, "/acknowledge/{token}", Some(Class::SignIn)),
        (Method::GET, "/api/v1/audit/export", Some(Class::Heavy)),
        (
            Method::POST,
            "/api/v1/sites/{finess}/stock/import",
            Some(Class::Heavy),
        ),
        (Method::POST, "/api/v1/plans/preview", Some(Class::Heavy)),
        (
            Method::GET,
            "/api/v1/plans/{id}/document",
            Some(Class::Heavy),
        ),
    ] {
        assert_eq!(of(method, pattern), class, "{pattern}");
    }
}

#[test]
fn what_is_set_to_nought_is_not_counted() {
    let throttle = Throttle::default();
    for _ in 0..10_000 {
        throttle.account("t-1", Class::Write).unwrap();
    }
}
