mod told;

use super::answer::Answer;
use super::failure::Failure;
use super::given;
use super::place::{Opened, Place};
use crate::app::audit_trail::walk::Walk;
use crate::app::audit_trail::{self, Which};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::trail::export::{self, Part};
use crate::trail::{Check, KeyError, PublicKey, Report, Scope, SigningKey};
use clap::{Args, Subcommand};
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The audit trail: taken out, verified, signed
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    Export(Export),
    Verify(Verify),
    Sign(Sign),
    Key(Key),
}

const EXPORT: &str = "\
Examples:
  dotation audit export --to audit.jsonl
  dotation audit export --site 690000001 --from 2026-01-01 --to january.jsonl --until 2026-01-31
  dotation audit export | gzip > audit.jsonl.gz
  dotation audit verify audit.jsonl --public-key audit.pub.pem";

/// Write the audit trail as a file that can be verified without the service
///
/// One JSON object a line: the signed statements, then every line of every chain. Written as it is read,
/// in little memory however long it is; a service goes on meanwhile. That it was taken out is a line of it.
#[derive(Debug, Args)]
#[command(after_help = EXPORT)]
pub(super) struct Export {
    /// Only the chain of this site [default: every chain]
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
    /// From this day on (UTC); the line before is with it
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    from: Option<Day>,
    /// Up to this day (UTC)
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    until: Option<Day>,
    /// A file that is not there yet [default: standard output]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

const VERIFY: &str = "\
Examples:
  dotation audit verify audit.jsonl --public-key audit.pub.pem
  dotation audit verify audit.jsonl --public-key old.pub.pem --public-key new.pub.pem
  dotation audit verify                                 the database itself, by the key that is set
  dotation audit verify audit.jsonl --public-key audit.pub.pem --statement 5f0c…

Exit codes: 0 all of it holds; 1 something does not, or it cannot be read; 2 a key is wrong.";

/// Verify the audit trail: a file of it by the public key alone, or the database
///
/// Says of each chain up to which line it is proved, by which signed statement. Lines after that are chained
/// and not signed yet: whoever can write the database could have written them anew. That the last statements
/// were not cut off with all that followed is seen by whoever kept the hash of one elsewhere (the log has it
/// each day): give it as --statement.
#[derive(Debug, Args)]
#[command(after_help = VERIFY)]
pub(super) struct Verify {
    /// A file that audit export wrote [default: the database]
    #[arg(value_name = "FILE", requires = "public_key")]
    file: Option<PathBuf>,
    /// The public key, or a file of several; may be repeated [default: that of the key that is set]
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// The hash of a statement that must be there
    #[arg(long, value_name = "SHA256")]
    statement: Option<String>,
}

const SIGN: &str = "\
Examples:
  dotation audit sign";

/// Sign the end of every chain now, besides the statement of the day
///
/// By the key of the setting audit_signing_key_file. The service signs once a day by itself.
#[derive(Debug, Args)]
#[command(after_help = SIGN)]
pub(super) struct Sign {}

const KEY: &str = "\
Examples:
  dotation audit key --new /etc/dotation/audit.pem > audit.pub.pem
  dotation audit key                       the public half of the key that is set

To change the key: make another, set it, restart the service, and keep the public half of the old one, by which
the statements before are verified. A key that was replaced must not sign again: verify says so.";

/// Make the key that signs the audit trail, or print its public half
///
/// The private key goes into a file that only its owner may read and that is never overwritten; the public
/// one to standard output, for whoever will verify. Both are as openssl writes and reads them.
#[derive(Debug, Args)]
#[command(after_help = KEY)]
pub(super) struct Key {
    /// Make a private key into this file, which is not there yet
    #[arg(long, value_name = "FILE", conflicts_with = "of")]
    new: Option<PathBuf>,
    /// The file of a private key [default: that of the setting audit_signing_key_file]
    #[arg(long, value_name = "FILE")]
    of: Option<PathBuf>,
}

impl Audit {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Export(command) => command.run(place),
            Self::Verify(command) => command.run(place),
            Self::Sign(Sign {}) => sign(place),
            Self::Key(command) => command.run(place),
        }
    }
}

impl Export {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        let part = Part {
            chain: self.site.map(|site| site.to_string()),
            from: self.from,
            to: self.until,
        };
        let (site, noted) = (self.site, part.clone());
        opened.write(Vec::from_iter(site), move |act| {
            audit_trail::note_export(act, site, &noted)
        })?;
        let mut walk = Walk::new(part);
        match &self.to {
            Some(path) => {
                let mut file = new_file(path)?;
                poured(&opened, &mut walk, &mut file)
                    .and_then(|()| file.sync_all().map_err(Failure::from_disk(path)))?;
            }
            None => poured(&opened, &mut walk, &mut std::io::stdout().lock())?,
        }
        let end = walk.so_far();
        let heads = walk.heads();
        let note = heads.iter().fold(
            format!(
                "{} lines of {} chains, {} statements",
                end.lines,
                heads.len(),
                end.statements
            ),
            |note, head| format!("{note}\n  {}  line {}  {}", head.chain, head.seq, head.hash),
        );
        Ok(Answer::pieces(Vec::new(), 0).note(note))
    }
}

/// Writes a walk as it is read; a reader that has gone (`| head`) ends it.
fn poured(opened: &Opened, walk: &mut Walk, to: &mut impl std::io::Write) -> Result<(), Failure> {
    let mut to = BufWriter::new(to);
    let cannot = |e: std::io::Error| Failure::cannot(format!("the file cannot be written: {e}"));
    loop {
        let mut next = std::mem::take(walk);
        let (next, text) = opened.read(move |act| {
            let text = next.text(act)?;
            Ok((next, text))
        })?;
        *walk = next;
        let Some(text) = text else {
            return to.flush().map_err(cannot);
        };
        match to.write_all(text.as_bytes()) {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(cannot)?,
        }
    }
}

/// A file that only its owner may read: it says who did what.
fn new_file(path: &Path) -> Result<File, Failure> {
    let mut open = OpenOptions::new();
    open.write(true).create_new(true).mode(0o600);
    open.open(path).map_err(Failure::from_disk(path))
}

impl Verify {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let mut keys = Vec::new();
        for file in &self.public_key {
            keys.extend(PublicKey::read(file).map_err(input)?);
        }
        let report = match &self.file {
            Some(file) => {
                let open = File::open(file).map_err(Failure::from_disk(file))?;
                export::verify(BufReader::new(open), keys, self.statement)
                    .map_err(Failure::from_disk(file))?
            }
            None => in_the_database(place, keys, self.statement)?,
        };
        let status = u8::from(!report.holds());
        let answer = Answer::new(told::report(&report), told::as_json(&report));
        Ok(Answer { status, ..answer })
    }
}

fn in_the_database(
    place: &Place,
    mut keys: Vec<PublicKey>,
    statement: Option<String>,
) -> Result<Report, Failure> {
    let opened = place.open()?;
    if let (true, Some(file)) = (keys.is_empty(), &opened.settings.audit_signing_key_file) {
        keys.push(SigningKey::read(file).map_err(input)?.public().clone());
    }
    let mut walk = Walk::new(Part::default());
    let mut check = Check::new(keys, Scope::default(), statement);
    loop {
        let more;
        (walk, check, more) = opened.read(move |act| {
            let more = walk.tell(act, &mut check)?;
            Ok((walk, check, more))
        })?;
        if !more {
            return Ok(check.finish());
        }
    }
}

fn sign(place: &Place) -> Result<Answer, Failure> {
    let key = key_set(place.settings()?.audit_signing_key_file.as_deref())?;
    let opened = place.open()?;
    let signed = opened.read(move |act| audit_trail::make(act, &key, Which::Now))?;
    let signed = signed.ok_or_else(|| Failure::cannot("nothing was signed"))?;
    let (kept, hash) = (signed.clone(), signed.hash());
    opened.write(Vec::new(), move |act| {
        audit_trail::keep(act, &kept, Which::Now)
    })?;
    let said = signed.read();
    let chains = said.map_or(0, |said| said.chains.len());
    let text = format!(
        "statement  {}\nchains     {chains}\nkey        {}\nhash       {hash}\n",
        signed.number, signed.key
    );
    let json = json!({
        "statement": signed.number, "chains": chains, "key": signed.key, "hash": hash,
    });
    Ok(Answer::new(text, json))
}

impl Key {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let Some(new) = self.new else {
            let set = match self.of {
                Some(file) => Some(file),
                None => place.settings()?.audit_signing_key_file,
            };
            return Ok(public(key_set(set.as_deref())?.public()));
        };
        let (text, key) = SigningKey::make().map_err(Failure::cannot)?;
        let mut file = new_file(&new)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(Failure::from_disk(&new))?;
        Ok(public(&key).note(format!(
            "The private key is in {}. Set audit_signing_key_file to it, and give the public key to whoever \
             will verify.",
            new.display()
        )))
    }
}

fn public(key: &PublicKey) -> Answer {
    let json = json!({ "id": key.id(), "public_key": key.pem() });
    Answer::new(key.pem(), json).note(format!("The id of the key is {}.", key.id()))
}

fn key_set(file: Option<&Path>) -> Result<SigningKey, Failure> {
    let file = file.ok_or_else(|| {
        Failure::input(
            "no key is set: make one with `dotation audit key --new FILE`, and set audit_signing_key_file to it",
        )
    })?;
    SigningKey::read(file).map_err(input)
}

#[expect(clippy::needless_pass_by_value, reason = "an error is handed on")]
fn input(error: KeyError) -> Failure {
    Failure::input(error.to_string())
}
