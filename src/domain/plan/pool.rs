//! Pools: sites that share their stock, with those who ask for it.

use super::case::{Case, Transfers};

/// Sites that share their stock, with those who ask for it.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// The site, the network, or `all`.
    pub(super) name: String,
    /// The places of its sites.
    pub(super) sites: Vec<usize>,
    /// The places of its stock rows.
    pub(super) stock: Vec<usize>,
    /// The places of its requests.
    pub(super) requests: Vec<usize>,
    /// The places of its patients.
    pub(super) patients: Vec<usize>,
}

/// Deals a case into pools, by name.
pub(super) fn pools(case: &Case) -> Vec<Pool> {
    let name = |site: usize| match (case.transfers, case.sites.get(site)) {
        (Transfers::All, _) | (_, None) => "all",
        (Transfers::Network, Some(site)) => site.network.as_str(),
        (Transfers::None, Some(site)) => site.id.as_str(),
    };
    let mut names: Vec<&str> = (0..case.sites.len()).map(name).collect();
    names.sort_unstable();
    names.dedup();
    let mut pools: Vec<Pool> = names
        .iter()
        .map(|name| Pool {
            name: (*name).to_owned(),
            ..Pool::default()
        })
        .collect();
    let pool_of: Vec<usize> = (0..case.sites.len())
        .map(|site| names.binary_search(&name(site)).unwrap_or(0))
        .collect();
    let place = |site: usize| pool_of.get(site).copied().unwrap_or(0);
    for site in 0..case.sites.len() {
        if let Some(pool) = pools.get_mut(place(site)) {
            pool.sites.push(site);
        }
    }
    for (row, stock) in case.stock.iter().enumerate() {
        if let Some(pool) = pools.get_mut(place(stock.site)) {
            pool.stock.push(row);
        }
    }
    for (row, request) in case.requests.iter().enumerate() {
        if let Some(pool) = pools.get_mut(place(request.site)) {
            pool.requests.push(row);
        }
    }
    for (row, patient) in case.patients.iter().enumerate() {
        if let Some(pool) = pools.get_mut(place(patient.site)) {
            pool.patients.push(row);
        }
    }
    pools
}
