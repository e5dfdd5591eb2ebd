//! The whole service: started on a port of the system's choosing, and stopped.

use dotation::clock::Clock;
use dotation::server::{Options, Running, start};
use dotation::settings::{Secret, Settings};
use tempfile::TempDir;

fn settings(folder: &TempDir) -> Settings {
    let file = folder.path().join("dotation.db");
    Settings {
        database_url: Secret::new(format!("sqlite:{}", file.display())),
        mail_url: Secret::new("memory:"),
        listen: "127.0.0.1:0".parse().unwrap(),
        workers: 1,
        ..Settings::default()
    }
}

async fn ready(settings: &Settings) -> anyhow::Result<Running> {
    let clock = Clock::simulated("2021-10-20T06:00:00Z".parse().unwrap());
    start(settings, clock, Options::default()).await
}

async fn refusal(settings: &Settings) -> String {
    let error = ready(settings).await.err().unwrap();
    format!("{error:#}")
}

async fn get(url: String) -> (u16, String) {
    let asked = tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut answer = agent.get(url).call().unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), body)
    });
    asked.await.unwrap()
}

#[actix_web::test]
async fn a_service_starts_answers_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let running = ready(&settings(&folder)).await.unwrap();
    let (address, stop) = (running.address, running.stop.clone());
    assert!(running.memory.is_some());
    let serving = actix_web::rt::spawn(running.run_until_stopped());
    let (status, body) = get(format!("http://{address}/healthz")).await;
    assert_eq!((status, body.as_str()), (200, r#"{"status":"ok"}"#));
    let (status, body) = get(format!("http://{address}/readyz")).await;
    assert_eq!(status, 200, "{body}");
    for name in ["database", "migrations", "mail", "stopping"] {
        assert!(body.contains(name), "{body}");
    }
    let (status, body) = get(format!("http://{address}/metrics")).await;
    assert_eq!(status, 200);
    assert!(body.contains("dotation_letters_queued 0"), "{body}");
    stop.gently();
    serving.await.unwrap().unwrap();
    // all is closed: the same file can be served again
    ready(&settings(&folder)).await.unwrap();
}

#[actix_web::test]
async fn a_start_removes_the_drafts_that_a_killed_process_left() {
    let folder = tempfile::tempdir().unwrap();
    let letters = folder.path().join("letters");
    std::fs::create_dir(&letters).unwrap();
    let draft = letters.join(".20211020T060005Z-letter-1.eml.4711.0.part");
    let other = letters.join("somebody-elses.part");
    for file in [&draft, &other] {
        std::fs::write(file, "half a letter").unwrap();
    }
    let mut settings = settings(&folder);
    settings.mail_url = Secret::new(format!("directory:{}", letters.display()));
    ready(&settings).await.unwrap();
    assert_eq!((draft.exists(), other.exists()), (false, true));
}

#[actix_web::test]
async fn one_file_is_served_by_one_service() {
    let folder = tempfile::tempdir().unwrap();
    let _first = ready(&settings(&folder)).await.unwrap();
    let said = refusal(&settings(&folder)).await;
    assert!(said.contains("in use by another process"), "{said}");
    assert!(said.contains("dotation.db"), "{said}");
}

#[actix_web::test]
async fn a_start_that_fails_names_the_setting() {
    let folder = tempfile::tempdir().unwrap();
    let well = settings(&folder);
    let broken = [
        (
            "database_url",
            Settings {
                database_url: Secret::new("mysql://x"),
                ..well.clone()
            },
        ),
        (
            "mail_url",
            Settings {
                mail_url: Secret::new("pigeon:loft"),
                ..well.clone()
            },
        ),
        (
            "mail_from",
            Settings {
                mail_from: "dotation@chu".into(),
                ..well.clone()
            },
        ),
        (
            "rulebooks",
            Settings {
                rulebooks_folder: Some("/nowhere".into()),
                ..well.clone()
            },
        ),
    ];
    for (name, settings) in broken {
        let said = refusal(&settings).await;
        assert!(said.contains(name), "{said}");
    }
    assert!(!folder.path().join("dotation.db").exists());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    let said = refusal(&Settings { listen, ..well }).await;
    assert!(said.contains(&listen.to_string()), "{said}");
}
