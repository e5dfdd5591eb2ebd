//! What is said about a trial of the way out.

use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::domain::calendar::Instant;
use crate::mail::inspect::{Certificate, Look};
use crate::mail::url::TlsMode;
use crate::mail::{EmailAddress, MailUrl, Receipt, SendError, Stage, Way};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;

/// One letter by one server.
pub(super) struct Trial {
    pub(super) way: Way,
    pub(super) look: Option<Look>,
    pub(super) sent: Result<Result<Receipt, SendError>, Duration>,
    pub(super) at: Instant,
}

/// Says all of it; it has failed when one server has not taken its letter.
pub(super) fn told(to: &EmailAddress, trials: &[Trial]) -> Result<Answer, Failure> {
    let mut text = String::new();
    let mut failed = false;
    let mut all = Vec::new();
    for trial in trials {
        text.push_str(&trial.steps());
        match trial.taken() {
            Ok(receipt) => text.push_str(&trial.success(to, receipt)),
            Err(what) => {
                failed = true;
                text.push_str(&what);
                text.push('\n');
            }
        }
        all.push(trial.json(to));
    }
    if failed {
        return Err(Failure::cannot(text.trim_end()));
    }
    // one server: the shape it always had
    let json = match all.len() {
        1 => all.remove(0),
        _ => json!({ "servers": all }),
    };
    Ok(Answer::new(text, json))
}

impl Trial {
    fn taken(&self) -> Result<&Receipt, String> {
        match &self.sent {
            Ok(Ok(receipt)) => Ok(receipt),
            Ok(Err(error)) => Err(not_sent(&self.way.url, error)),
            Err(limit) => Err(format!(
                "not sent: {} had not taken the letter after {} ms",
                self.way.url,
                limit.as_millis()
            )),
        }
    }

    /// A line for each step that was reached.
    fn steps(&self) -> String {
        let (MailUrl::Smtp(smtp), Some(look)) = (&self.way.url, &self.look) else {
            return String::new();
        };
        let mut lines = String::new();
        let mut line = |name: &str, said: &str| {
            // writing into a string does not fail
            let _infallible = writeln!(lines, "  {name:<12} {said}");
        };
        let addresses: Vec<String> = look.addresses.iter().map(ToString::to_string).collect();
        if !addresses.is_empty() {
            line("name", &addresses.join(", "));
        }
        if let Some(address) = look.connected {
            line("connection", &address.to_string());
        }
        if let Some(certificate) = &look.certificate {
            line("certificate", &self.certificate(certificate));
        }
        match (&look.tls, smtp.tls) {
            (Some(version), _) => line("encryption", version),
            (None, TlsMode::None) if look.failed.is_none() => {
                line("encryption", "none: tls=none is set");
            }
            (None, _) => {}
        }
        if let Some((stage, what)) = &look.failed {
            line("failed at", &format!("{stage}: {what}"));
        }
        if let Some(login) = self.login() {
            line("login", login);
        }
        line("signature", &self.signature());
        lines
    }

    fn certificate(&self, certificate: &Certificate) -> String {
        let Certificate {
            subject,
            issuer,
            until,
        } = certificate;
        let days = (*until - self.at).num_days();
        let day = until.date_naive();
        let how_long = if *until < self.at {
            format!("EXPIRED on {day}")
        } else {
            format!("until {day}, {days} days")
        };
        format!("{subject}, by {issuer}, {how_long}")
    }

    /// What became of user and password, as far as one came to it.
    fn login(&self) -> Option<&'static str> {
        let MailUrl::Smtp(smtp) = &self.way.url else {
            return None;
        };
        if smtp.login.is_none() {
            return Some("none is set");
        }
        match &self.sent {
            Ok(Ok(_)) => Some("accepted"),
            Ok(Err(error)) => match stage(error) {
                Stage::Login => Some("refused"),
                Stage::Sender | Stage::Recipient | Stage::Data | Stage::Content => Some("accepted"),
                Stage::Letter
                | Stage::Resolve
                | Stage::Connect
                | Stage::Greeting
                | Stage::Encryption
                | Stage::Folder => None,
            },
            Err(_) => None,
        }
    }

    fn signature(&self) -> String {
        self.way.signer.as_ref().map_or_else(
            || "none: no dkim_key_file is set".to_owned(),
            |signer| format!("DKIM {signer}"),
        )
    }

    fn success(&self, to: &EmailAddress, receipt: &Receipt) -> String {
        let (url, reply) = (&self.way.url, &receipt.reply);
        match url {
            MailUrl::Smtp(_) => format!(
                "Sent: {url} took the letter for {to} and answered: {reply}\n\
                 Look whether it arrives: a server that takes a letter may still lose or sort it.\n"
            ),
            MailUrl::Directory(folder) => format!(
                "Written, not sent: the letter for {to} is {reply} in {}. To send email, set mail_url \
                 to a mail server.\n",
                folder.display()
            ),
            MailUrl::Memory => {
                "Not sent: mail_url is memory:, by which letters are forgotten with the process. To \
                 send email, set it to a mail server.\n"
                    .to_owned()
            }
        }
    }

    fn json(&self, to: &EmailAddress) -> Value {
        let state = match self.way.url {
            MailUrl::Smtp(_) => "sent",
            MailUrl::Directory(_) => "written",
            MailUrl::Memory => "forgotten",
        };
        let reply = self.taken().map(|receipt| receipt.reply.clone()).ok();
        let signer = self.way.signer.as_ref().map(ToString::to_string);
        let look = self.look.as_ref();
        let addresses: Option<Vec<String>> =
            look.map(|look| look.addresses.iter().map(ToString::to_string).collect());
        let certificate = look
            .and_then(|look| look.certificate.as_ref())
            .map(|c| json!({ "subject": c.subject, "issuer": c.issuer, "until": c.until }));
        json!({
            "state": state,
            "by": self.way.url.to_string(),
            "to": to.as_str(),
            "reply": reply,
            "dkim": signer,
            "addresses": addresses,
            "tls": look.and_then(|look| look.tls.as_deref()),
            "certificate": certificate,
        })
    }
}

const fn stage(error: &SendError) -> Stage {
    match error {
        SendError::Temporary { stage, .. } | SendError::Permanent { stage, .. } => *stage,
    }
}

fn not_sent(url: &MailUrl, error: &SendError) -> String {
    let (stage, code, reason, what_now) = match error {
        SendError::Temporary {
            stage,
            code,
            reason,
            maybe_delivered: true,
        } => (
            stage,
            code,
            reason,
            "it may have arrived all the same; an alert would be tried again",
        ),
        SendError::Temporary {
            stage,
            code,
            reason,
            maybe_delivered: false,
        } => (
            stage,
            code,
            reason,
            "this may pass, or be mended; an alert would be tried again",
        ),
        SendError::Permanent {
            stage,
            code,
            reason,
        } => (
            stage,
            code,
            reason,
            "this is for good; an alert would not be tried again",
        ),
    };
    let code = code.map_or_else(|| "no code".to_owned(), |code| format!("code {code}"));
    format!(
        "not sent by {url}\n  stage:  {stage}\n  reply:  {code}: {reason}\n  so:     {what_now}"
    )
}
