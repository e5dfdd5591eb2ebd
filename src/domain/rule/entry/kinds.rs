//! Each kind of rule as entries: its key, and its fields as the file spells them.

use super::List;
use crate::domain::calendar::Day;
use crate::domain::presentation::Presentation;
use crate::domain::quantity::{Grams, Mg};
use crate::domain::rule::{
    Bilingual, ClaimKind, Contact, CountOf, CountRange, DoseRow, Gate, GateRule, IndicationRule,
    Listed, Predicate, PriorityClass, ReserveRule, RuledPresentation, Slug, Source, ThresholdRow,
    Treatment, UnitDoses,
};
use std::fmt::Display;

#[expect(
    clippy::unnecessary_wraps,
    reason = "a field that is always there, in a list with those that may not be"
)]
pub(super) fn some(value: impl Display) -> Option<String> {
    Some(value.to_string())
}

pub(super) fn if_any(value: Option<impl Display>) -> Option<String> {
    value.map(|v| v.to_string())
}

pub(super) fn joined<T: Display>(values: impl IntoIterator<Item = T>) -> Option<String> {
    let all: Vec<String> = values.into_iter().map(|v| v.to_string()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Without its unit, which stands in the name.
fn mg(mass: Mg) -> Option<String> {
    some(mass.to_string().trim_end_matches(" mg"))
}

fn words(when: &[Predicate]) -> Option<String> {
    joined(when.iter().map(|p| p.code()))
}

pub(super) fn head(list: &mut List<'_>, head: (&str, &Bilingual, &str)) {
    let (medicine, Bilingual { fr, en }, jurisdiction) = head;
    list.heading("medicine", "", [("medicine", some(medicine))]);
    list.heading("title", "", [("fr", some(fr)), ("en", some(en))]);
    list.heading("jurisdiction", "", [("jurisdiction", some(jurisdiction))]);
}

pub(super) fn validity(list: &mut List<'_>, from: Day, to: Option<Day>, next: Option<&Slug>) {
    let days = [("valid_from", some(from)), ("valid_to", if_any(to))];
    list.heading("validity", "", days);
    if let Some(next) = next {
        list.heading("superseded_by", "", [("superseded_by", some(next))]);
    }
}

pub(super) fn sources(list: &mut List<'_>, rows: &[Source]) {
    for Source {
        key,
        document,
        date,
        url,
    } in rows
    {
        let fields = [
            ("document", some(document)),
            ("date", some(date)),
            ("url", if_any(url.as_ref())),
        ];
        list.heading("sources", key, fields);
    }
}

pub(super) fn contacts<'a>(list: &mut List<'a>, rows: &'a [Contact]) {
    for Contact {
        purpose: Bilingual { fr, en },
        name,
        telephone,
        citation,
    } in rows
    {
        let fields = [
            ("telephone", some(telephone)),
            ("purpose.fr", some(fr)),
            ("purpose.en", some(en)),
        ];
        list.rule("contacts", name, fields, citation);
    }
}

pub(super) fn presentations<'a>(list: &mut List<'a>, rows: &'a [RuledPresentation]) {
    for RuledPresentation {
        presentation:
            Presentation {
                cip13,
                label,
                strength,
                route,
                units_per_box,
            },
        from_years,
        citation,
    } in rows
    {
        let fields = [
            ("label", some(label)),
            ("strength_mg", mg(*strength)),
            ("route", some(route)),
            ("units_per_box", some(units_per_box)),
            ("from_years", if_any(*from_years)),
        ];
        list.rule("presentations", cip13, fields, citation);
    }
}

pub(super) fn doses<'a>(list: &mut List<'a>, rows: &'a [DoseRow]) {
    for DoseRow {
        indication,
        from,
        below,
        rate,
        at_most,
        citation,
    } in rows
    {
        let fields = [
            ("from_g", if_any(from.map(Grams::get))),
            ("below_g", if_any(below.map(Grams::get))),
            ("rate_mg_per_kg", some(rate.get())),
            ("at_most_mg", mg(*at_most)),
        ];
        let key = indication.as_ref().map_or("any", Slug::as_str);
        list.rule("doses", key, fields, citation);
    }
}

pub(super) fn unit_doses<'a>(list: &mut List<'a>, rows: &'a [UnitDoses]) {
    for UnitDoses {
        route,
        every_days,
        citation,
    } in rows
    {
        let fields = [("every_days", some(every_days))];
        list.rule("unit_doses", route, fields, citation);
    }
}

/// One entry for the rule and one for each figure: a figure may come from elsewhere.
pub(super) fn reserve<'a>(list: &mut List<'a>, rule: Option<&'a ReserveRule>) {
    let Some(rule) = rule else {
        return;
    };
    let ReserveRule {
        indication,
        route,
        doses_assured,
        doses_compromised,
        doses_most,
        reference_dose,
        reference_least,
        reference_most,
        window_days,
        ahead_days,
        resupply_within_days,
        citation,
        figures,
    } = rule;
    let what = [("indication", some(indication)), ("route", some(route))];
    list.rule("reserve", "", what, citation);
    let all = [
        ("doses_assured", some(doses_assured)),
        ("doses_compromised", some(doses_compromised)),
        ("doses_most", some(doses_most)),
        ("reference_dose_mg", mg(*reference_dose)),
        ("reference_least_mg", mg(*reference_least)),
        ("reference_most_mg", mg(*reference_most)),
        ("window_days", some(window_days)),
        ("ahead_days", some(ahead_days)),
        ("resupply_within_days", some(resupply_within_days)),
    ];
    for (name, value) in all {
        let own = figures.iter().find(|f| f.figures.iter().any(|n| n == name));
        let citation = own.map_or(citation, |f| &f.citation);
        list.rule("reserve", name, [(name, value)], citation);
    }
}

pub(super) fn indications<'a>(list: &mut List<'a>, rows: &'a [IndicationRule]) {
    for IndicationRule {
        code,
        name: Bilingual { fr, en },
        listed,
        citation,
    } in rows
    {
        let (always, under) = match listed {
            Listed::No => (some(false), None),
            Listed::Yes => (some(true), None),
            Listed::Under(years) => (None, some(years)),
        };
        let fields = [
            ("name.fr", some(fr)),
            ("name.en", some(en)),
            ("listed", always),
            ("listed_below_years", under),
        ];
        list.rule("indications", code, fields, citation);
    }
}

/// Their order counts: each says which comes before it.
pub(super) fn gates<'a>(list: &mut List<'a>, rows: &'a [Gate]) {
    let mut before: Option<String> = None;
    for Gate {
        when,
        then,
        citation,
    } in rows
    {
        let (key, freeze, book) = match then {
            GateRule::Freeze => ("freeze", some("freeze"), None),
            GateRule::Neutrophils(book) => ("neutrophils", None, some(book)),
        };
        let fields = [
            ("after", before.replace(key.to_owned())),
            ("when", words(when)),
            ("then", freeze),
            ("neutrophils", book),
        ];
        list.rule("gates", key, fields, citation);
    }
}

/// Their order counts: each says which comes before it.
pub(super) fn priorities<'a>(list: &mut List<'a>, rows: &'a [PriorityClass]) {
    let mut before: Option<String> = None;
    for PriorityClass {
        name,
        title: Bilingual { fr, en },
        claims,
        emergency_line,
        citation,
    } in rows
    {
        let (word, when) = match claims {
            ClaimKind::Treatment => ("treatment", None),
            ClaimKind::ReserveInfused => ("reserve-infused", None),
            ClaimKind::ReserveScheduled => ("reserve-scheduled", None),
            ClaimKind::ReserveFloor => ("reserve-floor", None),
            ClaimKind::Requests(when) => ("requests", words(when)),
        };
        let fields = [
            ("after", before.replace(name.to_string())),
            ("title.fr", some(fr)),
            ("title.en", some(en)),
            ("claims", some(word)),
            ("when", when),
            ("emergency_line", some(emergency_line)),
        ];
        list.rule("priorities", name, fields, citation);
    }
}

pub(super) fn thresholds<'a>(list: &mut List<'a>, rows: &'a [ThresholdRow]) {
    for ThresholdRow {
        code,
        treatment,
        of,
        count,
        benign_ethnic_neutropenia,
        except,
        severity,
        message: Bilingual { fr, en },
        citation,
    } in rows
    {
        let (unknown, at_least, below) = match count {
            CountRange::Unknown => (some(true), None, None),
            CountRange::Known { at_least, below } => (None, if_any(*at_least), if_any(*below)),
        };
        let fields = [
            ("treatment", if_any(treatment.map(Treatment::code))),
            ("of", if_any((*of == CountOf::Earlier).then_some(of.code()))),
            ("unknown", unknown),
            ("at_least", at_least),
            ("below", below),
            (
                "benign_ethnic_neutropenia",
                if_any(*benign_ethnic_neutropenia),
            ),
            ("except", joined(except)),
            ("severity", some(severity.code())),
            ("message.fr", some(fr)),
            ("message.en", some(en)),
        ];
        list.rule("thresholds", code, fields, citation);
    }
}
