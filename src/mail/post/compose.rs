//! A row of the outbox made into a letter. Pure.

use crate::{
    db::outbox::{Beside, Failure, OutboxLetter},
    mail::{
        address::{AddressError, EmailAddress},
        header::{HeaderText, LanguageTag, LetterError, MessageId, UnsubscribeAddress},
        letter::{Letter, Mailbox},
    },
    text::letter::links,
};

/// Why a row cannot become a letter, however often it is tried.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    /// There is nobody to send it to.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A part of the head.
    #[error(transparent)]
    Head(#[from] LetterError),
}

impl Unfit {
    /// What the try failed at: an address that is none takes no letter.
    pub(super) const fn failure(&self) -> Failure {
        match self {
            Self::Address(_) => Failure::Address,
            Self::Head(_) => Failure::Other,
        }
    }
}

/// Makes the letter of a row.
///
/// Subject and name are shown and no more, so that a word too long or a stray character in them is
/// mended, and does not keep an alert from its reader; an address is never mended.
///
/// All later letters about one alert to one recipient answer the first (RFC 5322, § 3.6.4): mail programs
/// show them together, also where that first one never left (RFC 5256, § 3, puts a dummy there).
///
/// The links that are its recipient's alone stand in no row of the outbox: they are put where the text
/// leaves room for them.
pub(super) fn compose(
    row: &OutboxLetter,
    beside: &Beside,
    from: &Mailbox,
) -> Result<Letter, Unfit> {
    let first = beside.first.as_deref().map(MessageId::parse).transpose()?;
    let unsubscribe = beside
        .unsubscribe
        .as_deref()
        .filter(|_| links::may_stop(&row.text));
    let filled = |body: &str| {
        links::filled(
            body,
            beside.acknowledge.as_deref(),
            beside.unsubscribe.as_deref(),
        )
    };
    Ok(Letter {
        message_id: MessageId::parse(&row.message_id)?,
        from: from.clone(),
        to: Mailbox {
            name: HeaderText::parse("name", &one_line(&row.to_name)).ok(),
            address: EmailAddress::parse(&row.to_email)?,
        },
        subject: HeaderText::parse("subject", &one_line(&row.subject))?,
        text: filled(&row.text),
        html: filled(&row.html),
        language: LanguageTag::parse(row.language.code())?,
        date: row.created_at,
        references: first,
        // a header too much or too little keeps no alert from its reader
        unsubscribe: unsubscribe.and_then(|address| UnsubscribeAddress::parse(address).ok()),
    })
}

/// Makes text that a header may carry: one line, cut to its most characters.
fn one_line(text: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let line = text.replace(steers, " ").trim().replace("=?", "= ?");
    if line.chars().count() <= HeaderText::MOST {
        return line;
    }
    let cut: String = line.chars().take(HeaderText::MOST - 1).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::outbox::LetterState;
    use crate::domain::id::{AlertId, LetterId};
    use crate::domain::language::Language;

    fn row() -> OutboxLetter {
        let at = "2021-10-20T06:00:05Z".parse().unwrap();
        OutboxLetter {
            id: LetterId::new("0192"),
            site: None,
            alert: Some(AlertId::new("017c")),
            event: "opened".into(),
            to_name: "Pharmacie".into(),
            to_email: "pharmacie@example.org".into(),
            language: Language::Fr,
            message_id: "0192@dotation.example.org".into(),
            subject: "Réserve".into(),
            text: "Il manque une dose.\n".into(),
            html: "<p>Il manque une dose.</p>\n".into(),
            state: LetterState::Queued,
            attempts: 0,
            due_at: at,
            last_error: None,
            failure: None,
            created_at: at,
            sent_at: None,
        }
    }

    fn composed(row: &OutboxLetter) -> Result<Letter, Unfit> {
        let from = Mailbox {
            name: None,
            address: EmailAddress::parse("dotation@example.org").unwrap(),
        };
        let beside = Beside {
            first: Some("0191@dotation.example.org".into()),
            acknowledge: Some("https://dotation.example.org/acknowledge/1f".into()),
            unsubscribe: Some("https://dotation.example.org/unsubscribe/2e".into()),
        };
        compose(row, &beside, &from)
    }

    #[test]
    fn a_row_keeps_its_message_id_and_its_date() {
        let letter = composed(&row()).unwrap();
        assert_eq!(letter.message_id.as_str(), "0192@dotation.example.org");
        assert_eq!(letter.date, row().created_at);
        let thread = letter.references.unwrap();
        assert_eq!(thread.as_str(), "0191@dotation.example.org");
    }

    #[test]
    fn links_are_put_where_there_is_room_for_them_and_the_header_where_one_may_stop() {
        let mut row = row();
        assert_eq!(composed(&row).unwrap().unsubscribe, None);
        row.text = format!("{}\n{}\n", links::ACKNOWLEDGE, links::WHY);
        let letter = composed(&row).unwrap();
        assert_eq!(
            letter.text,
            "https://dotation.example.org/acknowledge/1f\nhttps://dotation.example.org/unsubscribe/2e\n"
        );
        assert_eq!(letter.unsubscribe, None);
        row.html = format!("<a href=\"{}\">", links::UNSUBSCRIBE);
        row.text = links::UNSUBSCRIBE.to_owned();
        let letter = composed(&row).unwrap();
        assert!(letter.unsubscribe.is_some());
        assert!(letter.html.contains("/unsubscribe/2e\""));
    }

    #[test]
    fn a_stray_character_in_a_subject_or_a_name_loses_no_alert() {
        let mut row = row();
        row.subject = format!("a\r\nBcc: all =?utf-8?q?x?= {}", "é".repeat(300));
        row.to_name = "\n".into();
        let letter = composed(&row).unwrap();
        let subject = letter.subject.as_str();
        assert!(
            subject.starts_with("a  Bcc: all = ?utf-8?q?x?= éé"),
            "{subject}"
        );
        assert_eq!(subject.chars().count(), HeaderText::MOST);
        assert_eq!(letter.to.name, None);
    }

    #[test]
    fn an_address_is_never_mended() {
        let mut row = row();
        row.to_email = "pharmacie@example.org\nall@example.org".into();
        assert!(matches!(composed(&row), Err(Unfit::Address(_))));
    }
}
