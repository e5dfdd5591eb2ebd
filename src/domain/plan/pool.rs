//! Pools: sites that share their stock, with what is asked of it.

use super::case::{Case, Transfers};
use super::claim::Claim;

/// Sites that share their stock, with what is asked of it.
#[derive(Debug)]
pub(super) struct Pool {
    /// The site, the network, or `all`.
    pub(super) name: String,
    /// The places of its sites.
    pub(super) sites: Vec<usize>,
    /// The places of its stock rows.
    pub(super) stock: Vec<usize>,
    /// Its claims, first served first.
    pub(super) claims: Vec<Claim>,
}

/// Deals sites, stock and claims into pools, by name.
pub(super) fn pools(case: &Case, claims: Vec<Claim>) -> Vec<Pool> {
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
            sites: Vec::new(),
            stock: Vec::new(),
            claims: Vec::new(),
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
    for claim in claims {
        if let Some(pool) = pools.get_mut(place(claim.site)) {
            pool.claims.push(claim);
        }
    }
    for pool in &mut pools {
        pool.claims.sort_by_key(|claim| claim.key);
    }
    pools
}
