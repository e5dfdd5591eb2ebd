//! Who belongs gets in, and nobody else: people, passwords, second factors, sessions.

mod attacks;
mod glass;
mod machines;
mod passwords;
mod people;
mod second_factor;
mod sessions;
mod signing_in;
mod walk;

use crate::service::{Answer, App};
use dotation::app::access::passwords::Password;
use dotation::app::access::totp::TotpSecret;
use dotation::app::edit_people::{self, First, NewPerson, NewRole};
use dotation::app::{Caller, records::Account};
use dotation::domain::calendar::Instant;
use dotation::domain::code::Finess;
use dotation::domain::language::Language;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A password that is good, and its hash.
pub(super) const PASSWORD: &str = "agrafe correcte cheval pile";

fn hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| Password::typed(PASSWORD).hash().unwrap())
        .clone()
}

/// A role at a site, or everywhere.
pub(super) fn role(role: Role, site: Option<&str>) -> NewRole {
    NewRole {
        role,
        site: site.map(|site| Finess::parse(site).unwrap()),
        until: None,
    }
}

/// Adds somebody whose password is [`PASSWORD`].
pub(super) fn somebody(app: &App, name: &str, roles: &[NewRole]) -> Account {
    let new = NewPerson {
        name: format!("{name} Durand"),
        email: format!("{name}@example.org"),
        language: Language::Fr,
        roles: roles.to_vec(),
    };
    let first = First::Set(hash());
    app.run(async |service, now| {
        let admin = Caller::at_the_machine("command-line", Role::Admin);
        let added = service.write(admin, now, Vec::new(), move |act| {
            edit_people::add(act, &new, &first)
        });
        added.await.unwrap()
    })
}

/// A browser: keeps cookies, and sends what belongs with them.
pub(super) struct Browser<'a> {
    pub(super) app: &'a App,
    pub(super) cookies: BTreeMap<String, String>,
    pub(super) csrf: Option<String>,
}

impl<'a> Browser<'a> {
    pub(super) fn new(app: &'a App) -> Self {
        Self {
            app,
            cookies: BTreeMap::new(),
            csrf: None,
        }
    }

    pub(super) fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![("Cookie", &*cookies)];
        if let Some(token) = &self.csrf {
            headers.push(("X-CSRF-Token", token));
        }
        let body = body.map(ToString::to_string);
        let answer = self
            .app
            .send_once(method, path, &headers, body.as_deref().map(str::as_bytes));
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            assert!(
                set.contains("HttpOnly") && set.contains("SameSite=") && set.contains("Path=/;")
            );
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(token) = answer.body["csrf_token"].as_str() {
            self.csrf = Some(token.to_owned());
        }
        answer
    }

    pub(super) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    pub(super) fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body))
    }

    /// Sends address and password.
    pub(super) fn try_in(&mut self, name: &str, password: &str) -> Answer {
        let body = json!({ "email": format!("{name}@example.org"), "password": password });
        self.post("/sign-in", &body)
    }

    /// Signs somebody in who needs no second factor.
    pub(super) fn sign_in(mut self, name: &str) -> Self {
        let answer = self.try_in(name, PASSWORD).expect(200);
        assert_eq!(answer["state"], "signed-in", "{answer}");
        self
    }

    /// Signs somebody in who sets up a second factor first; returns the secret and the recovery codes.
    pub(super) fn enrol(&mut self, name: &str) -> (TotpSecret, Vec<String>) {
        let answer = self.try_in(name, PASSWORD).expect(200);
        assert_eq!(answer["state"], "enrolment", "{answer}");
        let begun = self.post("/sign-in/enrolment", &json!({})).expect(200);
        let secret = read(begun["secret"].as_str().unwrap());
        let code = secret.code_at(self.app.clock.now());
        let done = self
            .post("/sign-in/second-factor", &json!({ "code": code }))
            .expect(200);
        assert_eq!(done["state"], "signed-in", "{done}");
        let codes = done["recovery_codes"].as_array().unwrap().iter();
        (
            secret,
            codes.map(|c| c.as_str().unwrap().to_owned()).collect(),
        )
    }
}

/// The code that follows that of now: good too, and used by nobody yet.
pub(super) fn next_code(secret: &TotpSecret, now: Instant) -> String {
    secret.code(now.timestamp() / 30 + 1)
}

/// Reads a secret as an app does.
fn read(text: &str) -> TotpSecret {
    let (mut bits, mut have, mut bytes) = (0_u32, 0, Vec::new());
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            _ => c - b'2' + 26,
        };
        bits = (bits << 5) | u32::from(value);
        have += 5;
        if have >= 8 {
            have -= 8;
            bytes.push(u8::try_from((bits >> have) & 0xff).unwrap());
        }
    }
    TotpSecret::of(bytes)
}

/// The lines of the service's audit trail with this action: who, in what role, with what outcome, and details.
pub(super) fn lines(app: &App, action: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut path = "/audit?limit=200".to_owned();
    loop {
        let page = app.get(Role::Admin, &path).expect(200);
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().filter(|l| l["action"] == action).cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/audit?limit=200&cursor={cursor}"),
            None => return found,
        }
    }
}
