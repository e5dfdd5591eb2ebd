//! `GET /transfers/proposals`: which pharmacies could send what another needs.

use crate::app::transfer::propose::{Need, Proposal, Wanted, propose};
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{ClearanceId, PlanId};
use crate::domain::quantity::Units;
use crate::http::api::ask::Ask;
use crate::http::language::Said;
use crate::http::problem::Problem;
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The query parameters of proposals.
pub const PROPOSALS: &[(&str, &str)] = &[
    ("site", "Who is to receive. Needed."),
    ("cip13", "Of which presentation; with `units`."),
    ("units", "How many units, 1 to 1000000; with `cip13`."),
    (
        "clearance",
        "Instead: a NO-GO of the site, for the vials that it lacks now.",
    ),
    ("plan", "Instead: a plan; with `line`."),
    (
        "line",
        "The id of a decision of the plan, for what was cancelled, refused or lost on its way to it.",
    ),
];

/// Who could send what.
#[derive(Serialize, ToSchema)]
pub struct ProposalsShape {
    /// Who is to receive.
    site: String,
    /// What is needed; nothing when nothing is.
    needed: Vec<NeededShape>,
    /// Those that could send all of it first, then whose units expire first, then by FINESS number. None
    /// gives what it holds for somebody, or a dose of its own reserve.
    proposals: Vec<ProposalShape>,
}

/// Units of any of some presentations.
#[derive(Serialize, ToSchema)]
pub struct NeededShape {
    cip13: Vec<String>,
    units: u32,
    /// The day on which they must be in date.
    in_date_on: String,
}

/// What one pharmacy could send, what expires first, first.
#[derive(Serialize, ToSchema)]
pub struct ProposalShape {
    site: String,
    name: String,
    /// Whether that is all that is needed.
    complete: bool,
    /// As `POST /transfers` takes them.
    rows: Vec<ProposedRow>,
}

/// Units of one lot.
#[derive(Serialize, ToSchema)]
pub struct ProposedRow {
    cip13: String,
    lot: String,
    expiry: String,
    units: u32,
}

/// `GET /transfers/proposals`
///
/// # Errors
/// 400 for the query, 403 when the caller may not ask for transfers at the site, 404 for what it names, 409 when
/// the clearance is no NO-GO.
pub async fn proposals(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = query.needed("site", Finess::parse);
    let cip13 = query.parse("cip13", Cip13::parse);
    let units = query.parse("units", |text| {
        let read = text.parse::<u32>().ok();
        let read = read
            .filter(|n| (1..=Units::MOST).contains(n))
            .map(Units::new);
        read.ok_or_else(|| Said::same(format!("1 – {}", Units::MOST)))
    });
    let clearance = query.text("clearance").map(ClearanceId::new);
    let plan = query.text("plan").map(PlanId::new);
    let line = query.text("line");
    let need = match (cip13.zip(units), clearance, plan.zip(line)) {
        (Some((cip13, units)), None, None) => Some(Need::Free(cip13, units)),
        (None, Some(clearance), None) => Some(Need::Clearance(clearance)),
        (None, None, Some((plan, line))) => Some(Need::Line(plan, line)),
        (_, _, _) => {
            let said = Said::new(
                "say what is needed, once: `cip13` and `units`, or `clearance`, or `plan` and `line`",
                "dites ce qu'il faut, une fois : `cip13` et `units`, ou `clearance`, ou `plan` et `line`",
            );
            query.refuse("cip13", said);
            None
        }
    };
    query.finish()?;
    let (Some(site), Some(need)) = (site, need) else {
        return Err(Problem::internal(
            "a query without a fault that asks for nothing",
        ));
    };
    let (wanted, found) = ask.read(move |act| propose(act, site, &need)).await?;
    Ok(HttpResponse::Ok().json(ProposalsShape {
        site: site.to_string(),
        needed: wanted.iter().map(needed).collect(),
        proposals: found.iter().map(proposal).collect(),
    }))
}

fn needed(wanted: &Wanted) -> NeededShape {
    NeededShape {
        cip13: wanted.of.iter().map(ToString::to_string).collect(),
        units: wanted.units.get(),
        in_date_on: wanted.on.to_string(),
    }
}

fn proposal(found: &Proposal) -> ProposalShape {
    let rows = found.rows.iter().map(|(line, units)| ProposedRow {
        cip13: line.cip13.to_string(),
        lot: line.lot.to_string(),
        expiry: line.expiry.to_string(),
        units: units.get(),
    });
    ProposalShape {
        site: found.site.to_string(),
        name: found.name.clone(),
        complete: found.complete,
        rows: rows.collect(),
    }
}
