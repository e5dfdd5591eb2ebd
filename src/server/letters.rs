//! How letters leave the service: the sender, the transport, and the worker.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use tokio::task::JoinHandle;

use super::stop::{self, Stop};
use crate::app::Service;
use crate::clock::Clock;
use crate::db::{Db, outbox};
use crate::mail::post::{Office, Outcome};
use crate::mail::{
    Asked, EmailAddress, HeaderText, MailUrl, Mailbox, MessageId, Post, Transport, Way, WayFault,
};
use crate::settings::{Secret, Settings};
use crate::telemetry::Metrics;

/// The name beside the sender's address.
const NAME: &str = "Dotation";

/// Returns who letters come from.
pub(super) fn sender(settings: &Settings) -> Result<Mailbox> {
    Ok(Mailbox {
        name: Some(HeaderText::parse("name", NAME)?),
        address: EmailAddress::parse(&settings.mail_from)
            .context("reading the setting mail_from")?,
    })
}

/// Returns what follows the `@` in the `Message-ID` of letters: the domain of the sender.
pub(super) fn domain(settings: &Settings) -> Result<String> {
    let domain = settings
        .mail_from
        .split('@')
        .next_back()
        .unwrap_or_default();
    MessageId::parse(&format!("letter@{domain}"))
        .context("reading the domain of the setting mail_from")?;
    Ok(domain.to_owned())
}

/// Reads how letters leave.
///
/// # Errors
/// Every setting that cannot be used.
pub fn way(settings: &Settings) -> Result<Way, Vec<WayFault>> {
    Way::read(&Asked {
        url: settings.mail_url.expose(),
        fallback: settings.mail_url_fallback.as_ref().map(Secret::expose),
        limit: settings.mail_timeout,
        from: &settings.mail_from,
        dkim_key: settings.dkim_key_file.as_deref(),
        dkim_selector: settings.dkim_selector.as_deref(),
        dkim_domain: settings.dkim_domain.as_deref(),
    })
}

/// Opens the transport, unless there is one, and returns it with the time that a sending may take.
///
/// The setting `mail_timeout` is for servers whose URL has no `timeout_ms` of its own.
pub(super) fn transport(
    settings: &Settings,
    given: Option<Transport>,
) -> Result<(Transport, Duration)> {
    if let Some(transport) = given {
        return Ok((transport, settings.mail_timeout));
    }
    let way = way(settings).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow!("reading the settings of email: {}", told.join("; "))
    })?;
    match &way.url {
        MailUrl::Smtp(_) => tracing::info!(to = %way.url, "letters leave by a mail server"),
        MailUrl::Directory(_) if settings.mail_url != Settings::default().mail_url => {
            tracing::info!(to = %way.url, "letters become files");
        }
        MailUrl::Directory(_) | MailUrl::Memory => tracing::warn!(
            to = %way.url,
            "ALERTS REACH NOBODY: no mail server is set; set mail_url to smtp://…"
        ),
    }
    if let Some(fallback) = &way.fallback {
        tracing::info!(to = %fallback, "while that server is away, letters leave by another");
    }
    if let Some(signer) = &way.signer {
        tracing::info!(by = %signer, "letters are signed");
    }
    let transport = way
        .open()
        .with_context(|| format!("preparing to post to {}", way.url))?;
    let limit = way.limit(settings.mail_timeout);
    match transport.clean() {
        Ok(0) => {}
        Ok(drafts) => tracing::info!(drafts, "removed what a killed process left in the folder"),
        // letters are written all the same, or say themselves why not
        Err(error) => tracing::warn!(%error, "drafts may be left in the folder"),
    }
    Ok((transport, limit))
}

/// Frees the letters that a killed service had in hand, where no other can have them in hand now;
/// where others may (`PostgreSQL`), each waits for the end of its lease.
pub(super) async fn free(db: &Db) -> Result<()> {
    if !db.is_alone() {
        return Ok(());
    }
    let freed = db.write(Vec::new(), outbox::free_all).await;
    let letters = freed.context("freeing the letters that were in hand")?;
    if letters > 0 {
        tracing::warn!(
            letters,
            "letters that a killed service had in hand are sent again"
        );
    }
    Ok(())
}

/// What the worker needs of the service.
pub(super) fn office(
    settings: &Settings,
    from: Mailbox,
    clock: Clock,
    metrics: Arc<Metrics>,
    send_limit: Duration,
) -> Office {
    Office {
        from,
        clock: Arc::new(move || clock.now()),
        tell: Arc::new(move |outcome| {
            let counted = match outcome {
                Outcome::Sent => &metrics.letters_sent,
                Outcome::Deferred => &metrics.letters_deferred,
                Outcome::Failed => &metrics.letters_failed,
            };
            counted.inc();
        }),
        send_limit,
        attempts_most: settings.mail_attempts_most,
    }
}

/// Begins to send letters, until `ended`; then those under way have `finish`, unless the stop is
/// to be at once.
pub(super) fn begin(
    post: Post,
    service: Service,
    ended: Stop,
    stop: Stop,
    finish: Duration,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let written = || service.letters_written();
        let give_up = async {
            tokio::select! {
                () = tokio::time::sleep(finish) => {}
                () = stop.wait(stop::Asked::AtOnce) => {}
            }
        };
        post.run(written, ended.wait(stop::Asked::Gently), give_up)
            .await;
    })
}
