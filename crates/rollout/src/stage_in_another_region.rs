//! Whether a stage that is not here is somewhere else: a user pool cannot move, so that another
//! `region` in stack.toml must not begin a second deployment.

use infra::stack_file::{Region, StageName};
use infra::{StackFile, names};

use crate::aws::bucket::{self, Bucket};
use crate::aws::stack::{Desired, StackClient};
use crate::aws::{AccountId, Aws};
use crate::error::{Code, Error};
use crate::progress::{Progress, Step};
use crate::state;

/// Where a stage would be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) account: &'a AccountId,
    pub(crate) stack: &'a StackFile,
    pub(crate) stage: &'a StageName,
    pub(crate) home: &'a Region,
}

/// Refuses to go on when the stage's state or the stack that holds its people is in another
/// region. To be asked only when there is no state in the home region.
pub(crate) async fn refuse(place: Place<'_>, progress: &dyn Progress) -> Result<(), Error> {
    let Some(buckets) = bucket::names(place.aws, place.home).await? else {
        progress.note(
            &Step::WhoAmI,
            "these credentials may not list buckets (s3:ListAllMyBuckets): skipped the check \
             whether the stage is deployed in another region",
        );
        return Ok(());
    };
    let own = state::bucket_name(place.stack, place.account, place.home);
    for region in regions(&buckets, &own, place.home) {
        if let Some(what) = found(place, &region).await? {
            let (stage, home) = (place.stage, place.home);
            return Err(Error::new(
                Code::Region,
                format!("stage {stage} is deployed in {region}, and stack.toml says {home}"),
            )
            .because(what)
            .hint(format!(
                "{}; what is deployed cannot move, so that another region needs a stage of another \
                 name",
                undo(place.stack, &region)
            )));
        }
    }
    Ok(())
}

/// What brings the stage back to where it is.
fn undo(stack: &StackFile, region: &Region) -> String {
    let identity = &stack.identity;
    let pool = (identity.user_pool_id.as_ref()).filter(|_| identity.has_a_pool());
    match pool {
        // A stage is at home where the pool is that it names.
        Some(pool) if pool.region() != region.as_str() => {
            format!("remove user-pool-id = \"{pool}\", or name a pool in {region}")
        }
        _ => format!("put `region = \"{region}\"` back"),
    }
}

/// The other regions that the rollout has a bucket in; `own` is the bucket's name in the home
/// region.
fn regions(buckets: &[String], own: &str, home: &Region) -> Vec<Region> {
    let Some(prefix) = own.strip_suffix(home.as_str()) else {
        return Vec::new();
    };
    let regions = buckets.iter().filter_map(|name| name.strip_prefix(prefix));
    regions
        .filter_map(|region| region.parse().ok())
        .filter(|region| region != home)
        .collect()
}

/// A sentence about something of the stage that is in a region.
pub(crate) async fn found(place: Place<'_>, region: &Region) -> Result<Option<String>, Error> {
    let Place { aws, account, .. } = place;
    let bucket = Bucket::new(
        aws,
        state::bucket_name(place.stack, account, region),
        region,
        account,
    );
    let key = state::key(place.stage);
    if bucket.contains(&key).await? {
        return Ok(Some(format!("its state is s3://{}/{key}", bucket.name())));
    }
    let name = names::identity_stack(&place.stack.name, place.stage);
    let stack = StackClient::new(aws, Desired::reader(name.clone(), region.clone()));
    let there = stack.observe().await?;
    Ok(there.map(|_| format!("the stack that holds its people is {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_buckets_of_this_stack_and_account_name_a_region() {
        let buckets = [
            "guide-123456789012-us-east-1",
            "guide-123456789012-eu-west-1",
            "guide-123456789012-",
            "guide-123456789013-eu-west-2",
            "other-guide-123456789012-eu-west-3",
        ]
        .map(str::to_owned);
        let home = "us-east-1".parse().unwrap();
        let found = regions(&buckets, "guide-123456789012-us-east-1", &home);
        let found: Vec<_> = found.iter().map(Region::as_str).collect();
        assert_eq!(found, ["eu-west-1"]);
    }
}
