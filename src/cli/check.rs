use super::answer::Answer;
use super::failure::Failure;
use super::place::Place;
use super::serve::begin_log;
use crate::clock::Clock;
use crate::db::DatabaseUrl;
use crate::mail::{EmailAddress, MailUrl, Way};
use crate::rulebook::Rulebooks;
use crate::server;
use crate::server::tls::{Pair, WARN_DAYS};
use crate::settings::{Settings, beside};
use crate::trail::SigningKey;
use clap::Args;
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  dotation check
  dotation check --config /etc/dotation.toml && systemctl restart dotation";

/// Look over the configuration and every rulebook, and list every fault
///
/// Each fault has its file, line and column, what stands there and what was expected. What is odd in a
/// rulebook and no fault, as a source that no rule cites, is a note. Connects to nothing. Exit code 2 when there are faults.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Check {}

impl Check {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let Self {} = self;
        let mut faults = Vec::new();
        let settings = kept(place.settings(), &mut faults)
            .unwrap_or_else(|| beside::readable(place.config.as_deref(), &place.environment));
        let addresses = addresses(place, &settings, &mut faults);
        let rules = kept(Place::rulebooks(&settings), &mut faults);
        let signer = kept(signer(place, &settings), &mut faults).flatten();
        let pair = kept(pair(place, &settings), &mut faults).flatten();
        match (addresses, rules) {
            (Some(addresses), Some(rules)) if faults.is_empty() => {
                let answer = fine(&settings, &addresses, &rules, signer.as_deref());
                Ok(encrypted(answer, &settings, pair.as_ref()))
            }
            _ => Err(Failure::Input(faults)),
        }
    }
}

struct Addresses {
    database: DatabaseUrl,
    mail: Way,
}

/// Reads the settings that only their own rooms understand.
fn addresses(place: &Place, settings: &Settings, faults: &mut Vec<String>) -> Option<Addresses> {
    let database = kept(place.database_url(settings), faults);
    let mail = kept(way(place, settings), faults);
    // as serve would begin it: only so can one tell whether the filter can be read
    let _: Option<()> = kept(begin_log(place, settings), faults);
    if let Err(error) = EmailAddress::parse(&settings.mail_from) {
        let _: Option<()> = kept(Err(place.refused("mail_from", &error.to_string())), faults);
    }
    if let Some(Err(fault)) = mail.as_ref().map(Way::open) {
        let _: Option<()> = kept(Err(place.refused(fault.setting, &fault.what)), faults);
    }
    Some(Addresses {
        database: database?,
        mail: mail?,
    })
}

/// Reads how letters leave.
pub(super) fn way(place: &Place, settings: &Settings) -> Result<Way, Failure> {
    server::way(settings).map_err(|faults| {
        let mut lines = Vec::new();
        for fault in faults {
            let told = place.refused(fault.setting, &fault.what);
            let _: Option<()> = kept(Err(told), &mut lines);
        }
        Failure::Input(lines)
    })
}

/// Keeps what could be read, and notes the faults of what could not.
fn kept<T>(read: Result<T, Failure>, faults: &mut Vec<String>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(Failure::Input(lines)) => {
            faults.extend(lines);
            None
        }
        Err(other @ (Failure::Cannot(_) | Failure::Refused(..))) => {
            faults.push(format!("the settings cannot be looked at: {other:?}"));
            None
        }
    }
}

/// Reads the key that signs the audit trail; its id, if one is set.
fn signer(place: &Place, settings: &Settings) -> Result<Option<String>, Failure> {
    let key = settings
        .audit_signing_key_file
        .as_deref()
        .map(SigningKey::read);
    let key = key
        .transpose()
        .map_err(|e| place.refused("audit_signing_key_file", &e.to_string()));
    Ok(key?.map(|key| key.public().id().to_owned()))
}

/// Reads the certificate of TLS and its key, if they are set.
fn pair(place: &Place, settings: &Settings) -> Result<Option<Pair>, Failure> {
    let pair = settings.wire.tls.as_ref().map(Pair::read).transpose();
    pair.map_err(|fault| place.refused(fault.setting, &fault.what))
}

/// Notes what is odd about the certificate.
fn encrypted(answer: Answer, settings: &Settings, pair: Option<&Pair>) -> Answer {
    let Some(pair) = pair else {
        return answer;
    };
    let now = Clock::System.now();
    let days = pair.days_left(now);
    let odd = [
        pair.fault_at(now),
        (0..WARN_DAYS)
            .contains(&days)
            .then(|| format!("the certificate ends in {days} days")),
        (!pair.is_for(&settings.public_url))
            .then(|| format!("the certificate is not for {}", settings.public_url)),
        pair.is_open()
            .then(|| "every user of this machine may read tls_key_file; chmod 600".to_owned()),
    ];
    let until = pair.until().date_naive();
    let told = format!(
        "note: connections are encrypted as {} until {until}",
        pair.subject()
    );
    odd.into_iter()
        .flatten()
        .fold(answer.note(told), |answer, odd| {
            answer.note(format!("note: {odd}"))
        })
}

fn fine(
    settings: &Settings,
    addresses: &Addresses,
    rules: &Rulebooks,
    signed: Option<&str>,
) -> Answer {
    let names: Vec<&str> = rules.iter().map(|book| book.name.as_str()).collect();
    let way = &addresses.mail;
    let fallback = way.fallback.as_ref().map(ToString::to_string);
    let signer = way.signer.as_deref();
    let email = [
        fallback.as_ref().map(|url| format!("  fallback   {url}\n")),
        signer.map(|s| {
            let (name, record) = (s.record_name(), s.record());
            format!("  signed     {s}\n  record     {name} TXT {record}\n")
        }),
    ];
    let email: String = email.into_iter().flatten().collect();
    let audit = match signed {
        Some(id) => format!("signed each day by the key {id}"),
        None => "not signed: no audit_signing_key_file is set".to_owned(),
    };
    let text = format!(
        "ok\n  database   {}\n  listen     {}\n  email      {}\n{email}  audit      {audit}\n  rulebooks  {}\n",
        addresses.database,
        settings.listen,
        way.url,
        names.join(", "),
    );
    let dkim = signer.map(
        |s| json!({ "algorithm": s.algorithm(), "name": s.record_name(), "record": s.record() }),
    );
    let json = json!({
        "ok": true,
        "database": addresses.database.to_string(),
        "listen": settings.listen.to_string(),
        "email": way.url.to_string(),
        "email_fallback": fallback,
        "dkim": dkim,
        "audit_key": signed,
        "rulebooks": names,
    });
    let odd = rules.odd().as_slice().iter();
    let answer = odd.fold(Answer::new(text, json), |answer, odd| {
        answer.note(format!("note: {odd}"))
    });
    let folders = [
        ("backup_folder", settings.backup_folder.as_deref()),
        ("situation_folder", settings.situation_folder.as_deref()),
    ];
    let answer = folders.into_iter().fold(answer, |answer, (name, folder)| {
        match folder.filter(|folder| !folder.is_dir()) {
            Some(folder) => answer.note(format!(
                "note: {name} is not there: {}; nothing is written until it is",
                folder.display()
            )),
            None => answer,
        }
    });
    match way.url {
        MailUrl::Smtp(_) => answer,
        MailUrl::Directory(_) | MailUrl::Memory => answer.note(
            "note: alerts reach no one yet: mail_url names no mail server, so that emails stay on this machine",
        ),
    }
}
