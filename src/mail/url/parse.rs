//! How a mail URL is read, from the left.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use super::{Login, MailUrl, MailUrlError, SmtpSettings, TlsMode};

const SMTP_FORM: &str = "smtp://user:password@host:port?tls=starttls";

pub(super) fn url(text: &str) -> Result<MailUrl, MailUrlError> {
    let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
    match scheme {
        "smtp" => match rest.strip_prefix("//") {
            Some(rest) => smtp(rest).map(MailUrl::Smtp),
            None => Err(MailUrlError::Missing {
                part: "//",
                expected: SMTP_FORM,
            }),
        },
        "directory" if rest.is_empty() => Err(MailUrlError::Missing {
            part: "folder",
            expected: "directory:FOLDER",
        }),
        "directory" => Ok(MailUrl::Directory(PathBuf::from(rest))),
        "memory" if rest.is_empty() => Ok(MailUrl::Memory),
        "memory" => Err(MailUrlError::Trailing { after: "memory:" }),
        other => Err(MailUrlError::Scheme {
            found: other.to_owned(),
        }),
    }
}

fn smtp(rest: &str) -> Result<SmtpSettings, MailUrlError> {
    let cut = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(cut).unwrap_or((rest, ""));
    // An @ further on is most likely that of a password with / ? or # in it: what stands before it
    // must not be taken, or shown, for a host and a port.
    if tail.contains('@') {
        return Err(MailUrlError::LoginEncoding);
    }
    let (login, place) = match authority.rsplit_once('@') {
        Some((login, place)) => (Some(self::login(login)?), place),
        None => (None, authority),
    };
    let (host, port) = host_and_port(place)?;
    let query = match tail.strip_prefix('/').unwrap_or(tail) {
        "" => "",
        query => query
            .strip_prefix('?')
            .ok_or(MailUrlError::Trailing { after: "host" })?,
    };
    let mut settings = SmtpSettings {
        host,
        port: 0,
        tls: TlsMode::StartTls,
        login,
        ca: None,
        helo: None,
        timeout: SmtpSettings::TIMEOUT,
    };
    parameters(query, &mut settings)?;
    settings.port = port.unwrap_or(settings.tls.port());
    if settings.login.is_some() && settings.tls == TlsMode::None && !loopback(&settings.host) {
        return Err(MailUrlError::LoginInClear {
            host: settings.host,
        });
    }
    Ok(settings)
}

fn login(text: &str) -> Result<Login, MailUrlError> {
    let (user, password) = text.split_once(':').ok_or(MailUrlError::Missing {
        part: "password",
        expected: SMTP_FORM,
    })?;
    let plain = |part: &str| {
        if part.contains(['@', ':']) {
            return Err(MailUrlError::LoginEncoding);
        }
        let part = decode(part).ok_or(MailUrlError::LoginEncoding)?;
        if part.is_empty() || part.chars().any(char::is_control) {
            return Err(MailUrlError::LoginText);
        }
        Ok(part)
    };
    Ok(Login {
        user: plain(user)?,
        password: plain(password)?,
    })
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), MailUrlError> {
    let fault = |found: &str| MailUrlError::Host {
        found: found.to_owned(),
    };
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']').ok_or_else(|| fault(text))?;
        if !matches!(address.parse(), Ok(IpAddr::V6(_))) {
            return Err(fault(address));
        }
        match port.strip_prefix(':') {
            None if !port.is_empty() => return Err(fault(text)),
            port => (address, port),
        }
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    if host.is_empty() {
        return Err(MailUrlError::Missing {
            part: "host",
            expected: SMTP_FORM,
        });
    }
    if !text.starts_with('[') && !is_name(host) {
        return Err(fault(host));
    }
    match port.map(|port| (port, port.parse::<u16>())) {
        None => Ok((host.to_owned(), None)),
        Some((_, Ok(port))) if port > 0 => Ok((host.to_owned(), Some(port))),
        Some((found, _)) => Err(MailUrlError::Port {
            found: found
                .chars()
                .all(|c| c.is_ascii_digit())
                .then(|| found.to_owned()),
        }),
    }
}

fn parameters(query: &str, settings: &mut SmtpSettings) -> Result<(), MailUrlError> {
    let mut seen = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let fault = |fault| MailUrlError::Parameter {
            name: name.to_owned(),
            fault,
        };
        if seen.contains(&name) {
            return Err(fault("there twice"));
        }
        seen.push(name);
        let wrong = |name, expected| MailUrlError::Value {
            name,
            found: value.to_owned(),
            expected,
        };
        let decoded = decode(value).unwrap_or_default();
        match name {
            "tls" => {
                settings.tls = [TlsMode::None, TlsMode::StartTls, TlsMode::Tls]
                    .into_iter()
                    .find(|mode| mode.as_str() == decoded)
                    .ok_or_else(|| wrong("tls", "none, starttls or tls"))?;
            }
            "ca" if decoded.is_empty() => {
                return Err(wrong("ca", "a file of certificates (PEM), percent-encoded"));
            }
            "ca" => settings.ca = Some(PathBuf::from(decoded)),
            "helo" if !is_name(&decoded) => {
                return Err(wrong("helo", "the name of a host"));
            }
            "helo" => settings.helo = Some(decoded),
            "timeout_ms" => {
                settings.timeout = decoded
                    .parse()
                    .ok()
                    .filter(|ms| (1..=SmtpSettings::MOST_TIMEOUT_MS).contains(ms))
                    .map(Duration::from_millis)
                    .ok_or_else(|| wrong("timeout_ms", "1 to 600000 milliseconds"))?;
            }
            _ => return Err(fault("unknown")),
        }
    }
    Ok(())
}

/// Letters, digits, dots, hyphens and (some inner networks have them) underscores.
fn is_name(host: &str) -> bool {
    (1..=253).contains(&host.len())
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

fn loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Undoes percent-encoding; none when a `%` is not followed by two hexadecimal digits, or when what
/// comes out is not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut octets = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.as_bytes().split_at_checked(2)?;
        octets.extend(hex::decode(digits).ok()?);
        octets.extend(rest);
    }
    String::from_utf8(octets).ok()
}

#[cfg(test)]
mod tests;
