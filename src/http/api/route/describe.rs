//! Routes described as `OpenAPI`, from the table itself.

use super::parameter::{parameter, path_words};
use super::{Route, Schemas};
use crate::domain::role::Role;
use crate::http::problem::ProblemDocument;
use actix_web::http::Method;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterIn, PathItem, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, RefOr, Required,
    ResponseBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};

/// Describes routes as `OpenAPI` 3.1.
pub fn describe(routes: Vec<Route>) -> OpenApi {
    let mut components = ComponentsBuilder::new()
        .schema(ProblemDocument::name(), ProblemDocument::schema())
        .security_scheme(
            "token",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        )
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                "__Host-dotation",
                "Set by signing in; a write sends the session's csrf_token as X-CSRF-Token besides.",
            ))),
        );
    let mut more: Schemas = Vec::new();
    ProblemDocument::schemas(&mut more);
    for (name, schema) in more
        .into_iter()
        .chain(routes.iter().flat_map(|r| r.schemas.clone()))
    {
        components = components.schema(name, schema);
    }
    let mut paths = PathsBuilder::new();
    for route in routes {
        let item = PathItem::new(http_method(&route.method), operation(&route));
        paths = paths.path(format!("{}{}", super::super::BASE, route.pattern), item);
    }
    let info = InfoBuilder::new()
        .title("Dotation")
        // of the API, as its address has it: which program answers, in which version, is nobody's business
        .version("1")
        .description(Some(
            "Keeps the right doses of a scarce medicine in the right hospital pharmacy. Every refusal is a problem document \
             (RFC 9457). Writes marked so need an Idempotency-Key; lists come in pages with a cursor.",
        ))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(paths.build())
        .components(Some(components.build()))
        .security(Some(
            ["token", "session"].map(|name| SecurityRequirement::new(name, Vec::<String>::new())),
        ))
        .build()
}

fn operation(route: &Route) -> utoipa::openapi::path::Operation {
    // what it is about: the resource, or that of the site
    let mut parts = route.pattern.trim_start_matches('/').split('/');
    let first = parts.next().unwrap_or("api");
    let tag = parts.nth(1).filter(|_| first == "sites").unwrap_or(first);
    let roles: Vec<&str> = Role::ALL
        .into_iter()
        .filter(|r| route.open_to(*r))
        .map(Role::code)
        .collect();
    let mut operation = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(operation_id(route)))
        .summary(Some(route.summary))
        .description(Some(who(route, &roles)));
    if route.is_open() {
        operation = operation.securities(Some(Vec::<SecurityRequirement>::new()));
    } else {
        // the same for programs: whose role is not among them is told 403
        operation = operation.extensions(Some(Extensions::from_iter([("x-roles", roles)])));
    }
    if route.is_for_people() {
        operation = operation.security(SecurityRequirement::new("session", Vec::<String>::new()));
    }
    for part in route
        .pattern
        .split('/')
        .filter_map(|p| p.strip_prefix('{')?.strip_suffix('}'))
    {
        operation = operation.parameter(parameter(part, ParameterIn::Path, path_words(part), true));
    }
    for (name, words) in route.query {
        operation = operation.parameter(parameter(name, ParameterIn::Query, words, false));
    }
    if let Some(required) = route.keyed {
        let words = "Tells a repeat from a new intent: 1 to 255 visible ASCII characters. A repeat is told what was \
                     told first, byte for byte: what was done, or 404, 409, 412 or 422; with another body it is an error.";
        operation = operation.parameter(parameter(
            "Idempotency-Key",
            ParameterIn::Header,
            words,
            required,
        ));
    }
    if route.versioned {
        operation = operation.parameter(parameter(
            "If-Match",
            ParameterIn::Header,
            "The ETag that was read.",
            !route.once_there,
        ));
    }
    if route.may_be_known {
        operation = operation.parameter(parameter(
            "If-None-Match",
            ParameterIn::Header,
            "The ETag that is known: 304 while it stands.",
            false,
        ));
    }
    if let Some(body) = body(route) {
        operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
    }
    answers(operation, route).build()
}

/// Who may call it.
fn who(route: &Route, roles: &[&str]) -> String {
    if route.is_open() {
        return "Anybody, known or not.".to_owned();
    }
    if route.is_for_people() {
        return "People who signed in, and no token.".to_owned();
    }
    format!("Roles: {}.", roles.join(", "))
}

/// What it reads, in each media type; nothing when it reads no body.
fn body(route: &Route) -> Option<RequestBodyBuilder> {
    let mut body = RequestBodyBuilder::new();
    if let Some(schema) = &route.takes {
        let content = ContentBuilder::new().schema(Some(schema.clone())).build();
        body = body.content("application/json", content);
    }
    for media in route.also_takes {
        let kind = if media.ends_with("json") {
            Type::Object
        } else {
            Type::String
        };
        let schema = Schema::Object(ObjectBuilder::new().schema_type(kind).build());
        let content = ContentBuilder::new().schema(Some(schema)).build();
        body = body.content(*media, content);
    }
    let reads = route.takes.is_some() || !route.also_takes.is_empty();
    reads.then_some(body)
}

fn answers(mut operation: OperationBuilder, route: &Route) -> OperationBuilder {
    match &route.gives {
        Some((status, schema)) => {
            let answer = |words: &str, schema: &RefOr<Schema>| {
                let content = ContentBuilder::new().schema(Some(schema.clone())).build();
                ResponseBuilder::new()
                    .description(words)
                    .content(route.media, content)
            };
            operation = operation.response(status.to_string(), answer("Done.", schema));
            if let Some((status, what, schema)) = &route.also_gives {
                operation = operation.response(status.to_string(), answer(what, schema));
            }
        }
        None => {
            operation = operation.response(
                "204",
                ResponseBuilder::new().description("Done; nothing to say."),
            );
        }
    }
    if route.may_be_known {
        let words = "It still has the version that is known.";
        operation = operation.response("304", ResponseBuilder::new().description(words));
    }
    let problem = || {
        let reference = RefOr::Ref(utoipa::openapi::schema::Ref::from_schema_name(
            ProblemDocument::name(),
        ));
        ContentBuilder::new().schema(Some(reference)).build()
    };
    let mut refusals = vec![
        ("400", "It cannot be read."),
        ("401", "Who is asking is not known."),
        ("403", "Not yours to do."),
    ];
    refusals.push(("404", "Not here, or not within your reach."));
    if route.method != Method::GET {
        refusals.extend([
            ("409", "It does not fit what is there."),
            ("413", "The body is too large."),
            ("415", "Of another media type than it reads."),
        ]);
        refusals.push(("422", "The body has faults."));
    }
    refusals.push((
        "429",
        if route.is_open() || route.is_for_people() {
            "Too many requests, or too many attempts that failed: wait for `Retry-After` seconds."
        } else {
            "Too many requests: wait for `Retry-After` seconds."
        },
    ));
    if route.versioned {
        refusals.extend([
            ("412", "It was changed meanwhile."),
            ("428", "If-Match is missing."),
        ]);
    }
    refusals.extend(route.also_refuses);
    refusals.extend([
        ("500", "Our fault."),
        ("503", "Later."),
        ("507", "The disk is full."),
    ]);
    for (status, words) in refusals {
        operation = operation.response(
            status,
            ResponseBuilder::new()
                .description(words)
                .content("application/problem+json", problem()),
        );
    }
    operation
}

fn operation_id(route: &Route) -> String {
    let words: Vec<&str> = route
        .pattern
        .split(['/', '{', '}', '-'])
        .filter(|w| !w.is_empty())
        .collect();
    format!(
        "{}_{}",
        route.method.as_str().to_lowercase(),
        words.join("_")
    )
}

fn http_method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PATCH" => HttpMethod::Patch,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}
