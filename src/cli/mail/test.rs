use super::told::{Trial, told};
use crate::app::act::mint;
use crate::cli::answer::Answer;
use crate::cli::check::way;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::{Place, runtime};
use crate::domain::language::Language;
use crate::mail::{
    EmailAddress, HeaderText, LanguageTag, Letter, MailUrl, Mailbox, MessageId, Way, inspect,
};
use crate::settings::Settings;
use crate::text::trial;
use clap::Args;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  dotation mail test --to garde.pui@chu-lyon.fr
  DOTATION_MAIL_URL='smtp://mail.chu-lyon.fr:587?tls=starttls' dotation mail test me@chu-lyon.fr";

/// Send a trial letter by the mail server that is set, and say each step
///
/// Says which addresses the server's name has, which took the line, the version of TLS and the
/// certificate, whether we were let in, what the server answered and whether the letter was signed. Where
/// a second server is set it is tried too, with a letter of its own. It is tried once, now, past the queue
/// of alerts; the database is not needed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct TestMail {
    /// To whom
    #[arg(value_name = "ADDRESS", value_parser = given::email, required_unless_present = "to")]
    address: Option<EmailAddress>,
    /// The same, by name
    #[arg(long, value_name = "ADDRESS", value_parser = given::email, conflicts_with = "address")]
    to: Option<EmailAddress>,
    /// In which language: fr or en [default: the language that is set, else fr]
    #[arg(long, value_name = "LANGUAGE", value_parser = given::language)]
    language: Option<Language>,
}

impl TestMail {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let settings = place.settings()?;
        let way = way(place, &settings)?;
        let to = self.address.or(self.to);
        let to = to.ok_or_else(|| Failure::input("ADDRESS is missing"))?;
        let language = self.language.unwrap_or(settings.default_language);
        let mut trials = Vec::new();
        for way in each(&way) {
            let letter = letter(place, &settings, &to, language)?;
            trials.push(tried(place, &settings, &way, &letter)?);
        }
        told(&to, &trials)
    }
}

/// The ways by one server each.
fn each(way: &Way) -> Vec<Way> {
    let second = way.fallback.as_ref().map(|fallback| Way {
        url: fallback.clone(),
        fallback: None,
        signer: way.signer.clone(),
    });
    let first = Way {
        fallback: None,
        ..way.clone()
    };
    [Some(first), second].into_iter().flatten().collect()
}

fn tried(place: &Place, settings: &Settings, way: &Way, letter: &Letter) -> Result<Trial, Failure> {
    let transport = way
        .open()
        .map_err(|fault| place.refused(fault.setting, &fault.what))?;
    let limit = limit(way, settings);
    let (look, sent) = runtime()?.block_on(async {
        let look = match &way.url {
            MailUrl::Smtp(smtp) => Some(inspect::look(smtp).await),
            MailUrl::Directory(_) | MailUrl::Memory => None,
        };
        let sent = tokio::time::timeout(limit, transport.send(letter)).await;
        transport.close().await;
        (look, sent)
    });
    Ok(Trial {
        way: way.clone(),
        look,
        sent: sent.map_err(|_too_late| limit),
        at: place.now,
    })
}

fn letter(
    place: &Place,
    settings: &Settings,
    to: &EmailAddress,
    language: Language,
) -> Result<Letter, Failure> {
    let wrong = |error: &dyn std::fmt::Display| place.refused("mail_from", &error.to_string());
    let from = EmailAddress::parse(&settings.mail_from).map_err(|e| wrong(&e))?;
    let domain = settings.mail_from.rsplit('@').next().unwrap_or_default();
    let message_id = format!("test-{}@{domain}", mint(place.now));
    let words = trial::write(language, &settings.public_url);
    Ok(Letter {
        message_id: MessageId::parse(&message_id).map_err(|e| wrong(&e))?,
        from: Mailbox {
            name: Some(HeaderText::parse("name", "Dotation").map_err(|e| wrong(&e))?),
            address: from,
        },
        to: Mailbox {
            name: None,
            address: to.clone(),
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

/// How long it may take: as long as the address of the server says, else as the setting does.
fn limit(way: &Way, settings: &Settings) -> Duration {
    way.limit(settings.mail_timeout)
}
