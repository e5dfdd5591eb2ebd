//! The sheet that travels with a transfer: one page of A4, printed by the giver, filled in and signed by both.
//! Nothing on it is about a patient.

mod barcode;

use super::letter::escaped;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::language::Language;
use crate::domain::quantity::Units;
use crate::domain::transfer::{FmdState, LegalBasis, Transfer, TransferState};
use chrono_tz::Tz;

/// What stands on a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The transfer.
    pub transfer: Transfer,
    /// Who gives.
    pub from: Party,
    /// Who receives.
    pub to: Party,
    /// What is in the box, by presentation, expiry and lot.
    pub lots: Vec<Lot>,
    /// The giver's day on which it is printed.
    pub printed_on: Option<Day>,
    /// In whose time instants are written: the giver's.
    pub zone: Tz,
    /// Whether the clock shows another time than the world's.
    pub simulated: bool,
}

/// A pharmacy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Its number.
    pub finess: Finess,
    /// Its name.
    pub name: String,
}

/// Units of one lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The code on the box.
    pub cip13: Cip13,
    /// The name of the presentation.
    pub label: String,
    /// The lot's number.
    pub lot: LotNumber,
    /// The last day on which a unit may be used.
    pub expiry: Day,
    /// How many.
    pub units: Units,
}

/// One of two: how it is said.
const fn say(language: Language, french: &'static str, english: &'static str) -> &'static str {
    match language {
        Language::Fr => french,
        Language::En => english,
    }
}

/// The style within the page, which is printed, or kept as a file, and must need no other.
pub const STYLE: &str = "@page{size:A4;margin:14mm}*{box-sizing:border-box}\
body{margin:0 auto;max-width:182mm;font:10.5pt/1.35 Arial,Helvetica,sans-serif;color:#000}\
h1{font-size:16pt;margin:0}h2{font-size:11pt;margin:5mm 0 1.5mm}p{margin:1mm 0}\
header{display:flex;justify-content:space-between;gap:8mm;align-items:flex-start}\
table{width:100%;border-collapse:collapse}th,td{border:.3mm solid #000;padding:1.2mm 1.6mm;text-align:left;vertical-align:top}\
th{background:#eee}td.n{text-align:right;white-space:nowrap}.id{font-family:monospace;font-size:8.5pt}\
.lots{font-size:9pt}.lots th{font-size:7.5pt;padding:1.2mm 1mm}.lots td{padding:1.2mm 1mm}.k{white-space:nowrap}.l{overflow-wrap:anywhere;min-width:22mm}\
.cold{border:.8mm solid #000;padding:2mm 3mm;font-size:13pt;font-weight:bold;margin:4mm 0 0}.cold span{font-size:10.5pt;font-weight:normal}\
.sign td{height:24mm;width:33.3%}@media print{body{max-width:none}}";

/// Returns the sheet as a page of HTML, to be printed.
pub fn page(sheet: &Sheet, language: Language) -> String {
    let l = |french, english| say(language, french, english);
    let title = l(
        "Bordereau de transfert entre pharmacies",
        "Transfer between pharmacies",
    );
    let id = sheet.transfer.id.as_str();
    let simulated = if sheet.simulated {
        format!(
            "<p><strong>{}</strong></p>",
            l(
                "DÉMONSTRATION : heure simulée.",
                "DEMONSTRATION: simulated time."
            )
        )
    } else {
        String::new()
    };
    let printed = sheet.printed_on.map_or_else(String::new, |on| {
        format!("{} {}", l("Imprimé le", "Printed on"), day(on, language))
    });
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title} {id}</title><style>{STYLE}</style></head>\
         <body><header><div><h1>{title}</h1>{simulated}<p>{state}</p><p>{printed}</p><p class=\"id\">{id}</p></div>{code}</header>\
         {parties}{lots}<div class=\"cold\">{cold}</div>{rights}{signatures}</body></html>\n",
        lang = language.code(),
        id = escaped(id),
        state = state(sheet, language),
        code = barcode::svg(&escaped(id), 28),
        parties = parties(sheet, language),
        lots = lots(sheet, language),
        cold = cold(sheet, language),
        rights = rights(sheet, language),
        signatures = signatures(language),
    )
}

fn parties(sheet: &Sheet, language: Language) -> String {
    let party = |p: &Party| {
        let name = escaped(&p.name);
        format!("<strong>{name}</strong><br>FINESS {}", p.finess)
    };
    format!(
        "<h2>{}</h2><table><tr><th>{}</th><th>{}</th></tr><tr><td>{}</td><td>{}</td></tr></table>",
        say(language, "Pharmacies", "Pharmacies"),
        say(language, "Pharmacie qui donne", "Giving pharmacy"),
        say(language, "Pharmacie qui reçoit", "Receiving pharmacy"),
        party(&sheet.from),
        party(&sheet.to),
    )
}

fn lots(sheet: &Sheet, language: Language) -> String {
    let names = match language {
        Language::Fr => [
            "CIP13",
            "Désignation",
            "Lot",
            "Péremption",
            "Unités",
            "Reçues",
            "Quarant.",
            "Refusées",
            "Manquent",
        ],
        Language::En => [
            "CIP13", "Product", "Lot", "Expiry", "Units", "Received", "Quarant.", "Refused",
            "Missing",
        ],
    };
    let head: Vec<String> = names
        .iter()
        .map(|name| format!("<th>{name}</th>"))
        .collect();
    let rows: Vec<String> = sheet
        .lots
        .iter()
        .map(|lot| {
            format!(
                "<tr><td class=\"k\">{}</td><td>{}</td><td class=\"l\">{}</td><td class=\"k\">{}</td><td class=\"n\"><strong>{}</strong></td><td></td><td></td><td></td><td></td></tr>",
                lot.cip13,
                escaped(&lot.label),
                escaped(lot.lot.as_str()),
                day(lot.expiry, language),
                lot.units,
            )
        })
        .collect();
    let all = Units::sum(sheet.lots.iter().map(|lot| lot.units));
    format!(
        "<h2>{}</h2><table class=\"lots\"><tr>{}</tr>{}<tr><td colspan=\"4\">{}</td><td class=\"n\"><strong>{all}</strong></td><td></td><td></td><td></td><td></td></tr></table>",
        say(language, "Contenu", "Contents"),
        head.concat(),
        rows.concat(),
        say(language, "Total", "Total"),
    )
}

fn cold(sheet: &Sheet, language: Language) -> String {
    let sent = if sheet.transfer.cold_chain_sent == Some(true) {
        say(language, "Confirmé au départ.", "Confirmed when it left.")
    } else {
        say(
            language,
            "Au départ : ______ °C.",
            "When it left: ______ °C.",
        )
    };
    format!(
        "{} <span>{sent} {}</span>",
        say(
            language,
            "À conserver entre 2 °C et 8 °C.",
            "Keep between 2 °C and 8 °C."
        ),
        say(
            language,
            "À l'arrivée : ______ °C. Sans confirmation à l'arrivée, tout va en quarantaine.",
            "On arrival: ______ °C. Without confirmation on arrival all of it is quarantined."
        ),
    )
}

fn rights(sheet: &Sheet, language: Language) -> String {
    let l = |french, english| say(language, french, english);
    let at = |instant| moment(instant, sheet.zone, language);
    let legal = match &sheet.transfer.legal {
        None => l("À dire à l'acceptation.", "To be told when it is accepted.").to_owned(),
        Some(LegalBasis::ArsAuthorisation { reference }) => format!(
            "{} {}.",
            l(
                "Autorisation de l'ARS, référence",
                "Authorisation of the ARS, reference"
            ),
            escaped(reference)
        ),
        Some(LegalBasis::ImperativeNeed { ars_told_at }) => format!(
            "{} {}.",
            l(
                "Besoin impératif et immédiat ; ARS informée le",
                "Imperative and immediate need; the ARS was told on"
            ),
            at(*ars_told_at)
        ),
    };
    let fmd = match sheet.transfer.fmd {
        None => l("À dire au départ.", "To be told when it leaves.").to_owned(),
        Some(FmdState::NotDecommissioned) => l(
            "Non désactivés par la pharmacie qui donne.",
            "Not decommissioned by the giver.",
        )
        .to_owned(),
        Some(FmdState::Decommissioned { at: when }) => {
            let until = sheet.transfer.reactivable_until().map(at);
            format!(
                "{} {}. {} {}.",
                l(
                    "Désactivés par la pharmacie qui donne le",
                    "Decommissioned by the giver on"
                ),
                at(when),
                l(
                    "En cas de retour, réactivables chez elle seule, jusqu'au",
                    "If returned, the giver alone can reactivate them, until"
                ),
                until.unwrap_or_default(),
            )
        }
    };
    format!(
        "<h2>{}</h2><table><tr><th>{}</th><td>{legal}</td></tr><tr><th>{}</th><td>{fmd}</td></tr></table>",
        l("Cadre", "By what right"),
        l(
            "Base légale (CSP, art. L5126-8)",
            "Legal basis (CSP, art. L5126-8)"
        ),
        l(
            "Identifiants uniques (règlement (UE) 2016/161)",
            "Unique identifiers (Regulation (EU) 2016/161)"
        ),
    )
}

fn signatures(language: Language) -> String {
    format!(
        "<h2>{}</h2><table class=\"sign\"><tr><th>{}</th><th>{}</th><th>{}</th></tr><tr><td></td><td></td><td></td></tr></table>",
        say(
            language,
            "Date, heure, nom et signature",
            "Date, time, name and signature"
        ),
        say(language, "Pharmacien qui envoie", "Sending pharmacist"),
        say(language, "Transporteur", "Carrier"),
        say(language, "Pharmacien qui reçoit", "Receiving pharmacist"),
    )
}

fn state(sheet: &Sheet, language: Language) -> String {
    let l = |french, english| say(language, french, english);
    let transfer = &sheet.transfer;
    let (said, at) = match transfer.state {
        TransferState::Asked => (l("Demandé le", "Asked for on"), Some(transfer.asked.at)),
        TransferState::Accepted => (
            l("Accepté le", "Accepted on"),
            transfer.accepted.as_ref().map(|s| s.at),
        ),
        TransferState::Sent => (
            l("Envoyé le", "Sent on"),
            transfer.sent.as_ref().map(|s| s.at),
        ),
        TransferState::Returning | TransferState::Received => (
            l("Reçu le", "Received on"),
            transfer.received.as_ref().map(|s| s.at),
        ),
        TransferState::Cancelled => (
            l("ANNULÉ le", "CANCELLED on"),
            transfer.closed.as_ref().map(|s| s.at),
        ),
    };
    let at = at.map(|at| moment(at, sheet.zone, language));
    format!("{said} {}", at.unwrap_or_default())
}

fn day(day: Day, language: Language) -> String {
    match language {
        Language::Fr => super::fr::day(day),
        Language::En => day.to_string(),
    }
}

/// An instant in the giver's time, to the minute.
fn moment(at: Instant, zone: Tz, language: Language) -> String {
    let local = at.with_timezone(&zone);
    let form = match language {
        Language::Fr => "%d/%m/%Y à %H:%M",
        Language::En => "%Y-%m-%d at %H:%M",
    };
    local.format(form).to_string()
}

#[cfg(test)]
mod tests;
