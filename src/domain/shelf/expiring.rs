//! Which lots of a shelf are about to expire.

use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::ledger::StockLine;
use crate::domain::quantity::Units;
use std::fmt;

/// Usable units of one lot that expire soon, or have: what their alert is about.
///
/// Where two expiries share the number they are one: whoever looks for the lot finds both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// Of which presentation.
    pub cip13: Cip13,
    /// The lot's number.
    pub lot: LotNumber,
    /// The first day on which a unit of them expires.
    pub expiry: Day,
    /// How many units; the held ones are among them.
    pub units: Units,
}

impl Expiring {
    /// Returns the subject of the alert of a lot: its presentation, a slash, its number.
    pub fn subject(cip13: Cip13, lot: &LotNumber) -> String {
        format!("{cip13}/{lot}")
    }

    /// Returns of which lot an alert is, by its subject.
    pub fn lot_of(subject: &str) -> Option<(Cip13, LotNumber)> {
        let (cip13, lot) = subject.split_once('/')?;
        Some((Cip13::parse(cip13).ok()?, LotNumber::parse(lot).ok()?))
    }
}

impl fmt::Display for Expiring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Self::subject(self.cip13, &self.lot))
    }
}

/// Returns the lots of which usable units expire within `notice_days` of `today`, or have expired, the
/// first to expire first; two expiries of one number are one.
///
/// A unit whose expiry is `today` plus `notice_days` is among them; what is in quarantine is not, for
/// somebody sees to it already.
pub fn expiring(stock: &[StockLine], today: Day, notice_days: u32) -> Vec<Expiring> {
    let last = today.plus(notice_days);
    let mut found: Vec<Expiring> = Vec::new();
    for line in stock
        .iter()
        .filter(|l| l.usable > Units::ZERO && l.expiry <= last)
    {
        let same = found
            .iter_mut()
            .find(|e| e.cip13 == line.cip13 && e.lot == line.lot);
        if let Some(one) = same {
            one.units = one.units.saturating_add(line.usable);
            one.expiry = one.expiry.min(line.expiry);
        } else {
            found.push(Expiring {
                cip13: line.cip13,
                lot: line.lot.clone(),
                expiry: line.expiry,
                units: line.usable,
            });
        }
    }
    found.sort_by(|a, b| (a.expiry, a.cip13, &a.lot).cmp(&(b.expiry, b.cip13, &b.lot)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{Centre, day};

    fn told(centre: &Centre, notice_days: u32) -> Vec<(String, i64, u32)> {
        expiring(&centre.stock, centre.today, notice_days)
            .into_iter()
            .map(|e| {
                let left = centre.today.days_until(e.expiry);
                (e.lot.to_string(), left, e.units.get())
            })
            .collect()
    }

    fn row(lot: &str, left: i64, units: u32) -> (String, i64, u32) {
        (lot.to_owned(), left, units)
    }

    #[test]
    fn what_expires_on_the_last_day_of_the_notice_is_told_and_the_day_after_is_not() {
        let centre = Centre::new().vials(400, 60, 3).vials(80, 61, 2);
        assert_eq!(told(&centre, 60), [row("400-60", 60, 3)]);
        assert_eq!(told(&centre, 61).len(), 2);
        assert_eq!(told(&centre, 59), []);
    }

    #[test]
    fn what_has_expired_is_told_until_it_is_gone() {
        let centre = Centre::new().vials(400, -3, 1).vials(80, 0, 1);
        assert_eq!(told(&centre, 0), [row("400--3", -3, 1), row("80-0", 0, 1)]);
    }

    #[test]
    fn two_expiries_of_one_number_are_one_lot() {
        let mut centre = Centre::new().vials(400, 40, 3).vials(400, 20, 2);
        for line in &mut centre.stock {
            line.lot = LotNumber::parse("B1").unwrap();
        }
        assert_eq!(told(&centre, 60), [row("B1", 20, 5)]);
        // only what expires within the notice is counted
        assert_eq!(told(&centre, 30), [row("B1", 20, 2)]);
    }

    #[test]
    fn nothing_usable_is_nothing_to_hear_of() {
        let mut centre = Centre::new().vials(400, 10, 2);
        centre.stock[0].usable = Units::ZERO;
        centre.stock[0].quarantined = Units::new(2);
        assert_eq!(told(&centre, 60), []);
        assert_eq!(day(10), centre.stock[0].expiry);
    }

    #[test]
    fn the_subject_of_an_alert_reads_back_also_where_the_number_has_a_slash() {
        let cip13 = Cip13::parse("3400957464547").unwrap();
        for number in ["B1", "A/2021/7"] {
            let lot = LotNumber::parse(number).unwrap();
            let subject = Expiring::subject(cip13, &lot);
            assert_eq!(Expiring::lot_of(&subject), Some((cip13, lot)));
        }
        assert_eq!(Expiring::lot_of("roactemra-2021-10-14"), None);
    }
}
