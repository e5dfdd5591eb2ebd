//! Receipts and returns: by hand, or by what a scanner typed.

use super::MovementBody;
use crate::app::receive_units::{Count, Received};
use crate::app::record::Particulars;
use crate::domain::calendar::Day;
use crate::domain::code::Serial;
use crate::domain::quantity::Units;
use crate::domain::scan::{self, Reading};
use crate::http::api::fields::{missing, units};
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults};

impl MovementBody {
    pub(super) fn received(
        &self,
        faults: &mut Faults,
        told: Particulars,
        today: Day,
    ) -> Option<Received> {
        if let Some(text) = &self.scan {
            return self.scanned(faults, text, told, today);
        }
        let which = self.which(faults);
        if self.expiry.is_none() {
            faults.push(missing("/expiry"));
        }
        let count = match (self.units, self.boxes) {
            (Some(n), None) => units(faults, "/units", n).map(Count::Units),
            (None, Some(n)) => units(faults, "/boxes", n).map(Count::Boxes),
            (None, None) => {
                faults.push(missing("/units"));
                None
            }
            (Some(_), Some(_)) => {
                faults.push(Fault::new(
                    "/boxes",
                    Said::new(
                        "stands beside `units`: say one of them",
                        "accompagne `units` : dites l'un ou l'autre",
                    ),
                ));
                None
            }
        };
        let serial = self
            .serial
            .as_deref()
            .map(|t| faults.take("/serial", Serial::parse(t)));
        let (state, which, count) = (self.state(faults)?, which?, count?);
        // of a return the units say it
        let one_box = count == Count::Boxes(Units::new(1)) || self.kind == "return";
        if serial.is_some() && !one_box {
            let said = Said::new(
                "is of one pack: say `boxes`: 1",
                "est celui d'une boîte : dites `boxes` : 1",
            );
            faults.push(Fault::new("/serial", said));
        }
        Some(Received {
            cip13: which.cip13,
            lot: which.lot,
            expiry: which.expiry?,
            count,
            serial: serial.flatten(),
            state,
            told,
        })
    }

    /// One scan is one pack.
    fn scanned(
        &self,
        faults: &mut Faults,
        text: &str,
        told: Particulars,
        today: Day,
    ) -> Option<Received> {
        for (name, there) in [
            ("cip13", self.cip13.is_some()),
            ("lot", self.lot.is_some()),
            ("expiry", self.expiry.is_some()),
            ("units", self.units.is_some()),
            ("serial", self.serial.is_some()),
        ] {
            if there {
                let said = Said::new(
                    "stands beside `scan`, which says it already",
                    "accompagne `scan`, qui le dit déjà",
                );
                faults.push(Fault::new(format!("/{name}"), said));
            }
        }
        let boxes = self
            .boxes
            .map_or(Some(Units::new(1)), |n| units(faults, "/boxes", n));
        let state = self.state(faults);
        let found = match scan::read(text, today) {
            Ok(Reading::Pack(found)) => found,
            Ok(Reading::Ambiguous { .. }) => {
                let said = Said::new(
                    "can be read in several ways, because separators are missing: read it with /scans and send the parts",
                    "se lit de plusieurs façons, faute de séparateurs : lisez-le par /scans et envoyez les parties",
                );
                faults.push(Fault::new("/scan", said));
                return None;
            }
            Err(error) => {
                faults.push(Fault::new("/scan", error));
                return None;
            }
        };
        let (lot, expiry) = (found.lot.clone(), found.expiry);
        if lot.is_none() || expiry.is_none() {
            let said = Said::new(
                "has no lot or no expiry: type what the box says",
                "n'a pas de lot ou de péremption : saisissez ce que dit la boîte",
            );
            faults.push(Fault::new("/scan", said));
        }
        let boxes = boxes?;
        if found.serial.is_some() && boxes != Units::new(1) {
            faults.push(Fault::new(
                "/boxes",
                Said::new("one scan is one pack", "un scan est une boîte"),
            ));
        }
        Some(Received {
            cip13: found.cip13,
            lot: lot?,
            expiry: expiry?,
            count: Count::Boxes(boxes),
            serial: found.serial,
            state: state?,
            told,
        })
    }
}
