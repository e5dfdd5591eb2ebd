//! Whether a trail holds, and how much of it is proved.
//!
//! It is told the statements first and then line after line, and keeps of them no more than where each chain
//! stands: a trail of any length is verified in the same memory.

use super::fault::Fault;
use super::key::PublicKey;
use super::line::{GENESIS, Line};
use super::statement::{Head, Signed, Statement};
use std::collections::BTreeMap;

/// How many faults are told one by one; the others are counted.
///
/// Choice: whoever has read a hundred knows enough.
const TOLD: usize = 100;

/// What part of a trail is looked at. Statements are always all there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only this chain.
    pub chain: Option<String>,
    /// Whether lines before the first are left out.
    pub from_later: bool,
    /// Whether lines after the last are left out.
    pub to_earlier: bool,
}

/// How far a chain was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The number of a site, or `service`.
    pub chain: String,
    /// The number of its first line here.
    pub first: i64,
    /// The number of its last line here.
    pub last: i64,
    /// The hash of that line.
    pub hash: String,
    /// The last line that a statement signed, with everything before it here.
    pub proved: Option<Proved>,
    sound: bool,
}

/// What a statement proves of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Up to which line.
    pub seq: i64,
    /// By which statement.
    pub statement: i64,
    /// When that was made, UTC.
    pub at: String,
}

impl Followed {
    /// Returns how many of its lines are chained and not signed.
    pub fn unsigned(&self) -> i64 {
        let proved = self
            .proved
            .as_ref()
            .map_or(self.first - 1, |proved| proved.seq);
        self.last.saturating_sub(proved).max(0)
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What part was looked at.
    pub scope: Scope,
    /// How many lines there were.
    pub lines: u64,
    /// How many statements.
    pub statements: u64,
    /// The last statement: number, moment, hash.
    pub last: Option<(i64, String, String)>,
    /// Whether signatures were verified: a key was given.
    pub with_key: bool,
    /// Every chain, by name.
    pub chains: Vec<Followed>,
    /// What does not hold; a hundred at most.
    pub faults: Vec<Fault>,
    /// How many more do not hold.
    pub more_faults: u64,
}

impl Report {
    /// Whether all of it holds.
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// A verification under way.
pub struct Check {
    keys: Vec<PublicKey>,
    scope: Scope,
    /// A hash that one of the statements must have.
    expected: Option<String>,
    /// Lines that statements signed: by chain and number, the hash, and the last statement that did.
    signed: BTreeMap<String, BTreeMap<i64, (String, i64)>>,
    times: BTreeMap<i64, String>,
    before: Option<(Signed, Option<Statement>)>,
    /// Keys that signed, in their order.
    signers: Vec<String>,
    chains: BTreeMap<String, Followed>,
    current: Option<Followed>,
    lines: u64,
    statements: u64,
    faults: Vec<Fault>,
    more_faults: u64,
}

impl Check {
    /// Begins. Without a key no signature is verified: then nothing is proved but that lines follow one
    /// another. `expected` is the hash of a statement that must be among those told.
    pub fn new(keys: Vec<PublicKey>, scope: Scope, expected: Option<String>) -> Self {
        Self {
            keys,
            scope,
            expected,
            signed: BTreeMap::new(),
            times: BTreeMap::new(),
            before: None,
            signers: Vec::new(),
            chains: BTreeMap::new(),
            current: None,
            lines: 0,
            statements: 0,
            faults: Vec::new(),
            more_faults: 0,
        }
    }

    /// Keeps what does not hold.
    pub fn fault(&mut self, fault: Fault) {
        if self.faults.len() < TOLD {
            self.faults.push(fault);
        } else {
            self.more_faults = self.more_faults.saturating_add(1);
        }
    }

    /// Returns how many statements and lines it was told.
    pub const fn counted(&self) -> (u64, u64) {
        (self.statements, self.lines)
    }

    /// Is told the next statement; all of them, before the first line.
    pub fn statement(&mut self, signed: &Signed) {
        self.statements = self.statements.saturating_add(1);
        let number = signed.number;
        let expected = self
            .before
            .as_ref()
            .map_or(1, |(b, _)| b.number.saturating_add(1));
        if number != expected {
            self.fault(Fault::StatementMissing { number, expected });
        }
        let previous = self.before.as_ref().map(|(before, _)| before.hash());
        let previous = previous.unwrap_or_else(|| GENESIS.to_owned());
        if self.expected.as_deref() == Some(&*signed.hash()) {
            self.expected = None;
        }
        let said = signed.read();
        match &said {
            None => self.fault(Fault::NoStatement { number }),
            Some(said) => {
                if said.previous != previous {
                    self.fault(Fault::StatementNotFollowing { number });
                }
                self.compare(said);
                if self.is_signed(signed) {
                    self.times.insert(number, said.at.clone());
                    for Head { chain, seq, hash } in said.chains.clone() {
                        let lines = self.signed.entry(chain).or_default();
                        lines.insert(seq, (hash, number));
                    }
                }
            }
        }
        self.before = Some((signed.clone(), said));
    }

    /// What was signed before must be there again, and not less of it.
    fn compare(&mut self, said: &Statement) {
        let Some((_, Some(before))) = &self.before else {
            return;
        };
        let gone: Vec<String> = before
            .chains
            .iter()
            .filter(|was| {
                let is = said.chains.iter().find(|is| is.chain == was.chain);
                !is.is_some_and(|is| is.seq > was.seq || *is == **was)
            })
            .map(|was| was.chain.clone())
            .collect();
        for chain in gone {
            let number = said.number;
            self.fault(Fault::TakenBack { number, chain });
        }
    }

    fn is_signed(&mut self, signed: &Signed) -> bool {
        let (number, key) = (signed.number, signed.key.clone());
        if self.signers.last() != Some(&key) {
            if self.signers.contains(&key) {
                let key = key.clone();
                self.fault(Fault::KeyReturned { number, key });
            }
            self.signers.push(key.clone());
        }
        if self.keys.is_empty() {
            return true;
        }
        let known = self.keys.iter().find(|known| known.id() == key);
        match known.map(|known| signed.is_signed_by(known)) {
            Some(true) => true,
            Some(false) => {
                self.fault(Fault::BadSignature { number, key });
                false
            }
            None => {
                self.fault(Fault::UnknownKey { number, key });
                false
            }
        }
    }

    /// Is told the next line; those of a chain one after the other.
    pub fn line(&mut self, line: &Line) {
        self.lines = self.lines.saturating_add(1);
        let (chain, seq) = (line.entry.chain.clone(), line.seq);
        if self.current.as_ref().is_none_or(|c| c.chain != chain) {
            self.put_away();
            self.current = self.chains.remove(&chain);
        }
        let is_itself = line.is_itself();
        let found = match &mut self.current {
            None => self.begin(line),
            Some(current) => {
                let (after, follows) = (current.last, line.previous == current.hash);
                current.last = seq;
                current.hash.clone_from(&line.hash);
                let chain = chain.clone();
                if seq <= after {
                    Some(Fault::Again { chain, after, seq })
                } else if seq > after.saturating_add(1) {
                    Some(Fault::Missing { chain, after, seq })
                } else if follows {
                    None
                } else {
                    Some(Fault::NotFollowing { chain, seq })
                }
            }
        };
        let changed = (!is_itself).then(|| Fault::Changed {
            chain: chain.clone(),
            seq,
        });
        let other = self.against_signed(line);
        let sound = found.is_none() && changed.is_none() && other.is_none();
        for fault in [found, changed, other].into_iter().flatten() {
            self.fault(fault);
        }
        self.stand(line, sound);
    }

    fn begin(&mut self, line: &Line) -> Option<Fault> {
        let (chain, seq) = (line.entry.chain.clone(), line.seq);
        self.current = Some(Followed {
            chain: chain.clone(),
            first: seq,
            last: seq,
            hash: line.hash.clone(),
            proved: None,
            sound: true,
        });
        if seq == 1 {
            return (line.previous != GENESIS).then_some(Fault::NotFollowing { chain, seq });
        }
        (!self.scope.from_later || seq < 1).then_some(Fault::Missing {
            chain,
            after: 0,
            seq,
        })
    }

    /// Whether a statement signed another line of this number, or another line before the first one here.
    fn against_signed(&self, line: &Line) -> Option<Fault> {
        let lines = self.signed.get(&line.entry.chain)?;
        let first = self.current.as_ref().is_some_and(|c| c.first == line.seq);
        let before = lines.get(&(line.seq - 1)).filter(|_| first);
        let (statement, seq) = match (lines.get(&line.seq), before) {
            (Some((hash, number)), _) if *hash != line.hash => (*number, line.seq),
            (_, Some((hash, number))) if *hash != line.previous => (*number, line.seq - 1),
            _ => return None,
        };
        Some(Fault::NotTheSigned {
            chain: line.entry.chain.clone(),
            seq,
            statement,
        })
    }

    fn stand(&mut self, line: &Line, sound: bool) {
        let signed = self.signed.get(&line.entry.chain);
        let statement = signed
            .and_then(|lines| lines.get(&line.seq))
            .map(|(_, n)| *n);
        let at = statement.and_then(|n| self.times.get(&n)).cloned();
        let Some(current) = &mut self.current else {
            return;
        };
        current.sound = current.sound && sound;
        if let (Some(statement), Some(at), true) = (statement, at, current.sound) {
            current.proved = Some(Proved {
                seq: line.seq,
                statement,
                at,
            });
        }
    }

    fn put_away(&mut self) {
        if let Some(done) = self.current.take() {
            self.chains.insert(done.chain.clone(), done);
        }
    }

    /// Ends, and says what was found.
    pub fn finish(mut self) -> Report {
        self.put_away();
        self.ends();
        if let Some(hash) = self.expected.take() {
            self.fault(Fault::NoSuchStatement { hash });
        }
        if self.statements == 0 && !self.keys.is_empty() {
            self.fault(Fault::NothingSigned);
        }
        let last = self.before.map(|(signed, said)| {
            let at = said.map(|said| said.at).unwrap_or_default();
            (signed.number, at, signed.hash())
        });
        Report {
            scope: self.scope,
            lines: self.lines,
            statements: self.statements,
            last,
            with_key: !self.keys.is_empty(),
            chains: self.chains.into_values().collect(),
            faults: self.faults,
            more_faults: self.more_faults,
        }
    }

    /// What was signed must be there to its end, unless its end was left out knowingly.
    fn ends(&mut self) {
        if self.scope.to_earlier {
            return;
        }
        let mut faults = Vec::new();
        for (chain, lines) in &self.signed {
            if self.scope.chain.as_ref().is_some_and(|only| only != chain) {
                continue;
            }
            let Some((&seq, &(_, statement))) = lines.last_key_value() else {
                continue;
            };
            let chain = chain.clone();
            match self.chains.get(&chain).map(|found| found.last) {
                None => faults.push(Fault::ChainMissing {
                    chain,
                    seq,
                    statement,
                }),
                Some(last) if last < seq => faults.push(Fault::EndMissing {
                    chain,
                    last,
                    seq,
                    statement,
                }),
                Some(_) => {}
            }
        }
        for fault in faults {
            self.fault(fault);
        }
    }
}
