//! Work that blocks, such as the database's, away from the threads that answer.

use std::sync::Arc;

use actix_web::web;
use tokio::sync::Semaphore;

use super::problem::Problem;

/// Runs blocking work, no more than so many at a time.
///
/// Without a bound each request that waits for a connection holds a thread of its own; with 128
/// clients and 8 connections a server grew to 181 threads.
#[derive(Clone, Debug)]
pub struct Blocking(Arc<Semaphore>);

impl Blocking {
    /// At most `at_once` at a time: as many as the database's pool has connections.
    pub fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Runs `work` on a thread that may block, in the span of the request.
    ///
    /// A caller who gives up while waiting for a place has not begun; one who gives up later has
    /// the work done nevertheless, and the place is free when it is.
    ///
    /// # Errors
    /// 500 when the work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.0).acquire_owned().await;
        let place = place.map_err(Problem::internal)?;
        let span = tracing::Span::current();
        let done = web::block(move || {
            let done = span.in_scope(work);
            drop(place);
            done
        });
        done.await
            .map_err(|error| Problem::internal(format!("blocking work panicked: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[actix_web::test]
    async fn no_more_than_so_many_run_at_once() {
        let blocking = Blocking::new(2);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all = (0..32).map(|_| {
            let (blocking, now, most) = (blocking.clone(), Arc::clone(&now), Arc::clone(&most));
            actix_web::rt::spawn(async move {
                let work = move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                };
                blocking.run(work).await.unwrap();
            })
        });
        for one in all.collect::<Vec<_>>() {
            one.await.unwrap();
        }
        assert!(most.load(Ordering::SeqCst) <= 2);
    }

    #[actix_web::test]
    async fn work_that_panics_is_a_500_and_gives_its_place_back() {
        let blocking = Blocking::new(1);
        for _ in 0..3 {
            let problem = blocking.run(|| panic!("on purpose")).await.unwrap_err();
            assert!(problem.logged_cause().is_some());
        }
        assert_eq!(blocking.run(|| 7).await.unwrap(), 7);
    }
}
