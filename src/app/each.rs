//! What the service does by itself, one after the other, each in a transaction of its own: one that fails
//! keeps none of the others from being done.

use super::act::{Act, Caller};
use super::error::Error;
use super::service::Service;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;

/// How many were done, and what the last said that was not.
pub(super) struct Each<'a> {
    service: &'a Service,
    now: Instant,
    done: usize,
    failed: Option<Error>,
}

impl<'a> Each<'a> {
    /// Begins.
    pub(super) const fn of(service: &'a Service, now: Instant) -> Self {
        Self {
            service,
            now,
            done: 0,
            failed: None,
        }
    }

    /// Reads what is due.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn due<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.service.read(Caller::service(), self.now, look).await
    }

    /// Does one, at these sites.
    pub(super) async fn one(
        &mut self,
        sites: Vec<Finess>,
        work: impl FnMut(&mut Act<'_>) -> Result<(), Error> + Send + 'static,
    ) {
        match self
            .service
            .write(Caller::service(), self.now, sites, work)
            .await
        {
            Ok(()) => self.done += 1,
            Err(error) => self.failed = Some(error),
        }
    }

    /// Returns how many were done.
    ///
    /// # Errors
    /// The last error of those that were not.
    pub(super) fn end(self) -> Result<usize, Error> {
        self.failed.map_or(Ok(self.done), Err)
    }
}
