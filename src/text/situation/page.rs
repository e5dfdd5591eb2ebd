//! The sheet laid out: tables that print in black on A4, nothing fetched.

use super::words::{Words, of};
use super::{Purpose, Sheet, coming, file_name, kept};
use crate::domain::alert::{Alert, Capacity};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::language::Language;
use crate::text::letter::html::escaped;
use crate::text::{en, fr};

/// Empty lines for movements made by hand.
///
/// Choice: as many as a half sheet holds; a day has few, and the sheet can be printed twice.
const EMPTY_LINES: usize = 14;

/// The style within the page, which is kept as a file and must need no other.
pub const STYLE: &str = "@page{size:A4;margin:12mm}body{font:10pt/1.35 Arial,Helvetica,sans-serif;color:#000;max-width:186mm;margin:0 auto;padding:8px}\
    h1{font-size:16pt;margin:0}h2{font-size:11.5pt;margin:14px 0 4px;break-after:avoid}p{margin:4px 0}\
    table{width:100%;border-collapse:collapse}th,td{border:1px solid #555;padding:2px 5px;text-align:left;vertical-align:top}\
    thead{display:table-header-group}tr{break-inside:avoid}th{background:#eee;font-size:8.5pt}td.n{text-align:right;white-space:nowrap}\
    .c{border:2px solid #000;padding:4px 6px;font-weight:bold}.e td{height:8.5mm}.h{break-before:page}";

pub(super) fn sheet(language: Language, sheet: &Sheet) -> String {
    let words = of(language);
    let parts = [
        alerts(language, words, sheet),
        kept::recalls(language, words, sheet),
        reserves(words, sheet),
        kept::patients(language, words, sheet),
        clearances(language, words, sheet),
        stock(language, words, sheet),
        held(words, sheet),
        due(language, words, sheet),
        counts(words, sheet),
        coming::deliveries(language, words, sheet),
        coming::transfers(words, sheet),
        telephones(language, words, sheet),
        people(words, sheet),
        by_hand(words),
    ];
    let title = format!(
        "{} – {} ({})",
        words.title, sheet.site.name, sheet.site.finess
    );
    let simulated = if sheet.simulated {
        format!("<p><strong>{}</strong></p>", escaped(words.simulated))
    } else {
        String::new()
    };
    let body = format!(
        "<h1>{}</h1><p><strong>{} {}</strong> ({})</p>{simulated}<p class=\"c\">{}</p>{}",
        escaped(&title),
        words.as_of,
        hour(language, sheet.at, sheet.site.zone),
        sheet.site.zone,
        escaped(words.confidential),
        parts.concat(),
    );
    document(language, &title, &body)
}

pub(super) fn index(language: Language, at: &str, sites: &[(Finess, String)]) -> String {
    let words = of(language);
    let items: Vec<String> = sites
        .iter()
        .map(|(site, name)| {
            format!(
                "<li><a href=\"{}\">{} ({site})</a></li>",
                file_name(*site),
                escaped(name)
            )
        })
        .collect();
    let body = format!(
        "<h1>{}</h1><p><strong>{} {}</strong></p><p class=\"c\">{}</p><ul>{}</ul>",
        words.index,
        words.as_of,
        escaped(at),
        escaped(words.confidential),
        items.concat()
    );
    document(language, words.index, &body)
}

fn document(language: Language, title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>{}</title><style>{STYLE}</style></head><body>{body}</body></html>\n",
        language.code(),
        escaped(title)
    )
}

/// A table with a title; `numbers` are the columns that are counts.
pub(super) fn table<const N: usize>(
    (title, heads): (&str, [&str; N]),
    numbers: &[usize],
    words: &Words,
    rows: &[[String; N]],
) -> String {
    if rows.is_empty() {
        return format!("<h2>{title}</h2><p>{}</p>", words.none);
    }
    let heads: Vec<String> = heads
        .iter()
        .map(|head| format!("<th scope=\"col\">{head}</th>"))
        .collect();
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(i, cell)| {
                    let class = if numbers.contains(&i) {
                        " class=\"n\""
                    } else {
                        ""
                    };
                    format!("<td{class}>{}</td>", escaped(cell))
                })
                .collect();
            format!("<tr>{}</tr>", cells.concat())
        })
        .collect();
    format!(
        "<h2>{title}</h2><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        heads.concat(),
        rows.concat()
    )
}

pub(super) fn day(language: Language, day: Day) -> String {
    match language {
        Language::Fr => fr::day(day),
        Language::En => day.to_string(),
    }
}

pub(super) fn hour(language: Language, at: Instant, zone: chrono_tz::Tz) -> String {
    let format = match language {
        Language::Fr => "%d/%m/%Y %H:%M",
        Language::En => "%Y-%m-%d %H:%M",
    };
    at.with_timezone(&zone).format(format).to_string()
}

fn whom(pseudonym: Option<&String>) -> String {
    pseudonym.cloned().unwrap_or_else(|| "–".to_owned())
}

fn alerts(language: Language, words: &Words, sheet: &Sheet) -> String {
    let name = |alert: &Alert| match language {
        Language::Fr => fr::alert_name(alert.kind),
        Language::En => en::alert_name(alert.kind),
    };
    let rows: Vec<_> = sheet
        .alerts
        .iter()
        .map(|alert| {
            [
                name(alert).to_owned(),
                hour(language, alert.opened_at, sheet.site.zone),
                format!("{} / {}", alert.reading.found, alert.reading.expected),
            ]
        })
        .collect();
    table(words.alerts, &[2], words, &rows)
}

fn reserves(words: &Words, sheet: &Sheet) -> String {
    let rows: Vec<_> = sheet
        .reserves
        .iter()
        .map(|kept| {
            [
                kept.medicine.clone(),
                kept.rulebook.clone(),
                kept.possible.to_string(),
                kept.required.to_string(),
            ]
        })
        .collect();
    table(words.reserves, &[2, 3], words, &rows)
}

fn clearances(language: Language, words: &Words, sheet: &Sheet) -> String {
    let rows: Vec<_> = sheet
        .clearances
        .iter()
        .map(|one| {
            [
                whom(one.pseudonym.as_ref()),
                one.infusion_on
                    .map_or_else(|| "–".to_owned(), |on| day(language, on)),
                one.doses.to_string(),
                if one.stands {
                    words.stands.to_owned()
                } else {
                    format!("{} {}", words.broken, one.missing)
                },
            ]
        })
        .collect();
    table(words.clearances, &[2], words, &rows)
}

fn stock(language: Language, words: &Words, sheet: &Sheet) -> String {
    let rows: Vec<_> = sheet
        .stock
        .iter()
        .map(|line| {
            [
                line.label.clone(),
                line.cip13.to_string(),
                line.lot.clone(),
                day(language, line.expiry),
                line.usable.to_string(),
                line.held.to_string(),
                line.free.to_string(),
                line.quarantined.to_string(),
            ]
        })
        .collect();
    table(words.stock, &[4, 5, 6, 7], words, &rows)
}

fn held(words: &Words, sheet: &Sheet) -> String {
    let rows: Vec<_> = sheet
        .held
        .iter()
        .map(|one| {
            let purpose = match one.purpose {
                Purpose::Clearance => words.for_clearance,
                Purpose::Plan => words.for_plan,
                Purpose::Transfer => words.for_transfer,
            };
            [
                whom(one.pseudonym.as_ref()),
                purpose.to_owned(),
                one.label.clone(),
                one.lot.clone(),
                one.units.to_string(),
            ]
        })
        .collect();
    table(words.held, &[4], words, &rows)
}

fn due(language: Language, words: &Words, sheet: &Sheet) -> String {
    let rows: Vec<_> = sheet
        .due
        .iter()
        .map(|one| {
            [
                day(language, one.on),
                whom(one.pseudonym.as_ref()),
                one.rulebook.clone(),
                one.rank
                    .map_or_else(|| "–".to_owned(), |rank| rank.to_string()),
                said(language, &one.reason),
            ]
        })
        .collect();
    table(words.due, &[3], words, &rows)
}

fn said(language: Language, (fr, en): &(String, String)) -> String {
    match language {
        Language::Fr => fr.clone(),
        Language::En => en.clone(),
    }
}

fn counts(words: &Words, sheet: &Sheet) -> String {
    let rows: Vec<_> = sheet
        .counts
        .iter()
        .map(|one| {
            [
                one.medicine.clone(),
                one.monitored.to_string(),
                one.due.to_string(),
                one.overdue.to_string(),
            ]
        })
        .collect();
    table(words.counts, &[1, 2, 3], words, &rows)
}

fn telephones(language: Language, words: &Words, sheet: &Sheet) -> String {
    let rows: Vec<_> = sheet
        .telephones
        .iter()
        .map(|one| {
            [
                said(language, &one.purpose),
                one.name.clone(),
                one.telephone.clone(),
                one.medicine.clone(),
            ]
        })
        .collect();
    table(words.telephones, &[], words, &rows)
}

fn people(words: &Words, sheet: &Sheet) -> String {
    let [pharmacist, car_t, coordinator] = words.capacities;
    let rows: Vec<_> = sheet
        .people
        .iter()
        .map(|(capacity, name, address)| {
            let capacity = match capacity {
                Capacity::Pharmacist => pharmacist,
                Capacity::CarTUnit => car_t,
                Capacity::Coordinator => coordinator,
            };
            [capacity.to_owned(), name.clone(), address.clone()]
        })
        .collect();
    table(words.people, &[], words, &rows)
}

/// Lines to be filled in, on a page of their own.
fn by_hand(words: &Words) -> String {
    let (title, heads) = words.by_hand;
    let heads: Vec<String> = heads
        .iter()
        .map(|head| format!("<th scope=\"col\">{head}</th>"))
        .collect();
    let line = format!("<tr>{}</tr>", "<td></td>".repeat(heads.len()));
    format!(
        "<div class=\"h\"><h2>{title}</h2><p>{}</p><table class=\"e\"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        escaped(words.how),
        heads.concat(),
        line.repeat(EMPTY_LINES)
    )
}
