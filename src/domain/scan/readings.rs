//! Every way to read a text whose separators may have been dropped.

use super::super::calendar::Day;
use super::ai::{Ai, KNOWN, Shape};
use super::parts::{Parts, unknown};
use super::typed::Typed;
use super::{MOST_READINGS, Reading, Scan, ScanError};

/// The most parts that are tried.
///
/// Choice: some hundred times what a real symbol needs, and a few milliseconds; a text made to be
/// ambiguous ends here instead of growing without bound.
const MOST_STEPS: usize = 5_000;

/// Reads in every way; one way is a pack, several are a question, none is the likeliest error.
pub(super) fn all(typed: &Typed, today: Day) -> Result<Reading, ScanError> {
    let mut search = Search {
        typed,
        readings: Vec::new(),
        steps: 0,
        error: None,
    };
    search.part(0, true, &Parts::new(today))?;
    let mut readings = search.readings;
    readings.sort();
    match readings.len() {
        0 => Err(search.error.unwrap_or(ScanError::ProductMissing)),
        1 => readings
            .pop()
            .map(Reading::Pack)
            .ok_or(ScanError::ProductMissing),
        _ => Ok(Reading::Ambiguous { readings }),
    }
}

struct Search<'t> {
    typed: &'t Typed,
    readings: Vec<Scan>,
    steps: usize,
    /// The error to give when there is no reading.
    error: Option<ScanError>,
}

impl Search<'_> {
    /// Reads on from an index; `certain` when a part of fixed length (or nothing) ended there.
    fn part(&mut self, at: usize, certain: bool, parts: &Parts) -> Result<(), ScanError> {
        if at >= self.typed.characters.len() {
            return self.complete(parts);
        }
        let Some(ai) = self.identifier(at, certain) else {
            if certain {
                self.fail(unknown(self.typed, at));
            }
            return Ok(());
        };
        if !certain && parts.has(ai) {
            // Choice: where a separator may be missing no part is repeated; else lot `B10B` could
            // always be lot B, twice.
            return Ok(());
        }
        let from = at + ai.code.len();
        let end = self.typed.characters.len();
        match ai.shape {
            Shape::Digits(count) => self.ends(ai, from, (from + count).min(end), true, parts),
            Shape::Text(most) => self.text(ai, from, most, parts),
        }
    }

    /// Tries every end of a value of variable length.
    fn text(
        &mut self,
        ai: &'static Ai,
        from: usize,
        most: usize,
        parts: &Parts,
    ) -> Result<(), ScanError> {
        let end = self.typed.characters.len();
        let last = end.min(from + most);
        for to in from + 1..=last {
            if to == end || self.identifier(to, false).is_some() {
                self.ends(ai, from, to, false, parts)?;
            }
        }
        if (from + 1..=last).contains(&end) {
            return Ok(());
        }
        // Empty, or too long: that is the error when nothing in it can be read.
        self.ends(ai, from, end, false, parts)
    }

    fn ends(
        &mut self,
        ai: &'static Ai,
        from: usize,
        to: usize,
        certain: bool,
        parts: &Parts,
    ) -> Result<(), ScanError> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(ScanError::TooManyReadings {
                most: MOST_READINGS,
            });
        }
        let mut parts = parts.clone();
        match parts.add(ai, self.typed, from, to) {
            Ok(()) => self.part(to, certain, &parts),
            Err(error) => {
                self.fail(error);
                Ok(())
            }
        }
    }

    fn complete(&mut self, parts: &Parts) -> Result<(), ScanError> {
        match parts.clone().finish() {
            Ok(scan) if self.readings.contains(&scan) => {}
            Ok(_) if self.readings.len() == MOST_READINGS => {
                return Err(ScanError::TooManyReadings {
                    most: MOST_READINGS,
                });
            }
            Ok(scan) => self.readings.push(scan),
            Err(error) => self.fail(error),
        }
        Ok(())
    }

    fn identifier(&self, at: usize, certain: bool) -> Option<&'static Ai> {
        KNOWN
            .iter()
            .find(|ai| (certain || ai.on_packs) && self.typed.stands(at, ai.code))
    }

    /// Keeps the error that helps most: a wrong product code, then a missing one, then the first
    /// other that was met.
    fn fail(&mut self, error: ScanError) {
        let weight = |error: &ScanError| {
            if matches!(error, ScanError::Product { .. }) {
                2
            } else {
                u8::from(matches!(error, ScanError::ProductMissing))
            }
        };
        if self
            .error
            .as_ref()
            .is_none_or(|kept| weight(&error) > weight(kept))
        {
            self.error = Some(error);
        }
    }
}
