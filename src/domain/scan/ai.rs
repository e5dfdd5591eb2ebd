//! The application identifiers that are known here.

/// What the value of an identifier is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Product,
    Expiry,
    Lot,
    Serial,
    Nhrn,
    /// Read over: it says nothing that is kept.
    Other,
}

/// How long a value is, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// So many digits, with no separator needed after them.
    Digits(usize),
    /// One to so many characters, up to a separator.
    Text(usize),
}

/// One identifier.
#[derive(Debug)]
pub(super) struct Ai {
    pub(super) code: &'static str,
    pub(super) meaning: Meaning,
    pub(super) shape: Shape,
    /// Whether it is looked for where a separator may have been dropped.
    pub(super) on_packs: bool,
}

const SIX: Shape = Shape::Digits(6);
const TWENTY: Shape = Shape::Text(20);
const THIRTY: Shape = Shape::Text(30);
const NINETY: Shape = Shape::Text(90);

const fn pack(code: &'static str, meaning: Meaning, shape: Shape) -> Ai {
    Ai {
        code,
        meaning,
        shape,
        on_packs: true,
    }
}

const fn over(code: &'static str, shape: Shape) -> Ai {
    Ai {
        code,
        meaning: Meaning::Other,
        shape,
        on_packs: false,
    }
}

/// Every identifier known here; no code begins another.
///
/// Choice: what a medicine pack carries, and what may stand beside it on one; all others are
/// refused by name, because a value of unknown length would be guessed at.
///
/// Source: GS1 General Specifications, figure 3.2-1 (formats) and § 7.8 (predefined lengths).
pub(super) static KNOWN: [Ai; 35] = [
    pack("01", Meaning::Product, Shape::Digits(14)),
    pack("17", Meaning::Expiry, SIX),
    pack("10", Meaning::Lot, TWENTY),
    pack("21", Meaning::Serial, TWENTY),
    pack("711", Meaning::Nhrn, TWENTY),
    // Other countries' reimbursement numbers, on packs for several countries.
    pack("710", Meaning::Other, TWENTY),
    pack("712", Meaning::Other, TWENTY),
    pack("713", Meaning::Other, TWENTY),
    pack("714", Meaning::Other, TWENTY),
    pack("715", Meaning::Other, TWENTY),
    pack("716", Meaning::Other, TWENTY),
    // Dates of production, packaging, best before, sell by.
    pack("11", Meaning::Other, SIX),
    pack("13", Meaning::Other, SIX),
    pack("15", Meaning::Other, SIX),
    pack("16", Meaning::Other, SIX),
    // Variants, counts, further numbers of the manufacturer.
    over("20", Shape::Digits(2)),
    over("22", TWENTY),
    over("30", Shape::Text(8)),
    over("37", Shape::Text(8)),
    over("240", THIRTY),
    over("241", THIRTY),
    over("242", Shape::Text(6)),
    over("243", TWENTY),
    over("250", THIRTY),
    over("251", THIRTY),
    // Agreed between partners, or internal to a company.
    over("90", THIRTY),
    over("91", NINETY),
    over("92", NINETY),
    over("93", NINETY),
    over("94", NINETY),
    over("95", NINETY),
    over("96", NINETY),
    over("97", NINETY),
    over("98", NINETY),
    over("99", NINETY),
];
