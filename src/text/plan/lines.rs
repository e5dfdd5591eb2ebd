//! What became of a line of a kept plan, as a sentence.

use crate::domain::language::Language;
use crate::domain::line::{Line, LineState};

/// What became of a line, as far as a sentence needs it.
#[derive(Clone, Copy, Debug)]
pub struct Became<'a> {
    /// Its state; none when nothing was granted.
    pub state: Option<LineState>,
    /// Whether it is kept rather than given.
    pub reserve: bool,
    /// Why: a code, or somebody's words.
    pub why: Option<&'a str>,
}

/// Returns why a line is in its state as a sentence: see [`Became::said`].
pub fn line_said(line: &Line, language: Language) -> Option<String> {
    let became = Became {
        state: line.state,
        reserve: line.request.is_none(),
        why: line.why.as_deref(),
    };
    became.said(language)
}

impl Became<'_> {
    /// Returns why a line is in its state as a sentence; nothing where there is nothing to say, or where
    /// a coordinator said it in words of their own.
    pub fn said(&self, language: Language) -> Option<String> {
        if self.state == Some(LineState::LeftOut) {
            return None;
        }
        let at_home = self.state == Some(LineState::Served) && self.reserve;
        let why = self.why.or(at_home.then_some("at-home"))?;
        let (code, whom) = why.split_once(": ").unwrap_or((why, ""));
        if let Some(day) = why.strip_prefix("delivery: ") {
            return Some(delivery(day, language));
        }
        let said = match language {
            Language::Fr => french(code, whom),
            Language::En => english(code, whom),
        };
        Some(said)
    }
}

/// What a delivery would bring to a deferred claim: `2021-10-26 (750100125)`.
fn delivery(what: &str, language: Language) -> String {
    let (day, site) = what.split_once(" (").unwrap_or((what, ""));
    let site = site.trim_end_matches(')');
    match language {
        Language::Fr => format!(
            "Une livraison attendue le {day} à {site} apporterait ce qui manque, à qui est différé avant elle d'abord."
        ),
        Language::En => format!(
            "A delivery expected on {day} at {site} would bring what is missing, to those deferred before it first."
        ),
    }
}

fn french(code: &str, whom: &str) -> String {
    match code {
        "served-in-part" => "Une partie a été dispensée ; le reste est réservé.".to_owned(),
        "given-back" => {
            "Une partie a été dispensée, puis est revenue : ce qui reste réservé ne fait plus la dose entière, et la demande attend le prochain plan.".to_owned()
        }
        "at-home" => "Ses unités sont là où elles sont nécessaires.".to_owned(),
        "request-changed" => {
            "La demande a été modifiée, retirée ou servie depuis le plan : refaites le plan.".to_owned()
        }
        "units-gone" => {
            "Ses unités ne sont plus libres, ou ne sont pas encore arrivées : refaites le plan.".to_owned()
        }
        "out-of-date" => "Ses unités seraient périmées le jour de la dose : refaites le plan.".to_owned(),
        "go-uncovered" => {
            "Un feu vert en cours resterait sans ses flacons : approuvez aussi les doses de son patient, ou refaites le plan.".to_owned()
        }
        "reserve-would-break" => {
            format!("Une réserve qui passe avant perdrait des doses ({whom}) : refaites le plan.")
        }
        "outranked" => {
            format!("Une demande ou réserve mieux classée ({whom}) pourrait maintenant recevoir ses unités : refaites le plan.")
        }
        "unsafe" => {
            "Le référentiel de sécurité s'oppose à ce traitement : voyez la sécurité de la demande ; un pharmacien peut passer outre en écrivant pourquoi.".to_owned()
        }
        "unconfirmed" => {
            "Le référentiel de sécurité avertit : voyez la sécurité de la demande, et approuvez en confirmant.".to_owned()
        }
        "plan-again" => {
            "Trop de lignes sont à revoir une par une depuis le plan : refaites le plan.".to_owned()
        }
        "unsolved" => "Le stock dépasse ce qui se calcule exactement.".to_owned(),
        "transfer-too-late" => {
            "Le transfert n'est pas arrivé à temps : ses unités sont libres chez qui devait les envoyer.".to_owned()
        }
        "reserve-changed" => {
            "Le patient ou la réserve a changé depuis le plan, ou ses doses sont déjà en chemin : refaites le plan.".to_owned()
        }
        "held-too-long" => {
            "Ses unités ont été réservées trop longtemps sans être dispensées : elles sont libres, et la demande attend le prochain plan.".to_owned()
        }
        "units-lost" => {
            "Des unités qui lui étaient réservées ont été perdues, ou prises pour un SRC : les autres sont libres, et la demande attend le prochain plan.".to_owned()
        }
        "transfer-declined" => {
            "La pharmacie qui devait envoyer ses unités a décliné : elles sont libres, et la demande attend le prochain plan.".to_owned()
        }
        "transfer-cancelled" => {
            "Le transfert de ses unités a été annulé : elles sont libres, et la demande attend le prochain plan.".to_owned()
        }
        "request-withdrawn" => "La demande a été retirée : ses unités sont libres.".to_owned(),
        other => format!("Raison : {other}."),
    }
}

fn english(code: &str, whom: &str) -> String {
    match code {
        "served-in-part" => "Part of it was dispensed; the rest is held.".to_owned(),
        "given-back" => {
            "Part of it was dispensed and came back: what is still held is no whole dose, and the request waits for the next plan.".to_owned()
        }
        "at-home" => "Its units lie where they are needed.".to_owned(),
        "request-changed" => {
            "The request was edited, withdrawn or served since the plan: plan again.".to_owned()
        }
        "units-gone" => {
            "Its units are no longer free, or have not arrived yet: plan again.".to_owned()
        }
        "out-of-date" => "Its units would be out of date on the day of the dose: plan again.".to_owned(),
        "go-uncovered" => {
            "A standing GO would be left without its vials: approve its patient's doses too, or plan again.".to_owned()
        }
        "reserve-would-break" => {
            format!("A reserve that ranks above would lose doses ({whom}): plan again.")
        }
        "outranked" => {
            format!("A request or reserve that ranks above ({whom}) could now have its units: plan again.")
        }
        "unsafe" => {
            "The safety rulebook speaks against this treatment: see the safety of the request; a pharmacist may override it with a written reason.".to_owned()
        }
        "unconfirmed" => {
            "The safety rulebook warns: see the safety of the request, and approve with a confirmation.".to_owned()
        }
        "plan-again" => "Too many lines are to be weighed one by one since the plan: plan again.".to_owned(),
        "unsolved" => "The stock is more than can be composed exactly.".to_owned(),
        "transfer-too-late" => {
            "The transfer did not arrive in time: its units are free where they were to come from.".to_owned()
        }
        "reserve-changed" => {
            "The patient or the reserve changed since the plan, or its doses are on their way already: plan again.".to_owned()
        }
        "held-too-long" => {
            "Its units were held too long without being dispensed: they are free, and the request waits for the next plan.".to_owned()
        }
        "units-lost" => {
            "Units that were held for it were lost, or taken for a CRS: the others are free, and the request waits for the next plan.".to_owned()
        }
        "transfer-declined" => {
            "The pharmacy that was to send its units declined: they are free, and the request waits for the next plan.".to_owned()
        }
        "transfer-cancelled" => {
            "The transfer of its units was cancelled: they are free, and the request waits for the next plan.".to_owned()
        }
        "request-withdrawn" => "The request was withdrawn: its units are free.".to_owned(),
        other => format!("Reason: {other}."),
    }
}
