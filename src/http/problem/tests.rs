//! What is sent, and what is not.

use super::*;

#[test]
fn a_problem_speaks_the_language_asked_for() {
    let problem = Problem::new(Kind::UnknownSite, Said::new("no site 75", "aucun site 75"))
        .with("finess", "75");
    let fr = problem.document(Language::Fr, "abc");
    assert_eq!(
        fr,
        json!({"type": "/problems/unknown-site", "title": "Site inconnu", "status": 404,
            "detail": "aucun site 75", "instance": "/requests/abc", "finess": "75"})
    );
    assert_eq!(
        problem.document(Language::En, "abc")["title"],
        "No such site"
    );
}

#[test]
fn the_cause_of_a_500_is_for_the_log_and_not_for_the_caller() {
    let problem = Problem::internal("connection to 10.0.0.7 refused");
    let sent = String::from_utf8(problem.bytes(Language::En, "abc")).unwrap();
    assert!(!sent.contains("10.0.0.7"), "{sent}");
    assert!(sent.contains("reference abc"), "{sent}");
    assert_eq!(
        problem.logged_cause(),
        Some("connection to 10.0.0.7 refused")
    );
}

#[test]
fn own_members_do_not_replace_those_of_the_standard() {
    let problem = Problem::new(Kind::Conflict, Said::same("no")).with("status", 200);
    assert_eq!(problem.document(Language::En, "a")["status"], 409);
}

#[test]
fn statuses_that_call_for_a_header_have_it() {
    let header = |p: Problem, name: HeaderName| {
        let value = p.error_response().headers().get(name).cloned();
        value.and_then(|v| v.to_str().map(str::to_owned).ok())
    };
    let allowed = Problem::method_not_allowed(&[Method::GET, Method::PUT]);
    assert_eq!(header(allowed, header::ALLOW).as_deref(), Some("GET, PUT"));
    let who = Problem::unauthenticated(Said::same("no token"));
    assert_eq!(
        header(who, header::WWW_AUTHENTICATE).as_deref(),
        Some("Bearer")
    );
    let busy = Problem::later(Kind::Busy, 2, Said::same("busy"));
    assert_eq!(header(busy, header::RETRY_AFTER).as_deref(), Some("2"));
}
