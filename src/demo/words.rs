//! What the demonstration says when it starts: the addresses, the tokens, what to try.

use super::network::{CENTRE, GROUP, LOT80, MG80, MG400};
use crate::domain::calendar::Instant;
use crate::domain::role::Role;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

/// Returns the words: `curl` lines that work as printed, and where letters go.
pub(super) fn what_to_try(
    address: SocketAddr,
    (tokens, people): (&[(Role, String)], &str),
    database: &str,
    mail: &str,
    goes: Option<&Path>,
    now: Instant,
) -> String {
    let base = format!("http://{address}");
    let pharmacist = tokens
        .iter()
        .find(|(role, _)| *role == Role::Pharmacist)
        .map_or("", |(_, token)| token);
    let here = now
        .with_timezone(&chrono_tz::Europe::Paris)
        .format("%d %B %Y, %H:%M");
    let goes = goes.map_or_else(String::new, |folder| {
        format!(
            "  when it stops, the folder {} is removed\n",
            folder.display()
        )
    });
    let mut out = format!(
        "Dotation, demonstration. Everything in it is made up; its clock is simulated and shows {here} in Paris.\n\n\
         \x20 API            {base}/api/v1\n\
         \x20 documentation  {base}/api/docs\n\
         \x20 database       {database}\n\
         \x20 emails go to   {mail}\n{goes}\n\
         Tokens, one a role (site roles hold in the group of the centre {CENTRE}):\n"
    );
    for (role, token) in tokens {
        // writing to a text cannot fail
        writeln!(out, "  {:<12} {token}", role.code()).unwrap_or_default();
    }
    out.push_str(people);
    let auth = format!("-H 'Authorization: Bearer {pharmacist}'");
    let post = format!("{auth} -H 'Content-Type: application/json'");
    let coordinator = tokens
        .iter()
        .find(|(role, _)| *role == Role::Coordinator)
        .map_or("", |(_, token)| token);
    let plan =
        format!("-H 'Authorization: Bearer {coordinator}' -H 'Content-Type: application/json'");
    let ([first, second], [third, fourth]) = ([key(), key()], [key(), key()]);
    let shell = format!("'{database}'");
    let movements = format!("{base}/api/v1/sites/{CENTRE}/movements");
    writeln!(
        out,
        "\nTry this:\n\n\
         1. Are we safe today? The centre can make exactly the doses that it must keep.\n\n\
         curl -s {auth} {base}/api/v1/sites/{CENTRE}/reserve\n\n\
         2. Dispensing a vial below that reserve is refused, with the reason.\n\n\
         curl -s {post} -H 'Idempotency-Key: {first}' -d '{{\"kind\":\"dispensing\",\"cip13\":\"{MG400}\",\"units\":1}}' {movements}\n\n\
         3. A broken vial is recorded as it is: an alert opens, and an email is written within a second or two.\n\n\
         curl -s {post} -H 'Idempotency-Key: {second}' -d '{{\"kind\":\"loss\",\"cip13\":\"{MG80}\",\"lot\":\"{LOT80}\",\"units\":1,\"reason\":\"breakage\"}}' {movements}\n\n\
         4. Who is served with what the group has? Nine requests wait; each has its rank, its answer and the reason.\n\n\
         curl -s {plan} -H 'Idempotency-Key: {third}' -d '{{\"network\":\"{GROUP}\",\"keep\":true}}' {base}/api/v1/plans\n\n\
         5. Approved, what is granted is held for its request, and asked for from the pharmacies that give. ID is the answer's.\n\n\
         curl -s {plan} -H 'Idempotency-Key: {fourth}' -d '{{}}' {base}/api/v1/plans/ID/approve\n\n\
         The same beside the service, from another terminal:\n\n\
         dotation plan make --network {GROUP} --keep --database {shell}\n\
         dotation plan approve ID --database {shell}\n\
         dotation transfer list --database {shell}\n\
         dotation transfer accept ID --ars-authorisation 2021-75-118 --database {shell}\n\
         dotation transfer send ID --cold-chain --fmd-active --database {shell}\n\
         dotation transfer receive ID --cold-chain --database {shell}\n\
         dotation dispense --request ID --database {shell}\n\n\
         Stop with Ctrl-C."
    )
    .unwrap_or_default();
    out
}

/// A key for one intent, so that a line that is sent twice is done once.
fn key() -> String {
    format!("demo-{}", hex::encode(rand::random::<[u8; 6]>()))
}
