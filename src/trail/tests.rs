//! Whatever is done to a file of the trail is seen, by its public key alone.

mod kept;

use super::export::{self, End, Part};
use super::line::hash;
use super::{Entry, Fault, Form, Head, Line, PublicKey, Report, Signed, SigningKey, statement};
use crate::domain::calendar::{Day, Instant};
use crate::domain::id::PatientId;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn entry(chain: &str, n: i64) -> Entry {
    Entry {
        chain: chain.to_owned(),
        at: at("2026-11-22T08:00:00Z") + chrono::TimeDelta::minutes(n),
        actor: "t-1".to_owned(),
        role: "pharmacist".to_owned(),
        request_id: format!("r-{n}"),
        peer: "192.0.2.1".to_owned(),
        action: "stock.move".to_owned(),
        outcome: "done".to_owned(),
        object: String::new(),
        patient: (n == 2).then(|| (PatientId::new("p-1"), "ab".repeat(32))),
        rulebook: None,
        details: r#"{"a":1}"#.to_owned(),
    }
}

fn chain(name: &str, lines: i64) -> Vec<Line> {
    let mut chain: Vec<Line> = Vec::new();
    for n in 1..=lines {
        let last = chain.last().map(|l| (l.seq, l.hash.clone()));
        chain.push(Line::after(last, entry(name, n)));
    }
    chain
}

fn key() -> SigningKey {
    let (pem, _) = SigningKey::make().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pem).unwrap();
    SigningKey::read(file.path()).unwrap()
}

fn heads(chains: &[&[Line]]) -> Vec<Head> {
    let head = |lines: &&[Line]| {
        let last = lines.last().unwrap();
        Head {
            chain: last.entry.chain.clone(),
            seq: last.seq,
            hash: last.hash.clone(),
        }
    };
    chains.iter().map(head).collect()
}

/// Two chains of six lines, of which the first four, then the first five are signed.
struct Trail {
    key: SigningKey,
    chains: [Vec<Line>; 2],
    statements: Vec<Signed>,
}

impl Trail {
    fn new() -> Self {
        let key = key();
        let chains = [chain("690000001", 6), chain("service", 6)];
        let of = |n: usize| heads(&[&chains[0][..n], &chains[1][..n]]);
        let one = statement::next(None, at("2026-11-23T02:00:00Z"), of(4), &key);
        let two = statement::next(Some(&one), at("2026-11-24T02:00:00Z"), of(5), &key);
        Self {
            key,
            chains,
            statements: vec![one, two],
        }
    }

    fn lines(&self) -> Vec<Line> {
        self.chains.concat()
    }

    fn check(&self, part: &Part, lines: &[Line]) -> Report {
        let keys = vec![self.key.public().clone()];
        verified(&file(part, &self.statements, lines), keys)
    }

    #[track_caller]
    fn sees(&self, lines: &[Line], code: &str) {
        sees(&self.check(&Part::default(), lines), code);
    }
}

fn file(part: &Part, statements: &[Signed], lines: &[Line]) -> Vec<String> {
    let mut text = vec![export::head(&part.head(at("2026-11-25T00:00:00Z")))];
    text.extend(statements.iter().map(export::statement));
    text.extend(lines.iter().map(export::line));
    text.push(export::end(End {
        statements: statements.len() as u64,
        lines: lines.len() as u64,
    }));
    text
}

fn verified(file: &[String], keys: Vec<PublicKey>) -> Report {
    export::verify(file.concat().as_bytes(), keys, None).unwrap()
}

#[track_caller]
fn sees(report: &Report, code: &str) {
    let codes: Vec<&str> = report.faults.iter().map(Fault::code).collect();
    assert!(codes.contains(&code), "{code} not in {:?}", report.faults);
}

#[test]
fn a_trail_as_it_was_written_is_proved_up_to_the_last_line_that_was_signed() {
    let trail = Trail::new();
    let report = trail.check(&Part::default(), &trail.lines());
    assert_eq!(report.faults, []);
    for chain in &report.chains {
        let proved = chain.proved.as_ref().unwrap();
        assert_eq!((proved.seq, proved.statement), (5, 2));
        assert_eq!((chain.first, chain.last, chain.unsigned()), (1, 6, 1));
    }
}

#[test]
fn a_line_that_was_changed_is_seen_in_every_field() {
    type Change = fn(&mut Line);
    let changes: [Change; 13] = [
        |l| l.entry.at += chrono::TimeDelta::microseconds(1),
        |l| l.entry.actor = "t-2".to_owned(),
        |l| l.entry.role = "admin".to_owned(),
        |l| l.entry.request_id = String::new(),
        |l| l.entry.peer = "192.0.2.2".to_owned(),
        |l| l.entry.action = "stock.count".to_owned(),
        |l| l.entry.outcome = "refused".to_owned(),
        |l| l.entry.object = "x".to_owned(),
        |l| l.entry.patient = Some((PatientId::new("p-2"), "ab".repeat(32))),
        |l| l.entry.rulebook = Some("x".to_owned()),
        |l| l.entry.details = r#"{"a":2}"#.to_owned(),
        |l| l.form = Form::First,
        |l| l.hash = "0".repeat(64),
    ];
    for change in changes {
        let trail = Trail::new();
        let mut lines = trail.lines();
        change(&mut lines[2]);
        trail.sees(&lines, "changed");
    }
}

#[test]
fn a_line_that_was_changed_and_the_chain_made_anew_is_seen_where_it_was_signed() {
    let trail = Trail::new();
    let mut lines = Vec::new();
    for mut line in trail.lines() {
        if line.seq == 3 {
            line.entry.actor = "t-9".to_owned();
        }
        let before: Option<&Line> = lines.last();
        let before = before.filter(|b| b.entry.chain == line.entry.chain);
        lines.push(Line::after(
            before.map(|b| (b.seq, b.hash.clone())),
            line.entry,
        ));
    }
    let report = trail.check(&Part::default(), &lines);
    sees(&report, "not-the-signed");
    assert_eq!(report.chains[0].proved, None);
}

#[test]
fn lines_that_were_taken_out_are_seen() {
    let trail = Trail::new();
    let without = |gone: &[usize]| -> Vec<Line> {
        let all = trail.lines().into_iter().enumerate();
        all.filter(|(n, _)| !gone.contains(n))
            .map(|(_, l)| l)
            .collect()
    };
    trail.sees(&without(&[0]), "missing");
    trail.sees(&without(&[2]), "missing");
    trail.sees(&without(&[4, 5]), "end-missing");
    trail.sees(&without(&[0, 1, 2, 3, 4, 5]), "chain-missing");
    // after the last line that was signed nobody can tell
    assert!(trail.check(&Part::default(), &without(&[5])).holds());
}

#[test]
fn a_line_that_was_taken_out_and_the_others_numbered_anew_is_seen() {
    let trail = Trail::new();
    let mut lines = chain("690000001", 5);
    lines.extend(trail.chains[1].clone());
    lines[2].entry.actor = "t-9".to_owned();
    let mut anew: Vec<Line> = Vec::new();
    for line in lines {
        let before = anew.last().filter(|b| b.entry.chain == line.entry.chain);
        let before = before.map(|b| (b.seq, b.hash.clone()));
        anew.push(Line::after(before, line.entry));
    }
    trail.sees(&anew, "not-the-signed");
}

#[test]
fn lines_repeated_exchanged_and_chains_begun_anew_are_seen() {
    let trail = Trail::new();
    let mut lines = trail.lines();
    lines.insert(3, lines[2].clone());
    trail.sees(&lines, "again");
    let mut lines = trail.lines();
    lines.swap(2, 3);
    trail.sees(&lines, "again");
    let mut lines = trail.chains[0].clone();
    lines.extend(chain("690000001", 2));
    lines.extend(trail.chains[1].clone());
    trail.sees(&lines, "again");
    // a chain of another installation
    let mut lines = trail.lines();
    for line in &mut lines[..6] {
        line.entry.chain = "690000002".to_owned();
    }
    trail.sees(&lines, "changed");
    trail.sees(&lines, "chain-missing");
}

#[test]
fn a_line_that_follows_another_than_the_one_before_it_is_seen() {
    let trail = Trail::new();
    let mut lines = trail.lines();
    lines[2].previous = "1".repeat(64);
    lines[2].hash = hash(Form::NOW, &lines[2].entry, 3, &"1".repeat(64));
    trail.sees(&lines, "not-following");
}

#[test]
fn statements_taken_out_exchanged_or_signed_by_others_are_seen() {
    let trail = Trail::new();
    let keys = || vec![trail.key.public().clone()];
    let with = |statements: &[Signed]| {
        verified(&file(&Part::default(), statements, &trail.lines()), keys())
    };
    let [one, two] = &*trail.statements else {
        panic!("two");
    };
    sees(&with(&[]), "nothing-signed");
    sees(&with(std::slice::from_ref(two)), "statement-missing");
    sees(&with(&[two.clone(), one.clone()]), "statement-missing");
    sees(&with(&[one.clone(), one.clone()]), "statement-missing");
    // by another key, which says that it is ours, and which does not
    let other = key();
    let of = heads(&[&trail.chains[0][..5], &trail.chains[1][..5]]);
    let forged = statement::next(Some(one), at("2026-11-24T02:00:00Z"), of, &other);
    sees(&with(&[one.clone(), forged.clone()]), "unknown-key");
    let body = forged
        .body
        .replace(other.public().id(), trail.key.public().id());
    let forged = Signed {
        key: trail.key.public().id().to_owned(),
        body,
        ..forged
    };
    sees(&with(&[one.clone(), forged]), "bad-signature");
    // changed, and another body under the number
    let mut changed = two.clone();
    changed.body = changed.body.replace("\"seq\":5", "\"seq\":4");
    sees(&with(&[one.clone(), changed]), "bad-signature");
    let renumbered = Signed {
        number: 2,
        ..one.clone()
    };
    sees(&with(&[one.clone(), renumbered]), "no-statement");
    // another first statement
    let anew = statement::next(
        None,
        at("2026-11-23T03:00:00Z"),
        heads(&[&trail.chains[0][..4], &trail.chains[1][..4]]),
        &trail.key,
    );
    sees(&with(&[anew, two.clone()]), "statement-not-following");
}

#[test]
fn a_statement_takes_nothing_back_that_was_signed() {
    let trail = Trail::new();
    let keys = vec![trail.key.public().clone()];
    let one = &trail.statements[0];
    let fewer = heads(&[&trail.chains[0][..5]]);
    let shorter = heads(&[&trail.chains[0][..3], &trail.chains[1][..5]]);
    for chains in [fewer, shorter] {
        let next = statement::next(Some(one), at("2026-11-24T02:00:00Z"), chains, &trail.key);
        let all = [one.clone(), next];
        let report = verified(&file(&Part::default(), &all, &trail.lines()), keys.clone());
        sees(&report, "taken-back");
    }
}

#[test]
fn keys_change_and_an_old_one_does_not_sign_again() {
    let trail = Trail::new();
    let other = key();
    let of = |n: usize| heads(&[&trail.chains[0][..n], &trail.chains[1][..n]]);
    let two = &trail.statements[1];
    let three = statement::next(Some(two), at("2026-11-25T02:00:00Z"), of(6), &other);
    let keys = vec![trail.key.public().clone(), other.public().clone()];
    let mut all = trail.statements.clone();
    all.push(three.clone());
    let report = verified(&file(&Part::default(), &all, &trail.lines()), keys.clone());
    assert_eq!(report.faults, []);
    assert_eq!(report.chains[0].unsigned(), 0);
    all.push(statement::next(
        Some(&three),
        at("2026-11-26T02:00:00Z"),
        of(6),
        &trail.key,
    ));
    sees(
        &verified(&file(&Part::default(), &all, &trail.lines()), keys),
        "key-returned",
    );
}

#[test]
fn a_file_that_was_cut_off_or_written_anew_is_seen() {
    let trail = Trail::new();
    let keys = || vec![trail.key.public().clone()];
    let whole = file(&Part::default(), &trail.statements, &trail.lines());
    for cut in 1..whole.len() {
        sees(&verified(&whole[..cut], keys()), "cut-off");
    }
    let text = whole.concat();
    for cut in [text.len() - 2, text.len() / 2, 10, 0] {
        let report = export::verify(&text.as_bytes()[..cut], keys(), None).unwrap();
        assert!(!report.holds(), "{cut}");
    }
    let mut more = whole.clone();
    more.push(whole[4].clone());
    sees(&verified(&more, keys()), "unreadable");
    let mut fewer = whole.clone();
    fewer.remove(whole.len() - 2);
    sees(&verified(&fewer, keys()), "counted");
    // a word that no hash covers
    let mut odd = whole.clone();
    odd[4] = odd[4].replace("{\"chain\"", "{\"note\":\"ok\",\"chain\"");
    sees(&verified(&odd, keys()), "unreadable");
    let mut late = whole;
    let statement = late.remove(2);
    late.insert(4, statement);
    sees(&verified(&late, keys()), "unreadable");
}

#[test]
fn a_part_is_verified_from_its_first_line_on_and_says_so() {
    let trail = Trail::new();
    let later = Part {
        from: Day::of(2026, 11, 22),
        ..Part::default()
    };
    let from = |n: usize| [&trail.chains[0][n..], &trail.chains[1][n..]].concat();
    let report = trail.check(&later, &from(2));
    assert_eq!(report.faults, []);
    assert!(report.scope.from_later);
    assert_eq!(report.chains[0].first, 3);
    // the line before the first is known where it was signed
    let mut lines = from(4);
    lines[0].previous = "1".repeat(64);
    lines[0].hash = hash(Form::NOW, &lines[0].entry, 5, &"1".repeat(64));
    sees(&trail.check(&later, &lines), "not-the-signed");
    let earlier = Part {
        to: Day::of(2026, 11, 22),
        ..Part::default()
    };
    let to = [&trail.chains[0][..3], &trail.chains[1][..3]].concat();
    let report = trail.check(&earlier, &to);
    assert_eq!((report.faults.len(), report.scope.to_earlier), (0, true));
    assert_eq!(report.chains[0].proved, None);
    let one = Part {
        chain: Some("service".to_owned()),
        ..Part::default()
    };
    assert!(trail.check(&one, &trail.chains[1]).holds());
    sees(&trail.check(&one, &trail.chains[1][..3]), "end-missing");
}
