//! What a user pool cannot change once it exists.

use super::Finding;
use crate::diff::change::Change;
use crate::made_with::MadeWith;

/// Cognito refuses to change these, and CloudFormation finds out only while it does.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-updating.html>
pub(super) fn immutable(change: &Change, pool: &MadeWith) -> Vec<Finding> {
    let Some(after) = &change.after else {
        return Vec::new();
    };
    let before = change.before.as_ref().map(MadeWith::declared);
    let before = before.unwrap_or_default();
    pool.differences(&MadeWith::declared(after), before.schema.keys())
}
