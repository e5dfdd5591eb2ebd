//! Pools of up to forty ranked claims, one by one: whether each figure meets its bound, and when.

use crate::country::{Country, NATIONAL, Size};
use crate::ours::Desk;
use crate::{SEED, ms};
use dotation::domain::plan::Plan;
use std::time::{Duration, Instant};

/// Up to so many ranked claims the choice of units is to be exact.
const FEW: usize = 40;

pub(crate) fn small_pools(desk: &Desk) {
    println!(
        "\nPools of up to {FEW} ranked claims: units moved and milligrams wasted are to be exact\n"
    );
    println!("| the national network with | pools | so small | exact | slowest ms | all ms |");
    println!("|---|---|---|---|---|---|");
    for (requests, stock_pct, name) in [
        (4_000, 30, "4,000 requests and a third of what they ask for"),
        (4_000, 60, "4,000 requests and two thirds"),
        (4_000, 120, "4,000 requests and enough"),
        (4_000, 300, "4,000 requests and plenty"),
    ] {
        let size = Size {
            requests,
            stock_pct,
            ..NATIONAL
        };
        let country = Country::new(size, SEED);
        let (mut few, mut exact) = (0, 0);
        let (mut slowest, mut all) = (Duration::ZERO, Duration::ZERO);
        for network in 0..size.networks {
            let json = country.of_networks(|n| n == network).json();
            let (case, book) = desk.read(&json);
            let start = Instant::now();
            let plan = desk.plan(&case, book);
            let time = start.elapsed();
            if plan.decisions.iter().filter(|d| d.rank.is_some()).count() <= FEW {
                few += 1;
                exact += usize::from(is_exact(&plan));
                slowest = slowest.max(time);
                all += time;
            }
        }
        println!(
            "| {name} | {} | {few} | **{exact}** | {:.1} | {:.0} |",
            size.networks,
            ms(slowest),
            ms(all)
        );
    }
}

fn is_exact(plan: &Plan) -> bool {
    let t = plan.totals;
    let all = [t.moved_crs, t.moved_reserves, t.moved_all, t.wasted_ug];
    all.iter().all(|b| b.value == b.lower_bound)
}
