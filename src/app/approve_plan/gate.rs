//! The safety gate of lines that are to be approved.

use super::weigh::Refused;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::safety::{self, Verdict, Weighed};
use crate::db;
use crate::domain::gate::Passage;
use crate::domain::id::RequestId;
use crate::domain::line::Line;
use crate::domain::reason::Refusal;
use crate::domain::request::Request;
use std::collections::{BTreeMap, BTreeSet};

/// What the safety rulebooks say of the requests of a plan's lines.
pub(super) struct Gatekeeper<'r> {
    requests: BTreeMap<RequestId, Request>,
    weighed: BTreeMap<RequestId, Weighed<'r>>,
    verdict: Verdict,
}

impl<'r> Gatekeeper<'r> {
    /// Weighs the requests of some lines; `confirm` are the findings that the caller knows of.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) fn load(
        act: &mut Act<'r>,
        lines: &[&Line],
        confirm: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let ids: Vec<RequestId> = lines
            .iter()
            .filter_map(|line| line.request.as_ref().map(|(id, _)| id.clone()))
            .collect();
        let requests = db::requests::named(act.conn, &ids)?;
        let weighed = safety::weigh_today(act, &requests.iter().collect::<Vec<_>>())?;
        let requests = requests.into_iter().map(|r| (r.id.clone(), r)).collect();
        let verdict = Verdict {
            confirm: confirm.clone(),
            override_reason: None,
        };
        Ok(Self {
            requests,
            weighed,
            verdict,
        })
    }

    /// Says whether a line may pass; nothing is written.
    pub(super) fn lets(&self, line: &Line) -> Result<(), Refused> {
        let id = line.request.as_ref().map(|(id, _)| id);
        let Some(weighed) = id.and_then(|id| self.weighed.get(id)) else {
            return Ok(());
        };
        let mut left = weighed.left();
        left.to_confirm
            .retain(|code| !self.verdict.confirm.contains(code));
        match left.passage() {
            Passage::Open => Ok(()),
            Passage::ToConfirm(_) => Err(Refused::Unconfirmed),
            Passage::Blocked(_) => Err(Refused::Unsafe),
        }
    }

    /// Lets a line pass that may; what is confirmed of it is written down.
    pub(super) fn pass(
        &self,
        act: &mut Act<'_>,
        line: &Line,
    ) -> Result<Result<(), Refused>, Error> {
        let id = line.request.as_ref().map(|(id, _)| id);
        let of = id.and_then(|id| Some((self.requests.get(id)?, self.weighed.get(id)?)));
        let Some((request, weighed)) = of else {
            return Ok(Ok(()));
        };
        match safety::pass_weighed(act, request, weighed, &self.verdict, None) {
            Ok(_) => Ok(Ok(())),
            Err(Error::Refused(Refusal::Unsafe { .. })) => Ok(Err(Refused::Unsafe)),
            Err(Error::Refused(Refusal::ToConfirm { .. })) => Ok(Err(Refused::Unconfirmed)),
            Err(other) => Err(other),
        }
    }
}
