//! One route: what it is, who may, and how it is described.

mod describe;
mod parameter;
#[cfg(test)]
mod tests;

pub use describe::describe;

use crate::domain::role::{Action, Role, may};
use crate::http::problem::Problem;
use actix_web::dev::{ServiceFactory, ServiceRequest};
use actix_web::http::Method;
use actix_web::{Handler, Responder, Scope, web};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// Who may call a route, before any role is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Whoever is known: by a token or a session.
    Known,
    /// People who signed in, and no token.
    People,
    /// Anybody, known or not.
    Anybody,
}

/// One route of the API.
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its address below `/api/v1`.
    pub pattern: &'static str,
    /// What somebody does who calls it.
    pub action: Action,
    summary: &'static str,
    keyed: Option<bool>,
    versioned: bool,
    once_there: bool,
    /// Why it leaves no line on the audit trail, where it would have to.
    no_line: Option<&'static str>,
    may_be_known: bool,
    also_refuses: &'static [(&'static str, &'static str)],
    also_gives: Option<(u16, &'static str, RefOr<Schema>)>,
    callers: Callers,
    query: &'static [(&'static str, &'static str)],
    takes: Option<RefOr<Schema>>,
    also_takes: &'static [&'static str],
    gives: Option<(u16, RefOr<Schema>)>,
    media: &'static str,
    schemas: Schemas,
    handler: actix_web::Route,
}

/// Makes a route. `says` is its one sentence in the description.
pub fn route<F, Args>(
    method: Method,
    pattern: &'static str,
    action: Action,
    says: &'static str,
    handler: F,
) -> Route
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let handler = web::method(method.clone()).to(handler);
    Route {
        method,
        pattern,
        action,
        summary: says,
        keyed: None,
        versioned: false,
        once_there: false,
        no_line: None,
        may_be_known: false,
        also_refuses: &[],
        also_gives: None,
        callers: Callers::Known,
        query: &[],
        takes: None,
        also_takes: &[],
        gives: None,
        media: "application/json",
        schemas: Vec::new(),
        handler,
    }
}

impl Route {
    /// It reads a body of this shape.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.takes = Some(self.schema::<T>());
        self
    }

    /// It reads a body of these media types, as others define them.
    #[must_use]
    pub const fn also_takes(mut self, media: &'static [&'static str]) -> Self {
        self.also_takes = media;
        self
    }

    /// It answers with this status and shape when all is well.
    #[must_use]
    pub fn gives<T: ToSchema>(mut self, status: u16) -> Self {
        self.gives = Some((status, self.schema::<T>()));
        self
    }

    /// It answers with this other status and shape where something else was done: what.
    #[must_use]
    pub fn also_gives<T: ToSchema>(mut self, status: u16, what: &'static str) -> Self {
        self.also_gives = Some((status, what, self.schema::<T>()));
        self
    }

    /// It answers with a page of HTML.
    #[must_use]
    pub fn gives_a_page(mut self) -> Self {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        self.gives = Some((200, RefOr::T(Schema::Object(text))));
        self.media = "text/html";
        self
    }

    /// It answers with a file of lines, each a JSON object.
    #[must_use]
    pub fn gives_lines(mut self) -> Self {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        self.gives = Some((200, RefOr::T(Schema::Object(text))));
        self.media = "application/x-ndjson";
        self
    }

    /// Its answer holds this shape inside of another.
    #[must_use]
    pub fn holds<T: ToSchema>(mut self) -> Self {
        self.schema::<T>();
        self
    }

    /// It reads these query parameters.
    #[must_use]
    pub const fn query(mut self, parameters: &'static [(&'static str, &'static str)]) -> Self {
        self.query = parameters;
        self
    }

    /// It needs an `Idempotency-Key`.
    #[must_use]
    pub const fn keyed(mut self) -> Self {
        self.keyed = Some(true);
        self
    }

    /// It takes an `Idempotency-Key` when one is sent.
    #[must_use]
    pub const fn may_be_keyed(mut self) -> Self {
        self.keyed = Some(false);
        self
    }

    /// It needs `If-Match`.
    #[must_use]
    pub const fn versioned(mut self) -> Self {
        self.versioned = true;
        self
    }

    /// It needs `If-Match` as soon as there is something that it changes.
    #[must_use]
    pub const fn versioned_once_there(mut self) -> Self {
        self.versioned = true;
        self.once_there = true;
        self
    }

    /// It leaves no line on the audit trail, though it is no GET or is for what is known of patients: why.
    #[must_use]
    pub const fn leaves_no_line(mut self, why: &'static str) -> Self {
        self.no_line = Some(why);
        self
    }

    /// Why it leaves no line on the audit trail, where it would have to.
    pub const fn why_no_line(&self) -> Option<&'static str> {
        self.no_line
    }

    /// Whether an answer of it must have left a line on the audit trail: of whatever is no GET, and of whatever
    /// reads what is known of patients. One that cannot is told apart in the table, with the reason.
    pub fn must_leave_a_line(&self) -> bool {
        let reads = matches!(
            self.action,
            Action::ReadPatients
                | Action::ReadRequests
                | Action::ReadCounts
                | Action::ReadPlans
                | Action::ReadSituation
                | Action::ExportPatients
        );
        (self.method != Method::GET || reads) && self.no_line.is_none()
    }

    /// It has an `ETag`, and answers 304 to whoever sends that in `If-None-Match`.
    #[must_use]
    pub const fn may_be_known(mut self) -> Self {
        self.may_be_known = true;
        self
    }

    /// It refuses by these statuses besides those of every route of its kind, each with the reason.
    #[must_use]
    pub const fn also_refuses(mut self, by: &'static [(&'static str, &'static str)]) -> Self {
        self.also_refuses = by;
        self
    }

    /// It is open to anybody, known or not.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.callers = Callers::Anybody;
        self
    }

    /// It is for people who signed in, and for no token.
    #[must_use]
    pub const fn for_people(mut self) -> Self {
        self.callers = Callers::People;
        self
    }

    /// Whether it is for people who signed in only.
    pub const fn is_for_people(&self) -> bool {
        matches!(self.callers, Callers::People)
    }

    /// Returns who may call it, before any role is asked for.
    pub const fn callers(&self) -> Callers {
        self.callers
    }

    /// Whether it is open to anybody.
    pub const fn is_open(&self) -> bool {
        matches!(self.callers, Callers::Anybody)
    }

    /// Whether it reads any query parameter.
    pub const fn reads_query(&self) -> bool {
        !self.query.is_empty()
    }

    /// Whether it takes an `Idempotency-Key`.
    pub const fn takes_a_key(&self) -> bool {
        self.keyed.is_some()
    }

    /// Whether its address names a site.
    pub fn at_site(&self) -> bool {
        self.pattern.contains("{finess}")
    }

    /// Whether somebody in this role may call it, at a site where the role is held.
    pub const fn open_to(&self, role: Role) -> bool {
        may(role, self.action)
    }

    fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        RefOr::Ref(utoipa::openapi::schema::Ref::from_schema_name(T::name()))
    }
}

/// Puts routes into a scope; an address that has not the method asked for says which it has.
pub fn mount<T>(mut scope: Scope<T>, routes: Vec<Route>) -> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = actix_web::Error, InitError = ()>,
{
    for (pattern, routes) in by_pattern(routes) {
        let allowed: Vec<Method> = routes.iter().map(|r| r.method.clone()).collect();
        let mut resource = web::resource(pattern);
        for route in routes {
            resource = resource.route(route.handler);
        }
        let refuse = move || {
            let problem = Problem::method_not_allowed(&allowed);
            async move { Err::<actix_web::HttpResponse, Problem>(problem) }
        };
        scope = scope.service(resource.default_service(web::to(refuse)));
    }
    scope
}

/// Routes by address; what is longest first, so that `{id}` does not hide a word.
fn by_pattern(routes: Vec<Route>) -> Vec<(&'static str, Vec<Route>)> {
    let mut order: Vec<&'static str> = Vec::new();
    let mut grouped: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in routes {
        if !order.contains(&route.pattern) {
            order.push(route.pattern);
        }
        grouped.entry(route.pattern).or_default().push(route);
    }
    order
        .into_iter()
        .filter_map(|p| Some((p, grouped.remove(p)?)))
        .collect()
}
