//! A letter in plain text.

use super::{Parts, flat};

pub(super) fn text(parts: &Parts, link: &str) -> String {
    let colon = parts.colon;
    let mut lines = vec![parts.headline.clone(), String::new()];
    if let Some(simulated) = parts.simulated {
        lines.extend([simulated.to_owned(), String::new()]);
    }
    lines.extend(
        parts
            .rows
            .iter()
            .map(|(name, value)| format!("{name}{colon} {}", flat(value))),
    );
    if !parts.steps.is_empty() {
        lines.extend([String::new(), format!("{}{colon}", parts.steps_title)]);
        lines.extend(
            (1..)
                .zip(&parts.steps)
                .map(|(n, step): (u32, _)| format!("{n}. {step}")),
        );
    }
    lines.extend([String::new(), format!("{}{colon} {link}", parts.link_title)]);
    lines.extend([
        String::new(),
        "-- ".to_owned(),
        parts.footer.to_owned(),
        String::new(),
    ]);
    lines.join("\n")
}
