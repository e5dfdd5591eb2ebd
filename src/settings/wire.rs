//! The settings of the line between the service and whoever asks it.

use super::origin::Origin;
use super::value::{self, PATH};
use ipnet::IpNet;
use std::net::IpAddr;
use std::path::PathBuf;

/// Those settings, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// The proxies that are believed about for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// With what the service encrypts its connections itself, if it does.
    pub tls: Option<Tls>,
    /// How many connections one network address may have open: 1 to 100,000.
    pub address_connections_most: u32,
    /// How many requests that read one account may make a minute; nought, here as below, for as many as come. All
    /// to 10,000,000.
    pub account_reads_per_minute: u32,
    /// How many that change something.
    pub account_writes_per_minute: u32,
    /// How many that are much work.
    pub account_heavy_per_minute: u32,
    /// How many that read come from one network address.
    pub address_reads_per_minute: u32,
    /// How many that change something.
    pub address_writes_per_minute: u32,
    /// How many that are much work.
    pub address_heavy_per_minute: u32,
    /// How many that sign in, or come with the secret of a letter's link.
    pub address_sign_ins_per_minute: u32,
}

/// What the service encrypts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Its certificate, and those up to the authority's (PEM).
    pub certificate_file: PathBuf,
    /// The private key of that certificate (PEM).
    pub key_file: PathBuf,
    /// The least version that is spoken.
    pub least: TlsVersion,
}

/// A version of TLS. There is no older one that is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.2.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

impl TlsVersion {
    fn from_code(code: &str) -> Option<Self> {
        match code {
            "1.2" => Some(Self::V1_2),
            "1.3" => Some(Self::V1_3),
            _ => None,
        }
    }
}

/// The same as `config/default.toml`, which says why each is what it is.
impl Default for Wire {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            tls: None,
            address_connections_most: 2_000,
            account_reads_per_minute: 6_000,
            account_writes_per_minute: 3_000,
            account_heavy_per_minute: 120,
            address_reads_per_minute: 60_000,
            address_writes_per_minute: 30_000,
            address_heavy_per_minute: 600,
            address_sign_ins_per_minute: 120,
        }
    }
}

impl Wire {
    /// The same without a limit on how often somebody may ask: to measure, or to test something else.
    #[must_use]
    pub fn without_rates(self) -> Self {
        Self {
            account_reads_per_minute: 0,
            account_writes_per_minute: 0,
            account_heavy_per_minute: 0,
            address_reads_per_minute: 0,
            address_writes_per_minute: 0,
            address_heavy_per_minute: 0,
            address_sign_ins_per_minute: 0,
            ..self
        }
    }
}

const NETWORKS: &str =
    "addresses or networks with commas between them, as \"10.0.3.7, 2001:db8:1::/64\"";
const VERSIONS: &str = "\"1.2\" or \"1.3\"";
/// Above this nothing is a limit any more.
const RATE_MOST: u32 = 10_000_000;

/// Takes every one of them before it gives up on those with a fault.
pub(super) fn read(origin: &Origin<'_>, public_url: Option<&str>) -> Option<Wire> {
    let is = Wire::default();
    let proxies = origin.parsed("trusted_proxies", is.trusted_proxies, NETWORKS, networks);
    let tls = tls(origin, public_url);
    let connections = origin.whole(
        "address_connections_most",
        is.address_connections_most,
        1..=100_000,
    );
    let rate = |key, default| origin.whole(key, default, 0..=RATE_MOST);
    let account_reads = rate("account_reads_per_minute", is.account_reads_per_minute);
    let account_writes = rate("account_writes_per_minute", is.account_writes_per_minute);
    let account_heavy = rate("account_heavy_per_minute", is.account_heavy_per_minute);
    let address_reads = rate("address_reads_per_minute", is.address_reads_per_minute);
    let address_writes = rate("address_writes_per_minute", is.address_writes_per_minute);
    let address_heavy = rate("address_heavy_per_minute", is.address_heavy_per_minute);
    let sign_ins = rate(
        "address_sign_ins_per_minute",
        is.address_sign_ins_per_minute,
    );
    Some(Wire {
        trusted_proxies: proxies?,
        tls: tls?,
        address_connections_most: connections?,
        account_reads_per_minute: account_reads?,
        account_writes_per_minute: account_writes?,
        account_heavy_per_minute: account_heavy?,
        address_reads_per_minute: address_reads?,
        address_writes_per_minute: address_writes?,
        address_heavy_per_minute: address_heavy?,
        address_sign_ins_per_minute: sign_ins?,
    })
}

#[expect(clippy::option_option, reason = "a fault, or no TLS, or TLS")]
fn tls(origin: &Origin<'_>, public_url: Option<&str>) -> Option<Option<Tls>> {
    let file = |key| origin.parsed(key, None, PATH, value::folder);
    let certificate = file("tls_certificate_file");
    let key = file("tls_key_file");
    let least = origin.parsed("tls_min", TlsVersion::V1_2, VERSIONS, TlsVersion::from_code);
    let (certificate_file, key_file) = match (certificate?, key?) {
        (None, None) => return least.map(|_| None),
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => {
            return origin
                .inconsistent("tls_certificate_file", "it is set, and tls_key_file is not");
        }
        (None, Some(_)) => {
            return origin
                .inconsistent("tls_key_file", "it is set, and tls_certificate_file is not");
        }
    };
    if public_url.is_some_and(|url| !url.starts_with("https://")) {
        // else every link in a letter would lead to a door that is shut
        return origin.inconsistent(
            "public_url",
            "it does not begin with https://, as it must when tls_certificate_file is set",
        );
    }
    Some(Some(Tls {
        certificate_file,
        key_file,
        least: least?,
    }))
}

/// Networks, each an address alone or with the number of bits that count; none that is everybody.
fn networks(text: &str) -> Option<Vec<IpNet>> {
    let one = |text: &str| {
        let text = text.trim();
        let address = text.parse::<IpAddr>().ok().map(IpNet::from);
        let network = address.or_else(|| text.parse::<IpNet>().ok())?;
        (network.prefix_len() > 0 && network.trunc() == network).then_some(network)
    };
    text.split(',').map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_addresses_and_networks() {
        let read = networks("10.0.3.7, 2001:db8:1::/64").unwrap();
        assert_eq!(read.len(), 2);
        assert!(read[0].contains(&"10.0.3.7".parse::<IpAddr>().unwrap()));
        // everybody, a host within a network, names and holes are mistakes
        for wrong in [
            "",
            "0.0.0.0/0",
            "::/0",
            "10.0.3.7/24",
            "proxy.hopital.fr",
            "10.0.0.1,,10.0.0.2",
            "10.0.0.0/33",
        ] {
            assert_eq!(networks(wrong), None, "{wrong}");
        }
    }
}
