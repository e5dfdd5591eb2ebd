//! Cases made to be hard, each from the ordinary one of the same size.

use crate::country::{Country, Size, VIALS};

/// How large they all are: one pool of everything.
pub(crate) const SIZE: Size = Size {
    sites: 100,
    networks: 1,
    centres: 4,
    requests: 2_000,
    stock_pct: 60,
};

/// What is done to the ordinary case.
pub(crate) type Twist = (&'static str, fn(&mut Country));

pub(crate) const TWISTS: [Twist; 11] = [
    ("all vials of 80 mg", |c| one_size(c, 0)),
    ("all vials of 200 mg", |c| one_size(c, 1)),
    ("all vials of 400 mg", |c| one_size(c, 2)),
    ("thousands of units in a row, all at one site", heaps),
    (
        "every infusion of a size of its own, to the microgram",
        sizes,
    ),
    ("every infusion just above what vials make up", just_above),
    ("a day of expiry for every row, over 300 days", days),
    ("every claim tied: one weight, one day, one class", tied),
    (
        "every claim in milligrams of its own, on days of their own",
        |c| {
            sizes(c);
            days(c);
        },
    ),
    ("single units only, with days of their own", |c| {
        single(c);
        days(c);
    }),
    ("tied, and all vials of 200 mg", |c| {
        tied(c);
        one_size(c, 1);
    }),
];

/// One pool, as usual.
pub(crate) fn ordinary() -> Country {
    let mut country = Country::new(SIZE, 11);
    country.transfers = "all";
    country
}

/// The same milligrams in vials of one size.
fn one_size(country: &mut Country, place: usize) {
    let (cip13, mg) = VIALS[place];
    for row in &mut country.stock {
        if let Some((_, had)) = VIALS.iter().find(|(code, _)| *code == row.cip13) {
            row.units = (row.units * had).div_ceil(mg);
            row.cip13 = cip13;
        }
    }
}

fn heaps(country: &mut Country) {
    for row in &mut country.stock {
        row.site = 0;
        "HEAP".clone_into(&mut row.lot);
        row.expiry = 200;
    }
}

fn sizes(country: &mut Country) {
    for (place, request) in (0_u64..).zip(&mut country.requests) {
        request.prescribed_ug = Some(80_001 + place * 360_013 % 720_000);
    }
}

fn just_above(country: &mut Country) {
    let above = [
        80_001, 160_001, 200_001, 280_001, 400_001, 480_001, 600_001, 680_001,
    ];
    for (request, ug) in country.requests.iter_mut().zip(above.iter().cycle()) {
        request.prescribed_ug = Some(*ug);
    }
}

fn days(country: &mut Country) {
    country.horizon = 300;
    for (place, row) in (0_i64..).zip(&mut country.stock) {
        row.expiry = place * 7 % 300;
    }
    for (place, request) in (0_i64..).zip(&mut country.requests) {
        if request.indication != "crs" {
            request.due = place * 11 % 300;
        }
    }
}

fn tied(country: &mut Country) {
    for request in country
        .requests
        .iter_mut()
        .filter(|r| r.indication != "crs")
    {
        request.indication = "takayasu";
        request.ongoing = true;
        request.alternative = false;
        request.risk = "vital";
        request.age = 40;
        request.weight_g = 61_000;
        request.due = 2;
        request.anc = Some(4_000);
        request.units = None;
    }
}

fn single(country: &mut Country) {
    for (place, request) in (0_i64..).zip(&mut country.requests) {
        if request.indication != "crs" {
            request.units = Some(1 + place % 8);
        }
    }
}
