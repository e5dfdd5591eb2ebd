//! What a handler finds behind the door.

use super::cookies::Cookies;
use crate::app::Service;
use crate::clock::Clock;
use crate::domain::language::Language;
use crate::oidc::Providers;

/// What every handler may use: `web::Data<Entrance>`.
#[derive(Clone)]
pub struct Entrance {
    /// The service, whose verbs it calls.
    pub service: Service,
    /// What time it is: read once a request, and passed in.
    pub clock: Clock,
    /// The most rows on one page of a list.
    pub page_size_most: u16,
    /// The language of those who chose none.
    pub default_language: Language,
    /// For how long units are held for an approved line of a plan.
    pub plan_hold: chrono::TimeDelta,
    /// How its cookies are set, and from which pages they are taken.
    pub cookies: Cookies,
    /// The providers of single sign-on.
    pub providers: Providers,
    /// The time zone of sites that name none.
    pub time_zone: chrono_tz::Tz,
}
