//! Log streams: one per process that writes.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Logs, Stream, constraint, exists, group_arn, named_group, not_found, page, parse};
use crate::base::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Named {
    #[serde(rename = "Region")]
    region: String,
    log_group_name: String,
    log_stream_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Describe {
    #[serde(rename = "Region")]
    region: String,
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name_prefix: Option<String>,
    order_by: Option<Order>,
    #[serde(default)]
    descending: bool,
    next_token: Option<String>,
    limit: Option<usize>,
}

#[derive(Deserialize, PartialEq, Eq)]
enum Order {
    LogStreamName,
    LastEventTime,
}

impl Logs {
    pub(super) fn create_log_stream(&self, input: Value) -> Result<Value, AwsError> {
        let input: Named = parse(input)?;
        let name = input.log_stream_name;
        if name.is_empty() || name.len() > 512 || name.contains([':', '*']) {
            let rule = "Member must satisfy regular expression pattern: [^:*]*";
            return Err(constraint(&name, "logStreamName", rule));
        }
        let created = self.now();
        self.group(&input.region, &input.log_group_name, |group| {
            if group.streams.contains_key(&name) {
                return Err(exists("The specified log stream already exists"));
            }
            let stream = Stream {
                created,
                events: Vec::new(),
            };
            group.streams.insert(name, stream);
            Ok(json!({}))
        })
    }

    pub(super) fn delete_log_stream(&self, input: Value) -> Result<Value, AwsError> {
        let input: Named = parse(input)?;
        self.group(&input.region, &input.log_group_name, |group| {
            match group.streams.remove(&input.log_stream_name) {
                Some(_) => Ok(json!({})),
                None => Err(not_found("The specified log stream does not exist.")),
            }
        })
    }

    pub(super) fn describe_log_streams(&self, input: Value) -> Result<Value, AwsError> {
        let input: Describe = parse(input)?;
        let group_name = named_group(
            &input.region,
            input.log_group_name.as_deref(),
            input.log_group_identifier.as_deref(),
        )?;
        let arn = group_arn(&input.region, group_name);
        self.group(&input.region, group_name, |group| {
            let prefix = input.log_stream_name_prefix.as_deref();
            let mut streams: Vec<(&String, &Stream)> = group
                .streams
                .iter()
                .filter(|(name, _)| prefix.is_none_or(|prefix| name.starts_with(prefix)))
                .collect();
            if input.order_by == Some(Order::LastEventTime) {
                streams.sort_by_key(|(_, stream)| stream.events.last().map(|last| last.timestamp));
            }
            if input.descending {
                streams.reverse();
            }
            let shown = streams
                .into_iter()
                .map(|(name, stream)| stream.to_json(&arn, name))
                .collect();
            let (shown, next) = page(shown, input.next_token.as_deref(), input.limit, 50)?;
            let mut output = json!({ "logStreams": shown });
            if let Some(next) = next {
                output["nextToken"] = json!(next);
            }
            Ok(output)
        })
    }
}

impl Stream {
    fn to_json(&self, group_arn: &str, name: &str) -> Value {
        let mut shown = json!({
            "logStreamName": name,
            "creationTime": self.created,
            "arn": format!("{group_arn}:log-stream:{name}"),
            // Amazon stopped counting bytes by stream in 2019.
            "storedBytes": 0,
        });
        if let (Some(first), Some(last)) = (self.events.first(), self.events.last()) {
            shown["firstEventTimestamp"] = json!(first.timestamp);
            shown["lastEventTimestamp"] = json!(last.timestamp);
            shown["lastIngestionTime"] = json!(last.ingested);
        }
        shown
    }
}
