//! What a rulebook lets a request ask for: one set of answers for requests that are filed and for
//! those of a plan case.

use super::{IndicationRule, ReserveRule, Rulebook, Slug};
use crate::domain::presentation::Route;
use crate::domain::quantity::Mg;

impl Rulebook {
    /// Returns the routes by which one of its presentations is given, in the order of [`Route::ALL`].
    pub fn routes(&self) -> impl Iterator<Item = Route> {
        Route::ALL
            .into_iter()
            .filter(|route| self.has_route(*route))
    }

    /// Whether one of its presentations is given by `route`.
    pub fn has_route(&self, route: Route) -> bool {
        self.by_route(route).next().is_some()
    }

    /// Whether a dose by `route` is one single unit, so that units are asked for; else it is made of
    /// vials, by weight or as prescribed.
    pub fn is_by_units(&self, route: Route) -> bool {
        self.unit_doses.iter().any(|unit| unit.route == route)
    }

    /// Returns the rule of the reserve when it is kept for this indication: such a request is treated
    /// now, and by the reserve's route only.
    pub fn treated_now(&self, indication: &IndicationRule) -> Option<&ReserveRule> {
        let rule = self.reserve.as_ref();
        rule.filter(|rule| rule.indication == indication.code)
    }

    /// Returns the most that may be prescribed in place of the dose by weight: the greatest dose of
    /// the indication at any weight; nothing at all where the rulebook has no dose for it.
    pub fn most_prescribed(&self, indication: &Slug) -> Mg {
        let most = |of: Option<&Slug>| {
            let rows = self
                .doses
                .iter()
                .filter(|row| row.indication.as_ref() == of);
            rows.map(|row| row.at_most).max()
        };
        most(Some(indication))
            .or_else(|| most(None))
            .unwrap_or(Mg::ZERO)
    }
}
