//! Why a clearance is released.

/// Why the units of a clearance are given back before they were used.
///
/// Two reasons end the patient's reserve and are recognised by their code; every other one is
/// kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// There will be no infusion.
    InfusionCancelled,
    /// The patient needs no dose any more: the window after the infusion is over for them.
    WindowOver,
    /// Anything else, in the unit's own words: the doses go back, the patient does not.
    Other(String),
}

impl Release {
    /// The codes that are recognised.
    pub const CODES: [&'static str; 2] = ["infusion-cancelled", "window-over"];

    /// Reads a reason: one of [`Release::CODES`], letter for letter, or words.
    ///
    /// Choice: what is not a code is a sentence. A sentence that was meant as a code keeps a dose
    /// too long; a code that was meant as a sentence ends a reserve that somebody may need tonight.
    pub fn read(text: &str) -> Self {
        match text {
            "infusion-cancelled" => Self::InfusionCancelled,
            "window-over" => Self::WindowOver,
            _ => Self::Other(text.to_owned()),
        }
    }

    /// Returns the code, or the words.
    pub fn text(&self) -> &str {
        match self {
            Self::InfusionCancelled => "infusion-cancelled",
            Self::WindowOver => "window-over",
            Self::Other(words) => words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &Release) {
        assert_eq!(&Release::read(text), expected, "{text}");
    }

    #[test]
    fn a_code_is_recognised_letter_for_letter() {
        check("infusion-cancelled", &Release::InfusionCancelled);
        check("window-over", &Release::WindowOver);
        for code in Release::CODES {
            assert_eq!(Release::read(code).text(), code);
        }
    }

    #[test]
    fn a_sentence_is_kept_as_it_was_written() {
        for text in [
            "the infusion is not cancelled",
            "Infusion cancelled",
            "INFUSION_CANCELLED",
            "window over",
            "postponed",
        ] {
            check(text, &Release::Other(text.to_owned()));
            assert_eq!(Release::read(text).text(), text);
        }
    }
}
