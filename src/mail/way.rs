//! The whole way out, as the settings say it: a mail server, another for when that one is away, and a
//! signature.

use std::{path::Path, sync::Arc, time::Duration};

use super::{
    directory::DirectoryPost,
    dkim::{DkimError, Signer},
    memory::MemoryPost,
    relays::Relays,
    smtp::SmtpPost,
    transport::{OpenError, Transport},
    url::MailUrl,
};

/// What the settings say about the way out.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// `mail_url`.
    pub url: &'a str,
    /// `mail_url_fallback`.
    pub fallback: Option<&'a str>,
    /// `mail_timeout_ms`: for servers whose URL has no `timeout_ms` of its own.
    pub limit: Duration,
    /// `mail_from`: its domain signs, unless another is named.
    pub from: &'a str,
    /// `dkim_key_file`.
    pub dkim_key: Option<&'a Path>,
    /// `dkim_selector`.
    pub dkim_selector: Option<&'a str>,
    /// `dkim_domain`.
    pub dkim_domain: Option<&'a str>,
}

/// How letters leave, read and checked.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where letters go.
    pub url: MailUrl,
    /// The mail server that takes them while the first cannot.
    pub fallback: Option<MailUrl>,
    /// Who signs them.
    pub signer: Option<Arc<Signer>>,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {what}")]
pub struct WayFault {
    /// Which.
    pub setting: &'static str,
    /// Why, without any password or key.
    pub what: String,
}

fn fault(setting: &'static str, what: &dyn std::fmt::Display) -> WayFault {
    WayFault {
        setting,
        what: what.to_string(),
    }
}

impl Way {
    /// Reads the settings and the key. Connects to nothing.
    ///
    /// # Errors
    /// Every fault, each with its setting.
    pub fn read(asked: &Asked<'_>) -> Result<Self, Vec<WayFault>> {
        let mut faults = Vec::new();
        let url = MailUrl::parse(asked.url).map(|url| url.within(asked.limit));
        let url = url
            .map_err(|error| faults.push(fault("mail_url", &error)))
            .ok();
        let fallback = asked.fallback.and_then(|text| {
            second(text, asked.limit, url.as_ref())
                .map_err(|what| faults.push(fault("mail_url_fallback", &what)))
                .ok()
        });
        let signer = signer(asked).map_err(|error| faults.push(error)).ok();
        match (url, signer) {
            (Some(url), Some(signer)) if faults.is_empty() => Ok(Self {
                url,
                fallback,
                signer,
            }),
            _ => Err(faults),
        }
    }

    /// Makes the post ready: reads the certificates that are named. Connects to nothing.
    ///
    /// # Errors
    /// When a file of certificates cannot be used, with the setting that names it.
    pub fn open(&self) -> Result<Transport, WayFault> {
        let of = |setting| move |error: OpenError| fault(setting, &error);
        let signer = self.signer.clone();
        let first = match &self.url {
            MailUrl::Smtp(settings) => SmtpPost::open(settings).map_err(of("mail_url"))?,
            MailUrl::Directory(folder) => {
                return Ok(Transport::Directory(
                    DirectoryPost::new(folder.clone()),
                    signer,
                ));
            }
            MailUrl::Memory => return Ok(Transport::Memory(MemoryPost::default())),
        };
        let second = match &self.fallback {
            Some(MailUrl::Smtp(settings)) => {
                Some(SmtpPost::open(settings).map_err(of("mail_url_fallback"))?)
            }
            Some(MailUrl::Directory(_) | MailUrl::Memory) | None => None,
        };
        Ok(Transport::Smtp(
            Arc::new(Relays::new(first, second)),
            signer,
        ))
    }

    /// The most that one sending takes: by the one server, then by the other; `otherwise` where there
    /// is none.
    pub fn limit(&self, otherwise: Duration) -> Duration {
        let of = |url: &MailUrl| match url {
            MailUrl::Smtp(smtp) => smtp.timeout,
            MailUrl::Directory(_) | MailUrl::Memory => otherwise,
        };
        of(&self.url) + self.fallback.as_ref().map_or(Duration::ZERO, of)
    }
}

/// `Choice:` the second is a mail server beside a mail server: a letter that became a file because the
/// server was away for a minute would count as sent, and nobody would have it.
fn second(text: &str, limit: Duration, first: Option<&MailUrl>) -> Result<MailUrl, String> {
    let url = MailUrl::parse(text).map_err(|error| error.to_string())?;
    match (&url, first) {
        (MailUrl::Directory(_) | MailUrl::Memory, _) => {
            Err(format!("{url} is no mail server, expected smtp://…"))
        }
        (MailUrl::Smtp(_), Some(MailUrl::Directory(_) | MailUrl::Memory)) => Err(
            "mail_url names no mail server that this could stand in for, expected smtp://… there"
                .to_owned(),
        ),
        (MailUrl::Smtp(_), Some(MailUrl::Smtp(_)) | None) => Ok(url.within(limit)),
    }
}

fn signer(asked: &Asked<'_>) -> Result<Option<Arc<Signer>>, WayFault> {
    let (file, selector) = match (asked.dkim_key, asked.dkim_selector) {
        (None, None) if asked.dkim_domain.is_none() => return Ok(None),
        (Some(file), Some(selector)) => (file, selector),
        (None, _) => {
            return Err(fault(
                "dkim_key_file",
                &"is not set, expected the private key to sign with, for dkim_selector or dkim_domain is",
            ));
        }
        (Some(_), None) => {
            return Err(fault(
                "dkim_selector",
                &"is not set, expected the name of the key of dkim_key_file",
            ));
        }
    };
    let of_sender = asked.from.rsplit('@').next().unwrap_or_default();
    let domain = asked.dkim_domain.unwrap_or(of_sender);
    let signer = Signer::read(domain, selector, file);
    signer
        .map(|signer| Some(Arc::new(signer)))
        .map_err(|error| {
            let setting = match &error {
                DkimError::Unreadable { .. } | DkimError::Key { .. } => "dkim_key_file",
                DkimError::Name { found } if found == selector => "dkim_selector",
                DkimError::Name { .. } => "dkim_domain",
            };
            fault(setting, &error)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &'static str) -> Asked<'static> {
        Asked {
            url,
            fallback: None,
            limit: Duration::from_secs(30),
            from: "dotation@example.org",
            dkim_key: None,
            dkim_selector: None,
            dkim_domain: None,
        }
    }

    fn faulty(asked: &Asked<'_>) -> Vec<&'static str> {
        let faults = Way::read(asked).unwrap_err();
        faults.iter().map(|fault| fault.setting).collect()
    }

    #[test]
    fn every_fault_is_told_with_its_setting() {
        let all = Asked {
            fallback: Some("directory:x"),
            dkim_key: Some(Path::new("/none")),
            dkim_selector: Some("a"),
            ..asked("smtp://")
        };
        assert_eq!(
            faulty(&all),
            ["mail_url", "mail_url_fallback", "dkim_key_file"]
        );
        let half = |key: Option<&'static str>, selector, domain| Asked {
            dkim_key: key.map(Path::new),
            dkim_selector: selector,
            dkim_domain: domain,
            ..asked("smtp://a.example.org")
        };
        assert_eq!(faulty(&half(None, Some("a"), None)), ["dkim_key_file"]);
        assert_eq!(faulty(&half(None, None, Some("a"))), ["dkim_key_file"]);
        assert_eq!(faulty(&half(Some("/none"), None, None)), ["dkim_selector"]);
    }

    #[test]
    fn only_a_mail_server_stands_in_for_a_mail_server() {
        let with = |url, fallback| Asked {
            fallback: Some(fallback),
            ..asked(url)
        };
        let server = "smtp://a.example.org?timeout_ms=1000";
        for (url, fallback) in [
            (server, "memory:"),
            (server, "directory:x"),
            ("directory:x", server),
        ] {
            assert_eq!(faulty(&with(url, fallback)), ["mail_url_fallback"]);
        }
        let way = Way::read(&with(server, "smtp://b.example.org")).unwrap();
        assert_eq!(way.limit(Duration::ZERO), Duration::from_secs(31));
    }
}
