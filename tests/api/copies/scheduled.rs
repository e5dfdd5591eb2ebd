//! Copies on a schedule: one is made when it is due, and somebody hears when the last good one is too old.

use crate::service::{App, again_set, spawn_set};
use crate::support::Backend;
use dotation::db::backup::{list, verify};
use dotation::settings::Settings;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The folder of copies of one story.
fn folder(backend: Backend) -> PathBuf {
    static FOLDERS: OnceLock<[TempDir; 2]> = OnceLock::new();
    let folders = FOLDERS.get_or_init(|| [0, 1].map(|_| tempfile::tempdir().unwrap()));
    match backend {
        Backend::Sqlite => folders[0].path().join("copies"),
        Backend::Postgres => folders[1].path().join("copies"),
    }
}

fn set(settings: &mut Settings) {
    let backend = if settings.database_url.expose().starts_with("sqlite:") {
        Backend::Sqlite
    } else {
        Backend::Postgres
    };
    settings.backup_folder = Some(folder(backend));
    settings.operations_email = Some("it@example.org".to_owned());
}

on_both! {
    a_copy_is_made_when_it_is_due_and_a_late_one_is_heard_of_once
}

/// Waits until a line stands among the metrics.
#[track_caller]
fn counted(app: &App, line: &str) {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        let text = app.send("GET", "//metrics", &[], None).text;
        if text.contains(line) {
            return;
        }
        assert!(Instant::now() < until, "{line}\n{text}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until as many letters for operations have left, and returns their subjects.
#[track_caller]
fn heard(app: &App, letters: usize) -> Vec<String> {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        let sent = app.memory.letters();
        let subjects: Vec<String> = sent
            .iter()
            .filter(|letter| letter.to.address.as_str() == "it@example.org")
            .map(|letter| letter.subject.as_str().to_owned())
            // of sites without anybody it is told elsewhere
            .filter(|subject| subject.contains("sauvegarde"))
            .collect();
        if subjects.len() >= letters {
            return subjects;
        }
        assert!(Instant::now() < until, "{subjects:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn a_copy_is_made_when_it_is_due_and_a_late_one_is_heard_of_once(backend: Backend) {
    let place = folder(backend);
    std::fs::create_dir(&place).unwrap();
    let app = spawn_set(backend, set);
    counted(&app, "dotation_backup_last_good_timestamp_seconds 16347096");
    let copies = list(&place).unwrap();
    assert_eq!(copies.len(), 1);
    verify(&copies[0].path, &place).unwrap();

    // the disk goes away: nothing is made where it was, and after a day somebody hears of it
    let away = place.with_file_name("away");
    std::fs::rename(&place, &away).unwrap();
    let app = again_set(app, "2021-10-21T07:00:00Z", set);
    counted(&app, "dotation_backup_failures_total 1");
    counted(&app, "dotation_alerts_open{kind=\"backup-late\"} 0");
    assert!(!place.exists());
    let app = again_set(app, "2021-10-21T09:00:00Z", set);
    counted(&app, "dotation_alerts_open{kind=\"backup-late\"} 1");
    assert_eq!(
        heard(&app, 1),
        ["[Dotation] Copie de sauvegarde trop ancienne"]
    );
    let letters = app.memory.letters();
    let mut letters = letters.iter();
    let letter = letters
        .find(|l| l.subject.as_str().contains("sauvegarde"))
        .unwrap();
    for words in [
        "Dernière bonne copie : 20/10/2021 08:00 (dotation-20211020T060000Z.db)",
        "Essais manqués depuis : ",
        "looking for the folder",
        "dotation backup",
    ] {
        assert!(letter.text.contains(words), "{words}: {}", letter.text);
    }
    let ready = app.send("GET", "//readyz", &[], None).expect(200);
    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["warnings"][0]["name"], "backup");
    let app = again_set(app, "2021-10-21T09:05:00Z", set);
    counted(&app, "dotation_alerts_open{kind=\"backup-late\"} 1");
    // it was told; and who had failed a moment ago rests
    counted(&app, "dotation_backup_failures_total 0");

    std::fs::rename(&away, &place).unwrap();
    let app = again_set(app, "2021-10-21T10:00:00Z", set);
    assert_eq!(
        heard(&app, 1),
        ["[Dotation] TERMINÉ – La copie de sauvegarde est à nouveau récente"]
    );
    counted(&app, "dotation_alerts_open{kind=\"backup-late\"} 0");
    assert_eq!(list(&place).unwrap().len(), 2);
    let ready = app.send("GET", "//readyz", &[], None).expect(200);
    assert!(ready.get("warnings").is_none(), "{ready}");
}
