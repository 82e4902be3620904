//! All pools of the stage, and how they are found.

use indexmap::IndexMap;

use crate::base::conditions::Conditions;
use crate::base::error::AwsError;
use crate::cognito::browsers::Browsers;
use crate::cognito::client::Client;
use crate::cognito::domain::Domain;
use crate::cognito::errors;
use crate::cognito::pool::Pool;

/// Everything that Cognito remembers.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// By id; the id begins with the region.
    pub(crate) pools: IndexMap<String, Pool>,
    pub(crate) browsers: Browsers,
    /// How the provider is today.
    pub(crate) conditions: Conditions,
}

impl State {
    /// A pool of this region.
    pub(crate) fn pool(&self, region: &str, id: &str) -> Result<&Pool, AwsError> {
        self.pools
            .get(id)
            .filter(|pool| pool.region == region)
            .ok_or_else(|| errors::no_pool(id))
    }

    /// A pool of this region.
    pub(crate) fn pool_mut(&mut self, region: &str, id: &str) -> Result<&mut Pool, AwsError> {
        self.pools
            .get_mut(id)
            .filter(|pool| pool.region == region)
            .ok_or_else(|| errors::no_pool(id))
    }

    /// The client with this id and its pool.
    pub(crate) fn client(&self, id: &str) -> Option<(&Pool, &Client)> {
        self.pools
            .values()
            .find_map(|pool| pool.clients.get(id).map(|client| (pool, client)))
    }

    /// The pool of the client with this id.
    pub(crate) fn pool_of_client(&mut self, id: &str) -> Option<&mut Pool> {
        self.pools
            .values_mut()
            .find(|pool| pool.clients.contains_key(id))
    }

    /// A domain and its pool. Prefixes are unique in a region, custom domains everywhere.
    pub(crate) fn domain(&self, region: &str, name: &str) -> Option<(&Pool, &Domain)> {
        self.pools.values().find_map(|pool| {
            pool.domains
                .iter()
                .find(|domain| domain.name == name && (domain.is_custom() || pool.region == region))
                .map(|domain| (pool, domain))
        })
    }
}
