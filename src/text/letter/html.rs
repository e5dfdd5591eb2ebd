//! A letter in HTML: one column, no image, nothing fetched.

use super::Parts;
use crate::domain::language::Language;

pub(super) fn html(language: Language, parts: &Parts, medicine: &str, link: &str) -> String {
    let rows: Vec<String> = parts
        .rows
        .iter()
        .map(|(name, value)| {
            format!("<tr><th align=\"left\" style=\"padding:4px 12px 4px 0;font-weight:normal;color:#555\">{name}</th><td style=\"padding:4px 0;overflow-wrap:anywhere\"><strong>{}</strong></td></tr>", escaped(value))
        })
        .collect();
    let steps = if parts.steps.is_empty() {
        String::new()
    } else {
        let items: Vec<String> = parts
            .steps
            .iter()
            .map(|s| format!("<li style=\"margin:0 0 6px\">{}</li>", escaped(s)))
            .collect();
        format!(
            "<h2 style=\"font-size:16px;margin:20px 0 8px\">{}</h2><ol style=\"margin:0;padding-left:22px\">{}</ol>",
            parts.steps_title,
            items.concat()
        )
    };
    let simulated = parts.simulated.map_or_else(String::new, |said| {
        format!(
            "<p style=\"margin:0 0 12px\"><strong>{}</strong></p>",
            escaped(said)
        )
    });
    let anchor = |title: &str, place: &str| {
        format!(
            "<a href=\"{place}\" style=\"color:#0b5394\">{}</a>",
            escaped(title)
        )
    };
    let acknowledge = parts.personal.acknowledge;
    let acknowledge = acknowledge.map_or_else(String::new, |(title, place)| {
        format!("<p style=\"margin:0 0 20px\">{}</p>", anchor(title, place))
    });
    let stop = parts.personal.stop;
    let stop = stop.map_or_else(String::new, |(title, place)| {
        format!(
            "<p style=\"margin:8px 0 0;font-size:13px\">{}</p>",
            anchor(title, place)
        )
    });
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\
         <body style=\"margin:0;padding:16px;font:15px/1.5 Arial,Helvetica,sans-serif;color:#1a1a1a\"><div style=\"max-width:560px\">\
         <p style=\"margin:0;color:#555\">{medicine}</p><h1 style=\"font-size:20px;margin:4px 0 12px\">{title}</h1>{simulated}\
         <table role=\"presentation\" cellspacing=\"0\" cellpadding=\"0\">{rows}</table>{steps}\
         <p style=\"margin:20px 0\"><a href=\"{link}\" style=\"color:#0b5394\">{link_title}</a></p>{acknowledge}\
         <p style=\"margin:0;color:#555;font-size:13px\">{footer}</p>{stop}</div></body></html>\n",
        lang = language.code(),
        rows = rows.concat(),
        title = escaped(&parts.headline),
        medicine = escaped(medicine),
        link = escaped(link),
        link_title = parts.link_title,
        footer = parts.footer,
    )
}

/// Whether a character sets the direction of those after it: embeddings, overrides and isolates (Unicode
/// Standard Annex 9, § 2). Letters that are read from right to left need none.
pub(super) const fn turns_around(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text made safe inside of HTML.
pub(in crate::text) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // what would turn the rest of a line around, or is the beginning of the place of a link
            c if turns_around(c) => {}
            '[' if out.ends_with('[') => out.push_str(" ["),
            other => out.push(other),
        }
    }
    out
}
