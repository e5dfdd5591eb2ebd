//! What the service tells those who run it: the log, and the metrics.
//!
//! Neither carries anything about a patient: no pseudonym, indication, weight, count or infusion
//! date; nor a query string, a token or a body.

mod metrics;
#[cfg(test)]
pub(crate) mod testing;

use std::io::{self, IsTerminal as _};
use std::str::FromStr;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use metrics::{METRICS_TYPE, Metrics};

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, in colour on a terminal.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Why the log cannot begin.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The format has another name.
    #[error("log format {found:?} is not known, expected text or json")]
    Format {
        /// What stood there.
        found: String,
    },
    /// The filter cannot be read.
    #[error("log filter {found:?} cannot be read ({reason}), expected such as info,dotation=debug")]
    Filter {
        /// What stood there.
        found: String,
        /// Why not.
        reason: String,
    },
    /// This process writes a log already.
    #[error("the log has begun already")]
    Begun,
}

impl FromStr for Format {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(LogError::Format {
                found: text.to_owned(),
            }),
        }
    }
}

/// Begins the log on standard error, once a process; standard output belongs to answers.
///
/// `filter` is as `RUST_LOG` has it: `info,dotation=debug`.
///
/// # Errors
/// [`LogError::Filter`]; [`LogError::Begun`] the second time.
pub fn init(format: Format, filter: &str) -> Result<(), LogError> {
    let colours = io::stderr().is_terminal();
    let subscriber = subscriber(format, filter, colours, io::stderr)?;
    // also takes in what libraries write by the `log` crate
    subscriber.try_init().map_err(|_already| LogError::Begun)
}

fn subscriber<W>(
    format: Format,
    filter: &str,
    colours: bool,
    writer: W,
) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, LogError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).map_err(|error| LogError::Filter {
        found: filter.to_owned(),
        reason: error.to_string(),
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    Ok(match format {
        Format::Text => Box::new(lines.with_ansi(colours).finish()),
        Format::Json => Box::new(
            lines
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .finish(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::testing::Kept;
    use super::*;

    fn lines(format: Format) -> String {
        let kept = Kept::default();
        let subscriber = subscriber(format, "info", false, kept.writer()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            let _entered = tracing::info_span!("request", id = "r1").entered();
            tracing::info!(status = 200, "answered");
            tracing::debug!("too fine");
        });
        kept.text()
    }

    #[test]
    fn a_line_of_the_log_names_its_request() {
        let text = lines(Format::Text);
        assert!(
            text.contains("request{id=\"r1\"}") && text.contains("status=200"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1);
        let json: serde_json::Value = serde_json::from_str(&lines(Format::Json)).unwrap();
        assert_eq!(
            (&json["span"]["id"], &json["status"]),
            (&"r1".into(), &200.into())
        );
    }

    #[test]
    fn a_line_end_in_what_is_logged_begins_no_line() {
        let forged = "no such table\n2031-01-01T00:00:00Z  INFO request{id=\"x\"}: answered";
        for format in [Format::Text, Format::Json] {
            let kept = Kept::default();
            let subscriber = subscriber(format, "info", false, kept.writer()).unwrap();
            tracing::subscriber::with_default(subscriber, || {
                tracing::error!(cause = forged, "a request failed");
            });
            let text = kept.text();
            assert!(text.contains("no such table"), "{text}");
            assert_eq!(text.lines().count(), 1, "{text}");
        }
    }

    #[test]
    fn a_wrong_format_or_filter_is_told() {
        assert!(matches!(
            "xml".parse::<Format>(),
            Err(LogError::Format { .. })
        ));
        let filtered = subscriber(Format::Text, "dotation=loud", false, io::sink);
        assert!(matches!(filtered.err(), Some(LogError::Filter { .. })));
    }
}
