//! The sheet of a site, for a day on paper.

use crate::copies::busy;
use crate::service::{App, CENTRE, FAR_CENTRE, NEIGHBOUR, again_set};
use crate::story::at;
use crate::support::Backend;
use crate::transfers;
use dotation::domain::role::Role;
use dotation::settings::Settings;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

on_both! {
    a_sheet_says_what_a_pharmacy_needs_for_a_day
    a_sheet_is_for_the_pharmacy_and_reading_it_is_on_the_trail
    sheets_are_written_on_a_schedule
    transfers_stand_on_the_sheets_of_both
}

fn sheet(app: &App, language: &str) -> String {
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Accept-Language", language),
    ];
    let answer = app.send("GET", &at("/situation"), &headers, None);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    answer.text
}

/// The rows of the table under a title, each as its cells with a bar between.
#[track_caller]
fn rows(page: &str, title: &str) -> Vec<String> {
    let start = page
        .find(&format!("<h2>{title}</h2>"))
        .unwrap_or_else(|| panic!("no {title} in {page}"));
    let part = page.get(start..).unwrap();
    let body = part.split("<h2>").nth(1).unwrap();
    let body = body.split("<tbody>").nth(1).unwrap_or_default();
    let rows = body.split("</tbody>").next().unwrap().split("<tr>").skip(1);
    rows.map(|row| {
        let cells = row.split("<td").skip(1);
        let text = cells.map(|c| c.split_once('>').unwrap().1.split("</td>").next().unwrap());
        text.collect::<Vec<_>>().join(" | ")
    })
    .collect()
}

fn a_sheet_says_what_a_pharmacy_needs_for_a_day(backend: Backend) {
    let app = busy(backend);
    let page = sheet(&app, "fr");
    assert!(page.contains("Situation au 20/10/2021"), "{page}");
    assert!(page.contains("CONFIDENTIEL"), "{page}");
    assert!(
        page.contains("l'horloge de ce service est simulée") || page.contains("l&#39;horloge"),
        "{page}"
    );
    let stock = rows(&page, "Stock par lot");
    assert_eq!(stock.len(), 3, "{stock:?}");
    assert!(
        stock[0].contains("| R1 | 31/05/2022 | 0 | 0 | 0 | 2"),
        "recalled: {stock:?}"
    );
    assert!(
        stock[2].contains("| 3400957464547 | B1 | 30/06/2022 | 8 | "),
        "{stock:?}"
    );
    assert!(stock[2].ends_with("| 0"), "{stock:?}");
    let recalled = rows(
        &page,
        "Lots rappelés : ne rien en utiliser, ne rien en mettre en rayon",
    );
    assert!(
        recalled[0].contains(" | 3400957464318 | R1 | 20/10/2021 ")
            && recalled[0].ends_with("| ANSM 2021-104"),
        "{recalled:?}"
    );
    assert_eq!(
        rows(&page, "Patients CAR-T que la réserve compte"),
        ["cart-1 | 25/10/2021 | 100 | 0 | oui"]
    );
    let held = rows(&page, "Unités réservées");
    assert!(
        held[0].starts_with("cart-1 | feu vert CAR-T | "),
        "{held:?}"
    );
    assert!(held[0].ends_with("| B1 | 6"), "{held:?}");
    let reserve = rows(&page, "Réserves");
    assert!(
        reserve[0].contains("roactemra-2021-10-14 | 3 | 3"),
        "{reserve:?}"
    );
    assert_eq!(
        rows(&page, "Feux verts CAR-T en cours"),
        ["cart-1 | 25/10/2021 | 3 | GO"]
    );
    let coming = rows(&page, "Livraisons attendues");
    assert!(
        coming[0].starts_with("28/10/2021 | ") && coming[0].ends_with("| 4 | annoncée | C-1"),
        "{coming:?}"
    );
    let due = rows(&page, "Demandes dues sous 7 jours, ou déjà dues");
    assert_eq!(due.len(), 2, "{due:?}");
    assert!(due[0].starts_with("22/10/2021 | p-"), "{due:?}");
    // what people wrote is text, and no markup
    assert!(page.contains("p-2 « é &quot;&#39;\\ 𝛼"), "{page}");
    let people = rows(&page, "Destinataires des alertes");
    assert_eq!(people[0], "pharmacien | PUI | pui@example.org");
    assert!(!rows(&page, "Téléphones").is_empty(), "{page}");
    assert_eq!(rows(&page, "Mouvements faits à la main").len(), 14);

    let page = sheet(&app, "en");
    assert_eq!(
        rows(&page, "CAR-T clearances in force"),
        ["cart-1 | 2021-10-25 | 3 | GO"]
    );
}

fn a_sheet_is_for_the_pharmacy_and_reading_it_is_on_the_trail(backend: Backend) {
    let app = busy(backend);
    for role in [
        Role::Prescriber,
        Role::CarTUnit,
        Role::Coordinator,
        Role::Admin,
        Role::Reader,
    ] {
        assert_eq!(app.get(role, &at("/situation")).status, 403, "{role:?}");
    }
    let elsewhere = format!("/sites/{FAR_CENTRE}/situation");
    assert_eq!(app.get(Role::Pharmacist, &elsewhere).status, 403);
    sheet(&app, "fr");
    let trail = app
        .get(Role::Admin, &format!("/audit?site={CENTRE}&limit=1"))
        .expect(200);
    let line = &trail["items"][0];
    assert_eq!(line["action"], "patient.read", "{trail}");
    assert_eq!(line["object"], "situation");
    assert_eq!(line["outcome"], "read");
    assert_eq!(
        line["details"]["patients"].as_array().unwrap().len(),
        3,
        "{line}"
    );
}

fn transfers_stand_on_the_sheets_of_both(backend: Backend) {
    let app = transfers::begin(backend);
    transfers::ask(&app, 1);
    let accepted = transfers::ask(&app, 2);
    transfers::accept(&app, &accepted).expect(200);
    let gone = transfers::ask(&app, 3);
    transfers::accept(&app, &gone).expect(200);
    transfers::send(&app, &gone).expect(200);
    let under_way = rows(&sheet(&app, "fr"), "Transferts en cours");
    assert_eq!(under_way.len(), 3, "{under_way:?}");
    assert!(
        under_way[0].starts_with(&format!("à recevoir de | CH de la Marne ({NEIGHBOUR}) | "))
            && under_way[0].ends_with(" | C7 | 1 | demandé, pas encore accepté"),
        "{under_way:?}"
    );
    assert!(
        under_way[2].ends_with(" | C7 | 3 | en route : dans aucun stock"),
        "{under_way:?}"
    );
    let giver = app.get(Role::Pharmacist, &format!("/sites/{NEIGHBOUR}/situation"));
    let held = rows(&giver.text, "Unités réservées");
    assert_eq!(held.len(), 1, "{held:?}");
    assert!(
        held[0].contains("transfert à une autre pharmacie") && held[0].ends_with("| C7 | 3"),
        "{held:?}"
    );
    let gives = rows(&giver.text, "Transferts en cours");
    assert!(
        gives[1].starts_with("à céder à | ") && gives[1].ends_with(" | 2 | accepté, à envoyer"),
        "{gives:?}"
    );
}

/// The folder of the sheets of one story.
fn folder(postgres: bool) -> PathBuf {
    static FOLDERS: OnceLock<[TempDir; 2]> = OnceLock::new();
    let folders = FOLDERS.get_or_init(|| [0, 1].map(|_| tempfile::tempdir().unwrap()));
    folders[usize::from(postgres)].path().to_owned()
}

fn set(settings: &mut Settings) {
    let postgres = !settings.database_url.expose().starts_with("sqlite:");
    settings.situation_folder = Some(folder(postgres));
}

fn sheets_are_written_on_a_schedule(backend: Backend) {
    let app = again_set(busy(backend), "2021-10-20T07:00:00Z", set);
    let place = folder(backend == Backend::Postgres);
    let until = Instant::now() + Duration::from_mins(1);
    while !place.join("index.html").exists() {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(10));
    }
    let page = std::fs::read_to_string(place.join(format!("situation-{CENTRE}.html"))).unwrap();
    assert_eq!(rows(&page, "Feux verts CAR-T en cours").len(), 1);
    let index = std::fs::read_to_string(place.join("index.html")).unwrap();
    for site in [CENTRE, FAR_CENTRE] {
        assert!(index.contains(&format!("situation-{site}.html")), "{index}");
    }
    drop(app);
}
