//! The sheets of sites, written by hand.

use crate::desk::on_both;

#[test]
fn sheets_of_sites_are_written_and_replaced() {
    on_both(|desk| {
        desk.run(&["site", "network-add", "chu", "--name", "CHU"])
            .ok();
        for (finess, name) in [("690000001", "PUI <A>"), ("690000002", "PUI B")] {
            desk.run(&[
                "site",
                "add",
                "--finess",
                finess,
                "--network",
                "chu",
                "--name",
                name,
            ])
            .ok();
        }
        assert!(
            desk.run(&["export", "situation"])
                .fails(2)
                .contains("where to?")
        );
        let refused = desk
            .run(&["export", "situation", "--to", "nowhere"])
            .fails(1);
        assert!(refused.contains("nowhere"), "{refused}");
        let unknown = ["export", "situation", "--site", "690000009", "--to", "."];
        assert!(desk.run(&unknown).fails(3).contains("690000009"));

        std::fs::create_dir(desk.folder.path().join("paper")).unwrap();
        let set = [("DOTATION_SITUATION_FOLDER", "paper")];
        let said = desk.run_with(&["export", "situation"], &set).ok();
        assert_eq!(
            said,
            "paper/situation-690000001.html\npaper/situation-690000002.html\n"
        );
        let read =
            |name: &str| std::fs::read_to_string(desk.folder.path().join("paper").join(name));
        let page = read("situation-690000001.html").unwrap();
        assert!(
            page.contains("Situation de la pharmacie – PUI &lt;A&gt; (690000001)"),
            "{page}"
        );
        assert!(read("index.html").unwrap().contains("PUI B"));
        let english = [
            "export",
            "situation",
            "--site",
            "690000001",
            "--lang",
            "en",
            "--to",
            "paper",
        ];
        desk.run(&english).ok();
        assert!(
            read("situation-690000001.html")
                .unwrap()
                .contains("Situation of the pharmacy")
        );
        let mut names: Vec<_> = std::fs::read_dir(desk.folder.path().join("paper"))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "index.html",
                "situation-690000001.html",
                "situation-690000002.html"
            ]
        );
    });
}
