//! The states of a transfer, and that no unit of it vanishes.

use super::*;
use proptest::prelude::*;

fn units(n: u32) -> Units {
    Units::new(n)
}

fn row(id: &str, lot: &str, n: u32, rank: Option<u32>) -> TransferRow {
    let line = rank.map(|rank| ForLine {
        line: LineId::new(id),
        name: id.to_owned(),
        dose: 1,
        rank,
    });
    let of = (
        LotId::new(lot),
        Cip13::parse("3400957464547").unwrap(),
        LotNumber::parse(lot).unwrap(),
        Day::of(2022, 6, 30).unwrap(),
    );
    TransferRow::asked(id.to_owned(), line, of, units(n))
}

fn sent(rows: &[(&str, u32, Option<u32>)]) -> Vec<TransferRow> {
    let made = rows.iter().map(|(id, n, rank)| {
        let mut row = row(id, "B1", *n, *rank);
        row.leave();
        row
    });
    made.collect()
}

fn told(usable: u32, quarantined: u32, refused: u32, missing: u32) -> Arrived {
    Arrived {
        usable: units(usable),
        quarantined: units(quarantined),
        refused: units(refused),
        missing: units(missing),
    }
}

#[test]
fn each_step_is_taken_from_its_states_and_from_no_other() {
    use TransferState::{Accepted, Asked, Returning, Sent};
    for step in Step::ALL {
        let from: Vec<TransferState> = TransferState::ALL
            .into_iter()
            .filter(|state| state.allows(step))
            .collect();
        let expected: &[TransferState] = match step {
            Step::Accept => &[Asked],
            Step::Decline | Step::Cancel => &[Asked, Accepted],
            Step::Send => &[Accepted],
            Step::Receive => &[Sent],
            Step::TakeBack => &[Sent, Returning],
        };
        assert_eq!(from, expected, "{step:?}");
    }
}

#[test]
fn codes_come_back_as_what_they_came_from() {
    for state in TransferState::ALL {
        assert_eq!(TransferState::from_code(state.code()), Some(state));
    }
    for reason in ClosedAs::ALL {
        assert_eq!(ClosedAs::from_code(reason.code()), Some(reason));
    }
}

#[test]
fn what_arrives_goes_to_the_first_rank_first() {
    let mut rows = sent(&[("b", 2, Some(7)), ("a", 3, Some(2))]);
    let lot = LotId::new("B1");
    assert_eq!(
        arrives(
            &mut rows,
            &lot,
            told(4, 0, 0, 1),
            Some(LossReason::Breakage)
        ),
        Ok(())
    );
    let got: Vec<_> = rows
        .iter()
        .map(|r| (r.received.get(), r.lost.get(), r.lost_reason))
        .collect();
    assert_eq!(got, [(1, 1, Some(LossReason::Breakage)), (3, 0, None)]);
    assert!(rows.iter().all(|r| r.state == TransferState::Received));
}

#[test]
fn more_than_is_on_its_way_is_not_received() {
    let mut rows = sent(&[("a", 3, None)]);
    let before = rows.clone();
    let lot = LotId::new("B1");
    assert_eq!(
        arrives(&mut rows, &lot, told(3, 1, 0, 0), None),
        Err(units(3))
    );
    assert_eq!(
        arrives(&mut rows, &LotId::new("B2"), told(1, 0, 0, 0), None),
        Err(units(0))
    );
    assert_eq!(rows, before);
}

#[test]
fn what_is_refused_is_in_transit_until_it_is_back() {
    let mut rows = sent(&[("a", 5, None)]);
    let lot = LotId::new("B1");
    arrives(&mut rows, &lot, told(2, 0, 1, 0), None).unwrap();
    assert_eq!(
        (
            rows[0].state,
            rows[0].to_come().get(),
            rows[0].going_back().get()
        ),
        (TransferState::Sent, 2, 1)
    );
    arrives(&mut rows, &lot, told(0, 0, 2, 0), None).unwrap();
    assert_eq!(
        (rows[0].state, rows[0].in_transit().get()),
        (TransferState::Returning, 3)
    );
    let back = CameBack {
        usable: units(1),
        quarantined: units(1),
        missing: units(1),
    };
    comes_back(&mut rows, &lot, back, Some(LossReason::Theft)).unwrap();
    assert_eq!(
        (rows[0].state, rows[0].in_transit().get()),
        (TransferState::Received, 0)
    );
    assert_eq!((rows[0].returned.get(), rows[0].lost_back.get()), (2, 1));
    assert_eq!(comes_back(&mut rows, &lot, back, None), Err(units(0)));
}

#[test]
fn an_identifier_is_reactivated_within_ten_days() {
    let at: Instant = "2021-10-20T08:00:00Z".parse().unwrap();
    let until = FmdState::Decommissioned { at }.reactivable_until().unwrap();
    assert_eq!(until.to_rfc3339(), "2021-10-30T08:00:00+00:00");
    assert_eq!(FmdState::NotDecommissioned.reactivable_until(), None);
}

#[test]
fn what_was_asked_for_last_loses_its_units_first() {
    let hold = |transfer: &str, id: &str| TransferHold {
        id: HoldId::new(id),
        transfer: TransferId::new(transfer),
        site: Finess::parse("750100125").unwrap(),
        lot_id: LotId::new("lot"),
        units: units(1),
    };
    let holds = [hold("t-1", "a"), hold("t-3", "b"), hold("t-2", "c")];
    let order: Vec<&str> = last_first(&holds)
        .iter()
        .map(|h| h.transfer.as_str())
        .collect();
    assert_eq!(order, ["t-3", "t-2", "t-1"]);
}

proptest! {
    #[test]
    fn whatever_is_told_no_unit_vanishes(
        sizes in proptest::collection::vec((1_u32..6, 0_u32..4), 1..5),
        acts in proptest::collection::vec((any::<bool>(), 0_u32..4, 0_u32..4, 0_u32..4, 0_u32..4), 0..12),
    ) {
        let names: Vec<String> = (0..sizes.len()).map(|n| format!("r{n}")).collect();
        let rows: Vec<(&str, u32, Option<u32>)> = names.iter().zip(&sizes).map(|(name, (n, rank))| (name.as_str(), *n, Some(*rank))).collect();
        let mut rows = sent(&rows);
        let lot = LotId::new("B1");
        for (back, a, b, c, d) in acts {
            let before = rows.clone();
            let done = if back {
                let told = CameBack { usable: units(a), quarantined: units(b), missing: units(c) };
                comes_back(&mut rows, &lot, told, Some(LossReason::Missing))
            } else {
                arrives(&mut rows, &lot, told(a, b, c, d), Some(LossReason::Missing))
            };
            if done.is_err() {
                prop_assert_eq!(&rows, &before);
            }
            for row in &rows {
                let ended = Units::sum([row.received, row.quarantined, row.lost, row.returned, row.lost_back].into_iter());
                prop_assert_eq!(row.sent, ended.saturating_add(row.in_transit()));
                prop_assert_eq!(row.state == TransferState::Received, row.in_transit() == Units::ZERO);
                prop_assert_eq!(row.lost_reason.is_some(), row.lost.saturating_add(row.lost_back) > Units::ZERO);
            }
        }
    }
}
