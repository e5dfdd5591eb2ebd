//! Sheets on the command line: templates, dry runs, the stock of a site; and deliveries by hand.

use crate::desk::{Desk, on_both};
use serde_json::{Value, json};

const SITE: &str = "690000001";
const OTHER: &str = "690000002";
const MG400: &str = "3400957464547";

/// A network with a CAR-T centre and a pharmacy, from a sheet.
fn install(desk: &Desk) {
    desk.write(
        "sites.csv",
        &format!(
            "finess;groupement;nom du groupement;nom;CAR-T\n{SITE};chu;CHU;PUI Nord;oui\n{OTHER};chu;;PUI Sud;non\n"
        ),
    );
    desk.run(&["import", "sites", "sites.csv", "--apply"]).ok();
    desk.run(&["catalogue", "add", "--from-rulebooks"]).ok();
}

/// A day so many years from now, since the command line has the clock of the machine.
fn in_years(n: i32) -> i32 {
    use chrono::Datelike as _;
    dotation::clock::Clock::System.now().year() + n
}

#[test]
fn each_template_is_written_and_read_back() {
    let desk = Desk::migrated();
    install(&desk);
    for kind in ["stock", "sites", "people", "patients", "deliveries"] {
        let template = desk.run(&["import", kind, "--template"]).ok();
        assert!(
            template.starts_with('\u{feff}') && template.ends_with("\r\n"),
            "{kind}"
        );
        assert_eq!(template.lines().count(), 2, "{kind}");
        desk.write("template.csv", &template);
        let read = desk.run(&["import", kind, "template.csv"]);
        // as a sheet it is right; what it names is not here, or its days are past
        let of_cells = read
            .err
            .lines()
            .all(|l| l.contains("750100125") || l.contains('(') || l.contains("Nothing"));
        assert!(
            matches!(read.status, 0 | 2) && of_cells,
            "{kind}: {} {}",
            read.out,
            read.err
        );
        desk.run(&["import", kind]).fails(2);
    }
}

#[test]
fn a_dry_run_comes_first_and_a_file_twice_changes_nothing() {
    on_both(|desk| {
        install(desk);
        let sheet =
            format!("finess;fonction;nom;courriel\n{SITE};pharmacien;Garde;garde@example.org\n");
        desk.write("people.csv", &sheet);
        let import =
            |more: &[&str]| desk.run(&[&["import", "people", "people.csv"][..], more].concat());
        let dry = import(&[]);
        assert!(dry.err.contains("Nothing was written"), "{}", dry.err);
        assert_eq!(
            dry.ok(),
            format!(
                "1 rows read: 1 would be created, 0 would be changed, 0 unchanged\nLINE  SITE       OUTCOME  COLUMNS\n2     {SITE}  created\n"
            )
        );
        let list = ["recipient", "list", "--site", SITE];
        assert!(desk.run(&list).err.contains("Nobody receives"));
        let applied = import(&["--apply", "--format", "json"]).json();
        assert_eq!(
            applied,
            json!({ "dry_run": false, "rows": 1, "created": 1, "changed": 0, "unchanged": 0,
                    "lines": [{ "line": 2, "site": SITE, "outcome": "created", "changed": [] }] })
        );
        assert!(desk.run(&list).ok().contains("garde@example.org"));
        assert_eq!(
            import(&["--apply"]).ok(),
            "1 rows read: 0 created, 0 changed, 1 unchanged\n"
        );
    });
}

#[test]
fn every_fault_of_a_sheet_is_told_with_file_line_column_and_name() {
    let desk = Desk::migrated();
    install(&desk);
    desk.write(
        "d.csv",
        &format!("finess;Code CIP;Qté;Livraison;Commande\n{SITE};3,40096E+12;0;hier;C-1\n{SITE};{MG400};1;2001-01-01;C-2\n"),
    );
    let import = ["import", "deliveries", "d.csv", "--apply"];
    let err = desk.run(&import).fails(2);
    let begin: Vec<&str> = err.lines().map(|l| l.split(": ").next().unwrap()).collect();
    assert!(
        err.contains("d.csv:2:2: (Code CIP) \"3,40096E+12\" is what a spreadsheet makes of a code"),
        "{err}"
    );
    assert_eq!(begin, ["d.csv:2:2", "d.csv:2:3", "d.csv:2:4"]);
    let err = desk.run_with(&import, &[("LANG", "fr_FR.UTF-8")]).fails(2);
    assert!(err.contains("est ce qu'un tableur fait d'un code"), "{err}");
    // what only the service knows comes next: the day is past
    desk.write(
        "d.csv",
        &format!("finess;cip;qte;livraison;commande\n{SITE};{MG400};1;2001-01-01;C-2\n"),
    );
    let err = desk.run(&import).fails(2);
    assert!(err.starts_with("error: d.csv:2:4: (livraison)"), "{err}");
    let err = desk.run(&["import", "deliveries", "none.csv"]).fails(2);
    assert!(err.contains("none.csv"), "{err}");
}

#[test]
fn a_file_opens_a_stock_and_the_next_is_compared_with_it() {
    on_both(|desk| {
        install(desk);
        let year = in_years(2);
        let sheet = |rows: &str| {
            format!(
                "finess;CIP13;lot;péremption;unités\n{}",
                rows.replace("YEAR", &year.to_string())
            )
        };
        desk.write(
            "stock.csv",
            &sheet(&format!(
                "{SITE};{MG400};B1;06/YEAR;12\n{OTHER};{MG400};B2;30/06/YEAR;4\n"
            )),
        );
        let import =
            |more: &[&str]| desk.run(&[&["import", "stock", "stock.csv"][..], more].concat());
        let seen = import(&[]);
        assert!(
            seen.out
                .contains("its ledger is empty, the file opens its stock: 1 lots differ"),
            "{}",
            seen.out
        );
        let json = import(&["--format", "json"]).json();
        let digest = json["digest"].as_str().unwrap().to_owned();
        assert!(
            seen.err.contains(&format!("--confirm {digest}")),
            "{}",
            seen.err
        );
        assert_eq!(json["sites"].as_array().unwrap().len(), 2);
        assert!(
            import(&["--confirm", "0123456789abcdef"])
                .fails(3)
                .contains("no longer holds")
        );
        assert!(
            import(&["--confirm", &digest])
                .ok()
                .ends_with("2 movements recorded\n")
        );
        // the same digest again: the ledgers have moved
        assert!(
            import(&["--confirm", &digest])
                .fails(3)
                .contains("no longer holds")
        );
        let same = import(&[]);
        assert!(
            same.out.contains("0 lots differ, 1 are the same"),
            "{}",
            same.out
        );
        assert_eq!(same.err, "");
        // the day after
        desk.write(
            "stock.csv",
            &sheet(&format!("{SITE};{MG400};B1;06/YEAR;11\n")),
        );
        let json = import(&["--format", "json"]).json();
        let d = &json["sites"][0]["differences"][0];
        assert_eq!(
            (&d["difference"], &d["units_in_file"], &d["units_in_ledger"]),
            (&json!("fewer"), &json!(11), &json!(12))
        );
        let digest = json["digest"].as_str().unwrap().to_owned();
        assert!(import(&["--confirm", &digest]).fails(3).contains("say why"));
        import(&["--reason", "missing"]).fails(2);
        let done = import(&[
            "--confirm",
            &digest,
            "--reason",
            "missing",
            "--note",
            "count",
        ])
        .ok();
        assert!(done.ends_with("1 movements recorded\n"), "{done}");
    });
}

#[test]
fn a_delivery_is_announced_confirmed_postponed_received_and_closed() {
    on_both(|desk| {
        install(desk);
        let day = |n: i32| format!("{}-06-30", in_years(n));
        let (on, later, expiry) = (day(1), day(2), day(4));
        let announce = [
            "delivery", "announce", "--site", SITE, "--cip13", MG400, "--units", "10", "--on", &on,
            "--format", "json",
        ];
        let made = desk.run(&announce).json();
        let id = made["id"].as_str().unwrap().to_owned();
        let on_it =
            |verb: &str, more: &[&str]| desk.run(&[&["delivery", verb, &id][..], more].concat());
        assert!(
            on_it("confirm", &[])
                .ok()
                .contains("is confirmed: 10 units to come")
        );
        assert!(
            on_it("postpone", &["--on", "2001-01-01"])
                .fails(3)
                .contains("past")
        );
        assert!(on_it("postpone", &["--on", &later]).ok().contains(&later));
        let receive = ["--lot", "B1", "--expiry", &expiry, "--units", "6"];
        assert_eq!(
            on_it("receive", &receive).ok(),
            "6 units received: 6 of 10 have come, 4 still to come.\n"
        );
        on_it("cancel", &[]).fails(2);
        assert_eq!(
            on_it("close", &["--reason", "out of stock"]).ok(),
            format!("Delivery {id} has ended: 6 of 10 units came.\n")
        );
        assert!(
            on_it("cancel", &["--reason", "late"])
                .fails(3)
                .contains("received")
        );
        let seen = on_it("show", &["--format", "json"]).json();
        let events: Vec<&Value> = seen["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| &e["event"])
            .collect();
        assert_eq!(
            events,
            ["announced", "confirmed", "postponed", "arrived", "closed"]
        );
        assert_eq!(
            (&seen["short"], &seen["history"][4]["reason"]),
            (&json!(4), &json!("out of stock"))
        );
        assert!(on_it("show", &[]).ok().contains("4 short"));
        assert!(
            desk.run(&["delivery", "list", "--site", SITE])
                .err
                .contains("waits for nothing")
        );
        let all = desk
            .run(&["delivery", "list", "--site", SITE, "--all"])
            .ok();
        assert!(all.contains("received, 4 short"), "{all}");
        let none = desk.run(&["delivery", "show", "nothing"]).fails(3);
        assert!(none.contains("delivery"), "{none}");
    });
}
