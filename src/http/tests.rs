//! Requests through the door.

use std::time::Duration;

use actix_web::http::header::HeaderMap;
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body, try_call_service};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;

use super::body::Body;
use super::etag::{Expected, etag};
use super::headers::REQUEST_ID;
use super::limits::Limits;
use super::problem::{Faults, Problem};
use super::testing;
use crate::domain::code::{Cip13, LotNumber};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    cip13: String,
    lot: String,
}

/// What a handler of this service looks like.
async fn put_lot(request: actix_web::HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    let expected = Expected::of(&request)?;
    let change: Change = body.json()?;
    let mut faults = Faults::new();
    let cip13 = faults.take("/cip13", Cip13::parse(&change.cip13));
    let lot = faults.take("/lot", LotNumber::parse(&change.lot));
    let (cip13, lot) = faults.all((cip13, lot))?;
    expected.check(3)?;
    let text = format!("{cip13} {lot}");
    Ok(HttpResponse::Ok().insert_header(etag(4)).body(text))
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route(
            "/broken",
            web::get().to(async || Err::<&str, _>(Problem::internal("secret cause"))),
        )
        .route("/panics", web::get().to(panics))
        .route(
            "/hangs",
            web::get().to(std::future::pending::<HttpResponse>),
        )
        .route(
            "/number/{n}",
            web::get().to(async |n: web::Path<u8>| n.to_string()),
        )
        .service(web::resource("/lot").put(put_lot));
}

async fn panics() -> HttpResponse {
    panic!("on purpose")
}

fn limits() -> Limits {
    Limits {
        body_bytes: 1000,
        ..Limits::default()
    }
}

fn api() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}

fn at<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> &'h str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// The status, the headers and the body of an answer.
async fn ask(request: TestRequest) -> (StatusCode, HeaderMap, String) {
    ask_within(limits(), request).await
}

async fn ask_within(limits: Limits, request: TestRequest) -> (StatusCode, HeaderMap, String) {
    let app = init_service(super::app(testing::door(limits), api(), routes)).await;
    let response = match try_call_service(&app, request.to_request()).await {
        Ok(response) => response.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = actix_web::body::to_bytes(response.into_body())
        .await
        .unwrap_or_default();
    (
        status,
        headers,
        String::from_utf8_lossy(&bytes).into_owned(),
    )
}

async fn refused(request: TestRequest, status: u16, slug: &str) -> (HeaderMap, Value) {
    check(ask(request).await, status, slug)
}

fn check(answer: (StatusCode, HeaderMap, String), status: u16, slug: &str) -> (HeaderMap, Value) {
    let (found, headers, body) = answer;
    assert_eq!(found, status, "{body}");
    assert_eq!(
        at(&headers, &header::CONTENT_TYPE),
        "application/problem+json"
    );
    let id = at(&headers, &REQUEST_ID);
    let problem: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["type"], format!("/problems/{slug}"));
    assert_eq!(problem["instance"], format!("/requests/{id}"));
    assert_eq!(problem["status"], status);
    assert_eq!(at(&headers, &header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(at(&headers, &header::CACHE_CONTROL), "no-store");
    (headers, problem)
}

fn lot() -> TestRequest {
    TestRequest::put()
        .uri("/lot")
        .insert_header((header::IF_MATCH, "\"v3\""))
}

#[actix_web::test]
async fn a_handler_reads_a_body_and_answers_with_a_version() {
    let right = r#"{"cip13": "3400957464547", "lot": "B1"}"#;
    let json = (header::CONTENT_TYPE, "application/json");
    let (status, headers, body) = ask(lot().insert_header(json).set_payload(right)).await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::OK, "3400957464547 B1")
    );
    assert_eq!(at(&headers, &header::ETAG), "\"v4\"");
    assert!(!headers.contains_key(header::SERVER));
}

#[actix_web::test]
async fn all_faults_of_a_body_come_in_the_callers_language() {
    let wrong = r#"{"cip13": "3400957464548", "lot": ""}"#;
    let request = lot()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::ACCEPT_LANGUAGE, "fr-FR"))
        .insert_header((REQUEST_ID, "my-id-7"))
        .set_payload(wrong);
    let (headers, problem) = refused(request, 422, "invalid-body").await;
    assert_eq!(problem["title"], "Le corps comporte des erreurs");
    assert_eq!(problem["instance"], "/requests/my-id-7");
    assert_eq!(problem["errors"][0]["pointer"], "/cip13");
    assert_eq!(problem["errors"][1]["pointer"], "/lot");
    assert_eq!(at(&headers, &header::CONTENT_LANGUAGE), "fr");
}

#[actix_web::test]
async fn a_change_made_meanwhile_is_not_lost() {
    let request = TestRequest::put()
        .uri("/lot")
        .insert_header((header::IF_MATCH, "\"v2\""))
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .set_payload(r#"{"cip13": "3400957464547", "lot": "B1"}"#);
    let (headers, problem) = refused(request, 412, "changed-meanwhile").await;
    assert_eq!(at(&headers, &header::ETAG), "\"v3\"");
    assert_eq!(problem["version"], 3);
    refused(TestRequest::put().uri("/lot"), 428, "precondition-required").await;
}

#[actix_web::test]
async fn every_refusal_is_a_problem() {
    refused(TestRequest::get().uri("/nowhere"), 404, "not-found").await;
    let (headers, _) = refused(TestRequest::delete().uri("/lot"), 405, "method-not-allowed").await;
    assert_eq!(at(&headers, &header::ALLOW), "PUT");
    refused(TestRequest::get().uri("/number/x"), 404, "not-found").await;
    let long = format!("/healthz?{}", "a".repeat(9000));
    refused(TestRequest::get().uri(&long), 414, "address-too-long").await;
    let wide = TestRequest::get()
        .uri("/healthz")
        .insert_header(("X-Wide", "a".repeat(17_000)));
    refused(wide, 431, "headers-too-large").await;
    let big = lot().insert_header((header::CONTENT_TYPE, "application/json"));
    refused(big.set_payload(vec![b' '; 1001]), 413, "body-too-large").await;
    refused(lot().set_payload("{}"), 415, "unsupported-media-type").await;
}

#[actix_web::test]
async fn a_refusal_at_the_door_is_as_shut_as_an_answer() {
    let wide = TestRequest::get()
        .uri("/healthz")
        .insert_header(("X-Wide", "a".repeat(17_000)));
    let (headers, _) = refused(wide, 431, "headers-too-large").await;
    let policy = at(&headers, &header::CONTENT_SECURITY_POLICY);
    assert!(
        policy.starts_with("default-src 'none'; base-uri 'none';"),
        "{policy}"
    );
    assert_eq!(
        at(&headers, &header::CROSS_ORIGIN_RESOURCE_POLICY),
        "same-origin"
    );
    let other = TestRequest::get()
        .uri("http://evil.example/healthz")
        .insert_header((header::HOST, "dotation.example"));
    refused(other, 400, "bad-header").await;
}

#[actix_web::test]
async fn what_breaks_here_is_a_reference_number_there() {
    let (headers, problem) = refused(TestRequest::get().uri("/broken"), 500, "internal").await;
    let id = at(&headers, &REQUEST_ID);
    assert_eq!(problem["detail"], format!("reference {id}"));
    refused(TestRequest::get().uri("/panics"), 500, "internal").await;
}

#[actix_web::test]
async fn the_log_has_a_line_a_request_without_its_secrets() {
    let request = TestRequest::get()
        .uri("/number/7?patient=P-1")
        .insert_header((header::AUTHORIZATION, "Bearer abc-secret"))
        .insert_header((REQUEST_ID, "logged-7"));
    ask(request).await;
    let lines = testing::log().lines_with("logged-7");
    assert_eq!(lines.len(), 1, "{lines:?}");
    let log = &lines[0];
    let span = "request{id=logged-7 method=\"GET\" address=\"/number/{n}\"}";
    assert!(log.contains(span), "{log}");
    assert!(log.contains("status=200") && log.contains("ms="), "{log}");
    assert!(!log.contains("P-1") && !log.contains("abc-secret"), "{log}");
}

#[actix_web::test]
async fn the_cause_of_a_500_is_in_the_log_once() {
    let request = TestRequest::get().uri("/broken");
    ask(request.insert_header((REQUEST_ID, "broken-9"))).await;
    let log = testing::log().lines_with("broken-9").join("\n");
    assert_eq!(log.matches("secret cause").count(), 1, "{log}");
    assert_eq!(log.lines().count(), 2, "{log}");
}

#[actix_web::test]
async fn a_request_ends_at_its_time_limit() {
    let limits = Limits {
        request_time: Duration::from_millis(1),
        ..limits()
    };
    let answer = ask_within(limits, TestRequest::get().uri("/hangs")).await;
    let (headers, problem) = check(answer, 503, "took-too-long");
    assert_eq!(at(&headers, &header::RETRY_AFTER), "5");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("same Idempotency-Key")
    );
}

#[actix_web::test]
async fn operations_can_ask_how_it_is() {
    let app = init_service(super::app(testing::door(limits()), api(), routes)).await;
    let answer = async |uri: &str| {
        let response = call_service(&app, TestRequest::get().uri(uri).to_request()).await;
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
        String::from_utf8(read_body(response).await.to_vec()).unwrap()
    };
    assert_eq!(answer("/healthz").await, r#"{"status":"ok"}"#);
    assert_eq!(answer("/readyz").await, r#"{"status":"ready","checks":[]}"#);
    answer("/number/7?secret=1").await;
    let metrics = answer("/metrics").await;
    let line = r#"dotation_http_requests_total{method="GET",pattern="/number/{n}",status="200"} 1"#;
    assert!(metrics.contains(line), "{metrics}");
    assert!(!metrics.contains("secret"));
    assert!(answer("/problems").await.contains("/problems/unknown-site"));
    assert!(answer("/problems/busy").await.contains("503"));
}

#[actix_web::test]
async fn the_documentation_needs_no_other_host() {
    let (status, headers, page) = ask(TestRequest::get().uri("/api/docs/")).await;
    assert_eq!(status, StatusCode::OK);
    let policy = at(&headers, &header::CONTENT_SECURITY_POLICY);
    assert!(
        policy.contains("script-src 'self';") && !policy.contains("http"),
        "{policy}"
    );
    assert!(page.contains("swagger-ui"), "{page}");
    // the policy forbids scripts within the page
    assert!(!page.contains("<script>"), "{page}");
    let mut files = 0;
    for part in page
        .split(['"', '\''])
        .filter(|p| matches!(p.rsplit_once('.'), Some((_, "js" | "css"))))
    {
        let file = part.trim_start_matches("./");
        assert!(!file.contains("//"), "{file}");
        let (status, _, _) = ask(TestRequest::get().uri(&format!("/api/docs/{file}"))).await;
        assert_eq!(status, StatusCode::OK, "{file}");
        files += 1;
    }
    assert!(files >= 3, "{page}");
    assert!(
        !page.contains("http://") && !page.contains("https://"),
        "{page}"
    );
    let (_, _, start) = ask(TestRequest::get().uri("/api/docs/swagger-initializer.js")).await;
    assert!(start.contains("/api/openapi.json"), "{start}");
    assert!(start.contains(r#""validatorUrl": "none""#), "{start}");
    assert!(!start.contains("https://"), "{start}");
    let (status, headers, _) = ask(TestRequest::get().uri("/api/docs")).await;
    assert_eq!(
        (status.as_u16(), at(&headers, &header::LOCATION)),
        (308, "/api/docs/")
    );
    let (_, _, json) = ask(TestRequest::get().uri("/api/openapi.json")).await;
    assert!(json.contains("\"openapi\":\"3.1.0\""), "{json}");
}

#[actix_web::test]
async fn a_refusal_is_in_the_log_by_its_kind() {
    let request = TestRequest::get().uri("/nowhere?patient=P-2");
    ask(request.insert_header((REQUEST_ID, "refused-11"))).await;
    let log = testing::log().lines_with("refused-11").join("\n");
    assert!(log.contains("problem=\"not-found\" from=unknown"), "{log}");
    assert!(!log.contains("P-2"), "{log}");
}
