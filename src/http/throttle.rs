//! How many requests one account, or one network address, may make a minute.
//!
//! Each has a bucket for every [`Class`] of requests: it begins full, a request takes one drop, and it fills again
//! evenly within a minute (GCRA, as the crate `governor` counts). By address it is counted before anybody is asked
//! who they are, by account after. Health, readiness and metrics are counted nowhere. Each instance of the service
//! counts for itself.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;

use super::language::Said;
use super::peer::Peer;
use super::problem::{Kind, Problem};

/// From draft-ietf-httpapi-ratelimit-headers-10: what is allowed, and what is left.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// What kind of request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It reads.
    Read,
    /// It changes something.
    Write,
    /// It is much work: an export, an import, a plan that is tried.
    Heavy,
    /// It signs in, or comes with the secret of a letter's link: where one could guess.
    SignIn,
}

impl Class {
    /// Returns the class of a request, by its address as routed; none for those that are not counted.
    pub fn of(method: &Method, pattern: &str) -> Option<Self> {
        const FREE: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
        const GUESSED: [&str; 6] = [
            "/api/v1/sign-in",
            "/sign-in/",
            "/api/v1/password-reset",
            "/set-password/",
            "/acknowledge/",
            "/unsubscribe/",
        ];
        const HEAVY: [&str; 4] = [
            "/api/v1/import/",
            "/api/v1/plans/preview",
            "/api/v1/plans/what-if",
            "/api/v1/plans/compare",
        ];
        const HEAVY_ENDS: [&str; 4] = ["/export", "/import", "/situation", "/document"];
        if FREE.contains(&pattern) {
            None
        } else if GUESSED.iter().any(|begins| pattern.starts_with(begins)) {
            Some(Self::SignIn)
        } else if HEAVY.iter().any(|begins| pattern.starts_with(begins))
            || HEAVY_ENDS.iter().any(|ends| pattern.ends_with(ends))
        {
            Some(Self::Heavy)
        } else if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            Some(Self::Read)
        } else {
            Some(Self::Write)
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Write => "writes",
            Self::Heavy => "heavy",
            Self::SignIn => "sign-ins",
        }
    }
}

/// How many requests of each class are allowed a minute; nought for as many as come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerMinute {
    /// Of [`Class::Read`].
    pub reads: u32,
    /// Of [`Class::Write`].
    pub writes: u32,
    /// Of [`Class::Heavy`].
    pub heavy: u32,
    /// Of [`Class::SignIn`].
    pub sign_ins: u32,
}

/// All buckets.
#[derive(Default)]
pub struct Throttle {
    networks: Classes<IpNet>,
    accounts: Classes<String>,
}

impl Throttle {
    /// With every bucket full.
    pub fn new(of_network: PerMinute, of_account: PerMinute) -> Self {
        Self {
            networks: Classes::new(of_network),
            accounts: Classes::new(of_account),
        }
    }

    /// Counts a request of a network address.
    ///
    /// # Errors
    /// 429 when its bucket is empty.
    pub fn network(&self, peer: Peer, class: Class) -> Result<(), Problem> {
        match peer.network() {
            Some(network) => self.networks.take(class, network),
            None => Ok(()),
        }
    }

    /// Counts a request of an account: of a person, or of a token.
    ///
    /// # Errors
    /// 429 when its bucket is empty.
    pub fn account(&self, id: &str, class: Class) -> Result<(), Problem> {
        self.accounts.take(class, id.to_owned())
    }
}

/// The buckets of one kind of caller, for each class.
struct Classes<K: Hash + Eq + Clone> {
    reads: Option<Buckets<K>>,
    writes: Option<Buckets<K>>,
    heavy: Option<Buckets<K>>,
    sign_ins: Option<Buckets<K>>,
}

impl<K: Hash + Eq + Clone> Default for Classes<K> {
    fn default() -> Self {
        Self::new(PerMinute::default())
    }
}

impl<K: Hash + Eq + Clone> Classes<K> {
    fn new(most: PerMinute) -> Self {
        let buckets =
            |most| NonZeroU32::new(most).map(|most| Buckets::new(most, DefaultClock::default()));
        Self {
            reads: buckets(most.reads),
            writes: buckets(most.writes),
            heavy: buckets(most.heavy),
            sign_ins: buckets(most.sign_ins),
        }
    }

    fn take(&self, class: Class, key: K) -> Result<(), Problem> {
        let buckets = match class {
            Class::Read => &self.reads,
            Class::Write => &self.writes,
            Class::Heavy => &self.heavy,
            Class::SignIn => &self.sign_ins,
        };
        let Some(buckets) = buckets else {
            return Ok(());
        };
        buckets
            .take(key)
            .map_err(|wait| too_many(class, buckets.most, wait))
    }
}

type Limiter<K, C> = RateLimiter<K, HashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Buckets by key, of which there are never more than [`MOST_KEYS`] and one.
struct Buckets<K: Hash + Eq + Clone, C: Clock = DefaultClock> {
    limiter: Limiter<Option<K>, C>,
    clock: C,
    most: NonZeroU32,
    taken: AtomicU32,
}

/// After so many requests, buckets that are full again are forgotten.
///
/// Choice: seldom enough to cost nothing, often enough that they are few: a bucket from which one drop was taken is
/// full again within a second.
const TIDY_EVERY: u32 = 4_096;

/// With so many buckets that are not full, those who come now share one.
///
/// Choice: some 10 MB. A bucket stays only while its owner keeps asking, so that a flood of made-up addresses does
/// not come near this; who does has so many real ones.
const MOST_KEYS: usize = 100_000;

impl<K: Hash + Eq + Clone, C: Clock + Clone> Buckets<K, C> {
    fn new(most: NonZeroU32, clock: C) -> Self {
        Self {
            limiter: RateLimiter::hashmap_with_clock(Quota::per_minute(most), clock.clone()),
            clock,
            most,
            taken: AtomicU32::new(0),
        }
    }

    /// Takes a drop, or says after how long there is one.
    fn take(&self, key: K) -> Result<(), Duration> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let key = Some(key).filter(|_| self.limiter.len() < MOST_KEYS);
        self.limiter
            .check_key(&key)
            .map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}

fn too_many(class: Class, most: NonZeroU32, wait: Duration) -> Problem {
    let whole = wait.as_millis().div_ceil(1_000).max(1);
    let seconds = u32::try_from(whole).unwrap_or(u32::MAX);
    let name = class.name();
    let said = Said::new(
        format!("at most {most} such requests a minute; again in {seconds} s"),
        format!("{most} requêtes de ce genre au plus par minute ; réessayez dans {seconds} s"),
    );
    let problem = Problem::later(Kind::TooManyRequests, seconds, said);
    [
        (POLICY, format!("\"{name}\";q={most};w=60")),
        (LEFT, format!("\"{name}\";r=0;t={seconds}")),
    ]
    .into_iter()
    .fold(
        problem,
        |problem, (field, value)| match HeaderValue::from_str(&value) {
            Ok(value) => problem.header(field, value),
            Err(_never_in_a_number) => problem,
        },
    )
}

#[cfg(test)]
mod tests;
