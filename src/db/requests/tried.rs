//! What became of alternatives, as it was declared on requests.

use super::AT_ONCE;
use crate::db::dialect;
use crate::db::row::{RowOf, instant, kept};
use crate::db::schema::request_tried_payload;
use crate::db::{Conn, Error};
use crate::domain::id::RequestId;
use crate::domain::request::{Request, Tried};
use crate::domain::rule::{Outcome, Slug};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = request_tried_payload, treat_none_as_default_value = false)]
struct Row {
    request_id: String,
    place: i64,
    code: String,
    outcome: String,
    note: Option<String>,
    declared_by: String,
    declared_at: NaiveDateTime,
}

impl Row {
    fn value(self) -> Result<Tried, Error> {
        let row = RowOf {
            table: "request_tried_payload",
            id: &self.request_id,
        };
        Ok(Tried {
            code: row.parsed(Slug::parse(&self.code))?,
            outcome: row.code("outcome", &self.outcome, Outcome::from_code(&self.outcome))?,
            note: self.note,
            declared_by: self.declared_by,
            declared_at: instant(self.declared_at),
        })
    }
}

/// Puts what was declared on some requests into them.
pub(super) fn fill(conn: &mut Conn, requests: &mut [Request]) -> Result<(), Error> {
    let ids: Vec<String> = requests.iter().map(|r| r.id.to_string()).collect();
    let mut of: HashMap<RequestId, Vec<Tried>> = HashMap::new();
    for some in ids.chunks(AT_ONCE) {
        let rows: Vec<Row> = request_tried_payload::table
            .filter(request_tried_payload::request_id.eq_any(some))
            .order((
                request_tried_payload::request_id,
                request_tried_payload::place,
            ))
            .select(Row::as_select())
            .load(conn)?;
        for row in rows {
            let id = RequestId::new(&*row.request_id);
            of.entry(id).or_default().push(row.value()?);
        }
    }
    for request in requests {
        request.wanted.tried = of.remove(&request.id).unwrap_or_default();
    }
    Ok(())
}

/// Adds what was declared on a request.
pub(super) fn insert(conn: &mut Conn, request: &Request) -> Result<(), Error> {
    let tried = request.wanted.tried.iter().zip(0..);
    let rows = tried.map(|(tried, place)| Row {
        request_id: request.id.to_string(),
        place,
        code: tried.code.to_string(),
        outcome: tried.outcome.code().to_owned(),
        note: tried.note.clone(),
        declared_by: tried.declared_by.clone(),
        declared_at: kept(tried.declared_at),
    });
    let rows: Vec<Row> = rows.collect();
    dialect::insert_all!(conn, request_tried_payload::table, rows)
}

/// Takes what was declared on a request away.
pub(super) fn delete(conn: &mut Conn, id: &RequestId) -> Result<(), Error> {
    let of = request_tried_payload::request_id.eq(id.as_str());
    diesel::delete(request_tried_payload::table.filter(of)).execute(conn)?;
    Ok(())
}
