//! Where requests stand and why, as sentences: the plans' own, and what became of their lines.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::db::standings::{Answers, Standing};
use crate::domain::id::{PlanId, RequestId};
use crate::domain::language::Language;
use crate::domain::line::LineState;
use crate::domain::request::{Request, RequestState};
use crate::text;
use crate::text::plan::Became;
use crate::wire::plan::reasons;
use std::collections::{BTreeMap, BTreeSet};

/// What plans said of requests, in French and in English, by plan and name of the request.
pub(super) struct Sentences {
    said: BTreeMap<(PlanId, String), (String, String)>,
}

impl Sentences {
    /// Reads what plans said of requests, by their names; each plan is read once. An erased plan says
    /// nothing any more.
    ///
    /// # Errors
    /// When the database cannot be read, or what it has is no plan.
    pub(super) fn load<'a>(
        act: &mut Act<'_>,
        planned: impl Iterator<Item = (&'a RequestId, &'a PlanId)>,
    ) -> Result<Self, Error> {
        let mut asked: BTreeMap<&PlanId, BTreeSet<&str>> = BTreeMap::new();
        for (name, plan) in planned {
            asked.entry(plan).or_default().insert(name.as_str());
        }
        let mut said = BTreeMap::new();
        for (plan, names) in asked {
            let Some(Answers { fr, en, .. }) = db::standings::answers(act.conn, plan)? else {
                continue;
            };
            let no_plan = |_error| Error::Bug(format!("the answer of plan {plan} is no plan"));
            let mut fr = reasons(&fr, &names).map_err(no_plan)?;
            for (name, en) in reasons(&en, &names).map_err(no_plan)? {
                let fr = fr.remove(&name).unwrap_or_default();
                said.insert((plan.clone(), name), (fr, en));
            }
        }
        Ok(Self { said })
    }

    /// Returns where a request stands and why, in French and in English. Of one that has ended, what
    /// ended it is said; of one whose line was decided on, what became of it.
    pub(super) fn of(&self, request: &Request, standing: Option<&Standing>) -> (String, String) {
        let lost = [Some(LineState::Broken), Some(LineState::Expired)];
        let in_part = standing.is_some_and(|standing| lost.contains(&standing.state));
        if request.state == RequestState::Served && in_part {
            return text::request::served_in_part();
        }
        let Some(standing) = standing.filter(|_| request.state == RequestState::Open) else {
            return text::request::unplanned(request, false);
        };
        let key = (standing.plan.clone(), request.name.to_string());
        let planned = self.said.get(&key).cloned();
        let planned = planned.unwrap_or_else(|| text::request::unplanned(request, true));
        let became = Became {
            state: standing.state,
            reserve: false,
            why: standing.why.as_deref(),
        };
        let [fr, en] = [Language::Fr, Language::En].map(|language| became.said(language));
        match standing.state {
            // of what was deferred, which delivery would bring it
            None => (joined(planned.0, fr), joined(planned.1, en)),
            Some(LineState::Planned) => planned,
            Some(LineState::LeftOut) => text::request::left_out(standing.why.as_deref()),
            Some(
                LineState::Approved
                | LineState::Refused
                | LineState::Served
                | LineState::Expired
                | LineState::Broken
                | LineState::Released,
            ) => (fr.unwrap_or(planned.0), en.unwrap_or(planned.1)),
        }
    }
}

fn joined(sentence: String, another: Option<String>) -> String {
    match another {
        Some(another) => format!("{sentence} {another}"),
        None => sentence,
    }
}
