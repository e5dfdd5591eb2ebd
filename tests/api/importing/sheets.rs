//! Sites, people, patients and deliveries: a dry run first, all of it or nothing, and twice is once.

use super::{counted, keyed, lines, places, send, trail};
use crate::service::{Answer, App, CENTRE, FAR_CENTRE, MG400, NEIGHBOUR, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    deliveries_are_announced_changed_and_left_alone
    a_dry_run_writes_nothing_and_says_what_would_be
    one_faulty_row_undoes_them_all
    a_sheet_of_deliveries_says_what_is_wrong_by_cell
    sites_are_added_with_their_network_and_edited
    people_are_added_edited_and_silenced
    patients_are_registered_in_one_go_with_one_letter
    patients_are_corrected_in_one_go_and_not_in_steps
    a_patient_whose_record_was_compared_was_read
    each_kind_is_for_those_who_may_do_it_by_hand
}

fn import(app: &App, role: Role, kind: &str, sheet: &str) -> Answer {
    send(app, role, &format!("/import/{kind}"), sheet.as_bytes())
}

const APPLIED: &str = "?apply=true";

fn deliveries(rows: &[&str]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|r| format!("{CENTRE};{MG400};{r}\n"))
        .collect();
    format!(
        "finess;CIP13;quantité;date prévue;n° de commande;état\n{}",
        rows.concat()
    )
}

fn deliver(app: &App, query: &str, rows: &[&str]) -> Answer {
    let kind = format!("deliveries{query}");
    import(app, Role::Pharmacist, &kind, &deliveries(rows))
}

fn deliveries_are_announced_changed_and_left_alone(backend: Backend) {
    let app = spawn(backend);
    let first = ["10;22/10/2021;C-1;annoncée", "6;25/10/2021;C-2;Confirmée"];
    let done = deliver(&app, APPLIED, &first).expect(200);
    assert_eq!(
        (counted(&done), &done["dry_run"]),
        ((2, 0, 0), &json!(false))
    );
    let before = lines(&app);
    assert_eq!(
        counted(&deliver(&app, APPLIED, &first).expect(200)),
        (0, 0, 2)
    );
    // it was asked for, and changed nothing: that is all that is written
    assert_eq!(lines(&app), before + 1);
    assert_eq!(trail(&app, "write.unchanged").len(), 1);
    // confirmed and postponed; an empty state leaves it as it is
    let second = [
        "10;22/10/2021;C-1;confirmée",
        "6;26/10/2021;C-2;",
        "4;29/10/2021;C-3;",
    ];
    let done = deliver(&app, APPLIED, &second).expect(200);
    assert_eq!(counted(&done), (1, 2, 0));
    let changed: Vec<&Value> = done["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| &l["changed"])
        .collect();
    assert_eq!(changed[..2], [&json!(["state"]), &json!(["expected_on"])]);
    let all = items(&app.see("/deliveries"));
    let tell = |d: &Value| {
        format!(
            "{} {} {}",
            d["reference"].as_str().unwrap(),
            d["state"].as_str().unwrap(),
            d["expected_on"].as_str().unwrap()
        )
    };
    let mut told: Vec<String> = all.iter().map(tell).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "C-1 confirmed 2021-10-22",
            "C-2 confirmed 2021-10-26",
            "C-3 announced 2021-10-29"
        ]
    );
    assert_eq!(app.see("/reserve")["resupply"], "assured");
    // what was cancelled stays so, whatever the file still says
    let id = all.iter().find(|d| d["reference"] == "C-2").unwrap()["id"]
        .as_str()
        .unwrap();
    let why = json!({ "state": "cancelled", "reason": "ordered twice" });
    app.edit(
        Role::Pharmacist,
        "PATCH",
        &at(&format!("/deliveries/{id}")),
        &why,
    )
    .expect(200);
    assert_eq!(
        counted(&deliver(&app, APPLIED, &second).expect(200)),
        (0, 0, 3)
    );
    assert_eq!(trail(&app, "sheet.import").len(), 2);
}

fn a_dry_run_writes_nothing_and_says_what_would_be(backend: Backend) {
    let app = spawn(backend);
    let rows = ["10;22/10/2021;C-1;confirmée"];
    let (before, letters) = (lines(&app), app.heard().len());
    let seen = deliver(&app, "", &rows).expect(200);
    assert_eq!(
        (counted(&seen), &seen["dry_run"]),
        ((1, 0, 0), &json!(true))
    );
    assert_eq!(items(&app.see("/deliveries")), Vec::<Value>::new());
    assert_eq!((lines(&app), app.heard().len()), (before, letters));
    assert_eq!(app.see("/reserve")["resupply"], "compromised");
    // a key is for what is written, and keeps its answer
    let path = format!("/import/deliveries{APPLIED}");
    let sheet = deliveries(&rows);
    let book = || keyed(&app, Role::Pharmacist, &path, sheet.as_bytes(), Some("k-1"));
    let done = book().expect(200);
    assert_eq!(book().expect(200), done);
    assert_eq!(counted(&done), (1, 0, 0));
}

fn one_faulty_row_undoes_them_all(backend: Backend) {
    let app = spawn(backend);
    let before = lines(&app);
    let rows = [
        "10;22/10/2021;C-1;confirmée",
        "10;19/10/2021;C-2;",
        "3;22/10/2021;C-1;",
    ];
    for query in ["", APPLIED] {
        // a day that is past, and a reference that stands there twice
        assert_eq!(places(&deliver(&app, query, &rows)), ["3:4", "4:5"]);
        assert_eq!(items(&app.see("/deliveries")), Vec::<Value>::new());
    }
    assert_eq!(lines(&app), before);
}

fn a_sheet_of_deliveries_says_what_is_wrong_by_cell(backend: Backend) {
    let app = spawn(backend);
    let sheet = format!(
        "finess;CIP13;quantité;date prévue;référence\n999999999;{MG400};1;22/10/2021;a\n{FAR_CENTRE};{MG400};1;22/10/2021;b\n{CENTRE};3400936963504;1;22/10/2021;c\n"
    );
    let answer = import(&app, Role::Pharmacist, "deliveries", &sheet);
    assert_eq!(places(&answer), ["2:1", "3:1", "4:2"]);
    let both = json!({ "cip13": MG400, "units": 1, "expected_on": "2021-10-22", "reference": "d" });
    for _ in 0..2 {
        app.post(Role::Pharmacist, &at("/deliveries"), &both)
            .expect(201);
    }
    let answer = deliver(&app, "", &["1;22/10/2021;d;"]);
    assert_eq!(places(&answer), ["2:5"]);
    // the site may be said beside the file
    let sheet = format!("CIP13;quantité;date prévue;référence\n{MG400};1;22/10/2021;e\n");
    assert_eq!(
        places(&import(&app, Role::Pharmacist, "deliveries", &sheet)),
        ["2:"]
    );
    let query = format!("deliveries?site={CENTRE}");
    assert_eq!(
        counted(&import(&app, Role::Pharmacist, &query, &sheet).expect(200)),
        (1, 0, 0)
    );
}

fn sites_are_added_with_their_network_and_edited(backend: Backend) {
    let app = spawn(backend);
    let header = "finess;groupement;nom du groupement;nom;CAR-T;dose de référence;fuseau horaire\n";
    let sheet = format!(
        "{header}2A0000014;corse;GHT de Corse;CH d'Ajaccio;non;;\n2B0000020;corse;;CH de Bastia;oui;358,8;Europe/Paris\n{CENTRE};ght-001;;CHU de la Seine;oui;;\n"
    );
    let kind = format!("sites{APPLIED}");
    let seen = import(&app, Role::Admin, "sites", &sheet).expect(200);
    assert_eq!(counted(&seen), (2, 0, 1));
    let done = import(&app, Role::Admin, &kind, &sheet).expect(200);
    assert_eq!(counted(&done), (2, 0, 1));
    let bastia = app.get(Role::Admin, "/sites/2B0000020").expect(200);
    assert_eq!(
        (
            &bastia["network"],
            &bastia["car_t"],
            &bastia["reference_dose_mg"]
        ),
        (&json!("corse"), &json!(true), &json!(358.8))
    );
    assert_eq!(
        counted(&import(&app, Role::Admin, &kind, &sheet).expect(200)),
        (0, 0, 3)
    );
    // a new name; an empty cell changes nothing; a site stays in its network
    let sheet = "finess;réseau;nom;cart\n2A0000014;corse;CH Notre-Dame;\n2B0000020;ght-001;CH de Bastia;oui\n750100999;nulle-part;X;\n".to_owned();
    let answer = import(&app, Role::Admin, &kind, &sheet);
    assert_eq!(places(&answer), ["3:2", "4:2"]);
    let sheet = "finess;réseau;nom\n2A0000014;corse;CH Notre-Dame\n";
    let done = import(&app, Role::Admin, &kind, sheet).expect(200);
    assert_eq!(
        (counted(&done), &done["lines"][0]["changed"]),
        ((0, 1, 0), &json!(["name"]))
    );
    // a dose that no rulebook allows is refused where it stands
    let sheet = "finess;réseau;nom;dose de référence\n2B0000020;corse;CH de Bastia;9000\n";
    assert_eq!(places(&import(&app, Role::Admin, &kind, sheet)), ["2:4"]);
}

fn people_are_added_edited_and_silenced(backend: Backend) {
    let app = spawn(backend);
    let kind = format!("people{APPLIED}");
    let sheet = format!(
        "finess;fonction;nom;courriel;langue;rang;actif\n{CENTRE};Pharmacien;PUI;PUI@example.org;fr;;\n{CENTRE};pharmacien;Garde;garde@example.org;en;2;oui\n{NEIGHBOUR};Unité CAR-T;Unité;u@example.org;;;non\n"
    );
    let done = import(&app, Role::Admin, &kind, &sheet).expect(200);
    assert_eq!(counted(&done), (2, 0, 1));
    assert_eq!(
        counted(&import(&app, Role::Admin, &kind, &sheet).expect(200)),
        (0, 0, 3)
    );
    let list = |site: &str| {
        let path = format!("/sites/{site}/recipients");
        items(&app.get(Role::Admin, &path).expect(200))
    };
    let garde = list(CENTRE)
        .into_iter()
        .find(|r| r["email"] == "garde@example.org")
        .unwrap();
    assert_eq!(
        (&garde["language"], &garde["position"]),
        (&json!("en"), &json!(2))
    );
    assert_eq!(list(NEIGHBOUR)[0]["active"], false);
    let sheet = format!(
        "finess;fonction;nom;courriel;langue;actif\n{CENTRE};pharmacien;Garde de nuit;garde@example.org;fr;non\n"
    );
    let done = import(&app, Role::Admin, &kind, &sheet).expect(200);
    assert_eq!(
        done["lines"][0]["changed"],
        json!(["name", "language", "active"])
    );
    let edited = trail(&app, "recipient.edit");
    assert_eq!(edited.len(), 1);
    assert!(!edited[0]["details"].to_string().contains("nuit"));
    // who is silent hears nothing
    let before = app.heard().len();
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let new = app.heard().split_off(before);
    assert!(
        new.iter().all(|(_, to)| to != "garde@example.org"),
        "{new:?}"
    );
    let wrong = format!(
        "finess;fonction;nom;courriel\n{CENTRE};chef;;pharmacie@mail\n{CENTRE};pharmacien;A;a@example.org\n{CENTRE};pharmacien;B;A@example.org\n"
    );
    assert_eq!(
        places(&import(&app, Role::Admin, "people", &wrong)),
        ["2:2", "2:3", "2:4"]
    );
    let wrong = wrong.replace("chef;;pharmacie@mail", "pharmacien;C;c@example.org");
    assert_eq!(
        places(&import(&app, Role::Admin, "people", &wrong)),
        ["4:4"]
    );
}

fn patients(rows: &[&str]) -> String {
    format!(
        "pseudonyme;poids (kg);date d'injection\n{}\n",
        rows.join("\n")
    )
}

fn register(app: &App, query: &str, rows: &[&str]) -> Answer {
    let kind = format!("patients?site={CENTRE}{query}");
    import(app, Role::CarTUnit, &kind, &patients(rows))
}

fn patients_are_corrected_in_one_go_and_not_in_steps(backend: Backend) {
    let app = spawn(backend);
    let far = ["cart-1;61,5;25/10/2021", "cart-2;70;01/03/2022"];
    register(&app, "&apply=true", &far).expect(200);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let (before, reserve) = (app.heard().len(), app.reserve());
    // one comes in and one goes out: what is between is nothing that was ever so
    let rows = ["cart-2;70;25/10/2021", "cart-1;61,5;01/03/2022"];
    let done = register(&app, "&apply=true", &rows).expect(200);
    assert_eq!(counted(&done), (0, 2, 0));
    assert_eq!((app.heard().len(), app.reserve()), (before, reserve));
}

fn patients_are_registered_in_one_go_with_one_letter(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    assert_eq!(app.reserve(), (3, 3));
    let before = app.heard().len();
    let rows = [
        "cart-1;61,5;25/10/2021",
        "cart-2;29,9;26/10/2021",
        "cart-3;80;27/10/2021",
    ];
    let done = register(&app, "&apply=true", &rows).expect(200);
    assert_eq!(counted(&done), (3, 0, 0));
    assert!(!done.to_string().contains("cart-1"), "{done}");
    // the reserve is short at once, and that is one letter and not three
    assert_eq!(app.alerts("reserve-below-minimum").len(), 1);
    assert_eq!(
        app.heard().split_off(before),
        [("opened".to_owned(), "pui@example.org".to_owned())]
    );
    assert_eq!(
        counted(&register(&app, "&apply=true", &rows).expect(200)),
        (0, 0, 3)
    );
    let rows = [
        "cart-1;62;25/10/2021",
        "cart-2;29,9;28/10/2021",
        "cart-3;80;27/10/2021",
    ];
    let done = register(&app, "&apply=true", &rows).expect(200);
    assert_eq!(counted(&done), (0, 2, 1));
    assert_eq!(
        (&done["lines"][0]["changed"], &done["lines"][1]["changed"]),
        (&json!(["weight_kg"]), &json!(["infusion_date"]))
    );
    // a site without CAR-T, a weight in grams, a pseudonym that stands there twice
    let wrong = [
        "cart-9;61500;25/10/2021",
        "cart-8;61;25/10/2021",
        "cart-8;61;25/10/2021",
    ];
    assert_eq!(places(&register(&app, "", &wrong)), ["2:2"]);
    assert_eq!(places(&register(&app, "", &wrong[1..])), ["3:1"]);
    let kind = format!("patients?site={NEIGHBOUR}");
    let answer = import(&app, Role::CarTUnit, &kind, &patients(&wrong[1..2]));
    assert_eq!(places(&answer), ["2:"]);
    // nothing else of a patient may stand in a sheet, a name least of all
    let named = "pseudonyme;nom;poids;injection\ncart-1;Durand;61;25/10/2021\n";
    let answer = import(
        &app,
        Role::CarTUnit,
        &format!("patients?site={CENTRE}"),
        named,
    );
    assert_eq!(places(&answer), ["1:2"]);
    assert!(!answer.text.contains("Durand"));
}

fn a_patient_whose_record_was_compared_was_read(backend: Backend) {
    let app = spawn(backend);
    let rows = ["cart-1;61,5;25/10/2021"];
    register(&app, "&apply=true", &rows).expect(200);
    assert_eq!(trail(&app, "patient.read").len(), 0);
    for (query, read) in [("", 1), ("&apply=true", 2)] {
        register(&app, query, &rows).expect(200);
        assert_eq!(trail(&app, "patient.read").len(), read);
    }
    // of a file of nobody that is known, nobody was read
    register(&app, "", &["cart-2;61,5;25/10/2021"]).expect(200);
    assert_eq!(trail(&app, "patient.read").len(), 2);
}

fn each_kind_is_for_those_who_may_do_it_by_hand(backend: Backend) {
    let app = spawn(backend);
    let allowed = [
        ("sites", vec![Role::Admin]),
        (
            "people",
            vec![Role::Pharmacist, Role::Coordinator, Role::Admin],
        ),
        ("patients", vec![Role::Pharmacist, Role::CarTUnit]),
        ("deliveries", vec![Role::Pharmacist, Role::Coordinator]),
    ];
    for (kind, roles) in allowed {
        for role in Role::ALL {
            let status = import(&app, role, kind, "x\n").status;
            let expected = if roles.contains(&role) { 422 } else { 403 };
            assert_eq!(status, expected, "{kind} {role:?}");
        }
    }
    // a site beyond one's reach is told at its cell
    let sheet = format!("finess;fonction;nom;courriel\n{FAR_CENTRE};pharmacien;A;a@example.org\n");
    assert_eq!(
        places(&import(&app, Role::Pharmacist, "people", &sheet)),
        ["2:1"]
    );
    let sheet = format!("finess;pseudonyme;poids;injection\n{FAR_CENTRE};p;61;25/10/2021\n");
    assert_eq!(
        places(&import(&app, Role::CarTUnit, "patients", &sheet)),
        ["2:1"]
    );
}
