//! CloudWatch Logs: groups, streams and events.

mod events;
mod filter;
mod groups;
mod streams;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use local_access::ACCOUNT_ID;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::base::clock::Clock;
use crate::base::error::AwsError;

/// How many events of a function's stream are kept: those of some thousand invocations.
const MOST_EVENTS: usize = 20_000;

/// Every log group of the account. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Logs {
    clock: Clock,
    /// By region and name.
    groups: Arc<Mutex<BTreeMap<(String, String), Group>>>,
}

#[derive(Debug, Default)]
struct Group {
    /// Milliseconds since the epoch, like every time of this API.
    created: i64,
    retention_days: Option<u32>,
    deletion_protected: bool,
    tags: IndexMap<String, String>,
    streams: BTreeMap<String, Stream>,
}

#[derive(Debug, Default)]
struct Stream {
    created: i64,
    events: Vec<Event>,
}

#[derive(Debug, Clone)]
struct Event {
    timestamp: i64,
    ingested: i64,
    message: String,
}

impl Logs {
    /// No groups yet.
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            groups: Arc::default(),
        }
    }

    /// The JSON 1.1 API (`Logs_20140328.*`), also used by CloudFormation.
    #[expect(clippy::unused_async, reason = "every service is called the same way")]
    pub(crate) async fn call(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        match operation {
            "CreateLogGroup" => self.create_log_group(input),
            "CreateLogStream" => self.create_log_stream(input),
            "DeleteLogGroup" => self.delete_log_group(input),
            "DeleteLogStream" => self.delete_log_stream(input),
            "DeleteRetentionPolicy" => self.delete_retention_policy(input),
            "DescribeLogGroups" => self.describe_log_groups(input),
            "DescribeLogStreams" => self.describe_log_streams(input),
            "FilterLogEvents" => self.filter_log_events(input),
            "GetLogEvents" => self.get_log_events(input),
            "ListTagsForResource" => self.list_tags_for_resource(input),
            "PutLogEvents" => self.put_log_events(input),
            "PutRetentionPolicy" => self.put_retention_policy(input),
            "TagResource" => self.tag_resource(input),
            "UntagResource" => self.untag_resource(input),
            _ => Err(AwsError::bad_request(
                "UnknownOperationException",
                operation,
            )),
        }
    }

    /// One line of a function's output. The group is created when it is missing, as Lambda does.
    pub(crate) fn append(&self, region: &str, group: &str, stream: &str, message: &str) {
        let now = self.now();
        let mut groups = self.lock();
        let group = groups
            .entry((region.to_owned(), group.to_owned()))
            .or_insert_with(|| Group {
                created: now,
                ..Group::default()
            });
        let stream = group
            .streams
            .entry(stream.to_owned())
            .or_insert_with(|| Stream {
                created: now,
                events: Vec::new(),
            });
        if stream.events.len() == MOST_EVENTS {
            stream.events.drain(..MOST_EVENTS / 4);
        }
        stream.events.push(Event {
            timestamp: now,
            ingested: now,
            message: message.to_owned(),
        });
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Group>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn group<T>(
        &self,
        region: &str,
        name: &str,
        work: impl FnOnce(&mut Group) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let mut groups = self.lock();
        match groups.get_mut(&(region.to_owned(), name.to_owned())) {
            Some(group) => work(group),
            None => Err(not_found("The specified log group does not exist.")),
        }
    }
}

/// The ARN of a log group, without the `:*` that stands for its streams.
fn group_arn(region: &str, name: &str) -> String {
    format!("arn:aws:logs:{region}:{ACCOUNT_ID}:log-group:{name}")
}

/// A group's name, from a name or an ARN with or without `:*`.
fn group_name<'a>(region: &str, identifier: &'a str) -> &'a str {
    let name = identifier
        .strip_prefix(&group_arn(region, ""))
        .unwrap_or(identifier);
    name.strip_suffix(":*").unwrap_or(name)
}

/// Which group is meant, by either of the two members that can say it.
fn named_group<'a>(
    region: &str,
    name: Option<&'a str>,
    identifier: Option<&'a str>,
) -> Result<&'a str, AwsError> {
    match (name, identifier) {
        (Some(name), None) => Ok(name),
        (None, Some(identifier)) => Ok(group_name(region, identifier)),
        _ => Err(invalid(
            "Exactly one of logGroupName and logGroupIdentifier must be specified.",
        )),
    }
}

/// Reads an operation's input; a member that the stage does not know is refused by name.
fn parse<T: DeserializeOwned>(input: Value) -> Result<T, AwsError> {
    serde_json::from_value(input).map_err(|error| invalid(error.to_string()))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("InvalidParameterException", message)
}

fn constraint(value: &str, member: &str, rule: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy \
         constraint: {rule}"
    ))
}

fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("ResourceNotFoundException", message)
}

fn exists(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("ResourceAlreadyExistsException", message)
}

/// One page of a list, and the token of the next. Tokens are offsets: nobody but the stage reads
/// them.
fn page<T>(
    items: Vec<T>,
    token: Option<&str>,
    limit: Option<usize>,
    most: usize,
) -> Result<(Vec<T>, Option<String>), AwsError> {
    let limit = limit.unwrap_or(most);
    if limit == 0 || limit > most {
        let rule = format!("Member must have value between 1 and {most}");
        return Err(constraint(&limit.to_string(), "limit", &rule));
    }
    let start: usize = match token {
        Some(token) => token
            .parse()
            .map_err(|_| invalid("The specified nextToken is invalid."))?,
        None => 0,
    };
    let total = items.len();
    let end = start.saturating_add(limit);
    let next = (end < total).then(|| end.to_string());
    Ok((items.into_iter().skip(start).take(limit).collect(), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let items = vec![1, 2, 3];
        let (first, next) = page(items.clone(), None, Some(2), 50).unwrap();
        assert_eq!(first, [1, 2]);
        let (second, end) = page(items.clone(), next.as_deref(), Some(2), 50).unwrap();
        assert_eq!((second, end), (vec![3], None));
        assert!(page(items.clone(), Some("x"), None, 50).is_err());
        assert!(page(items, None, Some(51), 50).is_err());
    }

    #[test]
    fn groups_go_by_name_or_arn() {
        let arn = group_arn("us-east-1", "/aws/lambda/f");
        for identifier in ["/aws/lambda/f", &arn, &format!("{arn}:*")] {
            assert_eq!(group_name("us-east-1", identifier), "/aws/lambda/f");
        }
    }
}
