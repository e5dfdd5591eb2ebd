use super::answer::Answer;
use super::check::mail_url;
use super::failure::Failure;
use super::given;
use super::place::{Place, runtime};
use crate::app::act::mint;
use crate::domain::language::Language;
use crate::mail::{
    EmailAddress, HeaderText, LanguageTag, Letter, MailUrl, Mailbox, MessageId, Receipt, SendError,
    Transport,
};
use crate::settings::Settings;
use crate::text::trial;
use clap::{Args, Subcommand};
use serde_json::json;
use std::time::Duration;

/// Email: try the way out
#[derive(Debug, Subcommand)]
pub(super) enum Mail {
    Test(TestMail),
}

const TEST: &str = "\
Examples:
  dotation mail test garde.pui@chu-lyon.fr
  DOTATION_MAIL_URL='smtp://mail.chu-lyon.fr:587?tls=starttls' dotation mail test me@chu-lyon.fr";

/// Send a trial letter by the mail server that is set, and say what it answered
///
/// It is tried once, now, past the queue of alerts; the database is not needed.
#[derive(Debug, Args)]
#[command(after_help = TEST)]
pub(super) struct TestMail {
    /// To whom
    #[arg(value_name = "ADDRESS", value_parser = given::email)]
    address: EmailAddress,
    /// In which language: fr or en [default: the language that is set, else fr]
    #[arg(long, value_name = "LANGUAGE", value_parser = given::language)]
    language: Option<Language>,
}

impl Mail {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Test(command) => command.run(place),
        }
    }
}

impl TestMail {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let settings = place.settings()?;
        let url = mail_url(place, &settings)?;
        let transport =
            Transport::open(&url).map_err(|error| place.refused("mail_url", &error.to_string()))?;
        let letter = self.letter(place, &settings)?;
        let limit = limit(&url, &settings);
        let sent = runtime()?.block_on(async {
            let sent = tokio::time::timeout(limit, transport.send(&letter)).await;
            transport.close().await;
            sent
        });
        match sent {
            Ok(Ok(receipt)) => Ok(told(&url, &self.address, &receipt)),
            Ok(Err(error)) => Err(Failure::cannot(not_sent(&url, &error))),
            Err(_too_late) => Err(Failure::cannot(format!(
                "not sent: {url} had not taken the letter after {} ms",
                limit.as_millis()
            ))),
        }
    }

    fn letter(&self, place: &Place, settings: &Settings) -> Result<Letter, Failure> {
        let wrong = |error: &dyn std::fmt::Display| place.refused("mail_from", &error.to_string());
        let from = EmailAddress::parse(&settings.mail_from).map_err(|e| wrong(&e))?;
        let domain = settings.mail_from.rsplit('@').next().unwrap_or_default();
        let message_id = format!("test-{}@{domain}", mint(place.now));
        let language = self.language.unwrap_or(settings.default_language);
        let words = trial::write(language, &settings.public_url);
        Ok(Letter {
            message_id: MessageId::parse(&message_id).map_err(|e| wrong(&e))?,
            from: Mailbox {
                name: Some(HeaderText::parse("name", "Dotation").map_err(|e| wrong(&e))?),
                address: from,
            },
            to: Mailbox {
                name: None,
                address: self.address.clone(),
            },
            subject: HeaderText::parse("subject", &words.subject).map_err(|e| wrong(&e))?,
            text: words.text,
            html: words.html,
            language: LanguageTag::parse(language.code()).map_err(|e| wrong(&e))?,
            date: place.now,
            references: None,
            unsubscribe: None,
        })
    }
}

/// How long it may take: as long as the address of the server says, else as the setting does.
fn limit(url: &MailUrl, settings: &Settings) -> Duration {
    match url {
        MailUrl::Smtp(smtp) => smtp.timeout,
        MailUrl::Directory(_) | MailUrl::Memory => settings.mail_timeout,
    }
}

fn told(url: &MailUrl, to: &EmailAddress, receipt: &Receipt) -> Answer {
    let reply = &receipt.reply;
    let (state, text) = match url {
        MailUrl::Smtp(_) => (
            "sent",
            format!(
                "Sent: {url} took the letter for {to} and answered: {reply}\n\
                 Look whether it arrives: a server that takes a letter may still lose or sort it.\n"
            ),
        ),
        MailUrl::Directory(folder) => (
            "written",
            format!(
                "Written, not sent: the letter for {to} is {reply} in {}. To send email, set mail_url \
                 to a mail server.\n",
                folder.display()
            ),
        ),
        MailUrl::Memory => (
            "forgotten",
            "Not sent: mail_url is memory:, by which letters are forgotten with the process. To \
             send email, set it to a mail server.\n"
                .to_owned(),
        ),
    };
    let json = json!({ "state": state, "by": url.to_string(), "to": to.as_str(), "reply": reply });
    Answer::new(text, json)
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
