//! Writing, reading and searching events.

use std::ops::RangeInclusive;

use serde::Deserialize;
use serde_json::{Value, json};

use super::filter::Pattern;
use super::{Event, Logs, Stream, invalid, named_group, not_found, page, parse};
use crate::base::error::AwsError;

/// Most events of one answer.
const PAGE: usize = 10_000;
/// Events older than two weeks or more than two hours ahead are not taken.
const OLDEST: i64 = 14 * 24 * 60 * 60 * 1000;
const NEWEST: i64 = 2 * 60 * 60 * 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Put {
    #[serde(rename = "Region")]
    region: String,
    log_group_name: String,
    log_stream_name: String,
    log_events: Vec<Given>,
    /// Ignored since 2023, and still sent by older clients.
    #[serde(rename = "sequenceToken")]
    _sequence_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Given {
    timestamp: i64,
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Get {
    #[serde(rename = "Region")]
    region: String,
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name: String,
    start_time: Option<i64>,
    end_time: Option<i64>,
    next_token: Option<String>,
    limit: Option<usize>,
    #[serde(default)]
    start_from_head: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filter {
    #[serde(rename = "Region")]
    region: String,
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_names: Option<Vec<String>>,
    log_stream_name_prefix: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    #[serde(default, rename = "filterPattern")]
    pattern: String,
    next_token: Option<String>,
    limit: Option<usize>,
    /// Without effect since 2019: the answer is always interleaved.
    #[serde(rename = "interleaved")]
    _interleaved: Option<bool>,
}

impl Logs {
    pub(super) fn put_log_events(&self, input: Value) -> Result<Value, AwsError> {
        let input: Put = parse(input)?;
        if input.log_events.is_empty() {
            return Err(invalid("logEvents must hold at least one event."));
        }
        if !input.log_events.is_sorted_by_key(|event| event.timestamp) {
            return Err(invalid(
                "Log events in a single PutLogEvents request must be in chronological order.",
            ));
        }
        let now = self.now();
        let taken = now - OLDEST..=now + NEWEST;
        let old = input
            .log_events
            .iter()
            .filter(|e| e.timestamp < *taken.start());
        let old = old.count();
        let new = input
            .log_events
            .iter()
            .position(|e| e.timestamp > *taken.end());
        self.stream(
            &input.region,
            &input.log_group_name,
            &input.log_stream_name,
            |stream| {
                for event in input.log_events {
                    if taken.contains(&event.timestamp) {
                        stream.events.push(Event {
                            timestamp: event.timestamp,
                            ingested: now,
                            message: event.message,
                        });
                    }
                }
                let mut output = json!({ "nextSequenceToken": stream.events.len().to_string() });
                if old > 0 {
                    output["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"] = json!(old);
                }
                if let Some(first) = new {
                    output["rejectedLogEventsInfo"]["tooNewLogEventStartIndex"] = json!(first);
                }
                Ok(output)
            },
        )
    }

    /// Tokens say a direction and an offset; the token that was given comes back at either end,
    /// which is how a reader knows that it is there.
    pub(super) fn get_log_events(&self, input: Value) -> Result<Value, AwsError> {
        let input: Get = parse(input)?;
        let group = named_group(
            &input.region,
            input.log_group_name.as_deref(),
            input.log_group_identifier.as_deref(),
        )?;
        let limit = input.limit.unwrap_or(PAGE).clamp(1, PAGE);
        let wanted = window(input.start_time, input.end_time);
        self.stream(&input.region, group, &input.log_stream_name, |stream| {
            let events: Vec<&Event> = stream
                .events
                .iter()
                .filter(|event| wanted.contains(&event.timestamp))
                .collect();
            let total = events.len();
            let (start, end) = match input.next_token.as_deref() {
                None if input.start_from_head => (0, limit.min(total)),
                None => (total.saturating_sub(limit), total),
                Some(token) => {
                    let bad = || invalid("The specified nextToken is invalid.");
                    let (direction, offset) = token.split_once('/').ok_or_else(bad)?;
                    let offset = offset.parse::<usize>().map_err(|_| bad())?.min(total);
                    match direction {
                        "f" => (offset, offset.saturating_add(limit).min(total)),
                        "b" => (offset.saturating_sub(limit), offset),
                        _ => return Err(bad()),
                    }
                }
            };
            let shown: Vec<Value> = events[start..end].iter().map(|e| e.to_json()).collect();
            Ok(json!({
                "events": shown,
                "nextForwardToken": format!("f/{end}"),
                "nextBackwardToken": format!("b/{start}"),
            }))
        })
    }

    pub(super) fn filter_log_events(&self, input: Value) -> Result<Value, AwsError> {
        let input: Filter = parse(input)?;
        let group = named_group(
            &input.region,
            input.log_group_name.as_deref(),
            input.log_group_identifier.as_deref(),
        )?;
        if input.log_stream_names.is_some() && input.log_stream_name_prefix.is_some() {
            return Err(invalid(
                "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.",
            ));
        }
        let pattern = Pattern::parse(&input.pattern)?;
        let wanted = window(input.start_time, input.end_time);
        let streamed = |name: &String| {
            let names = input.log_stream_names.as_ref();
            let prefix = input.log_stream_name_prefix.as_deref();
            names.is_none_or(|names| names.contains(name))
                && prefix.is_none_or(|prefix| name.starts_with(prefix))
        };
        self.group(&input.region, group, |group| {
            let mut found: Vec<(i64, Value)> = Vec::new();
            for (name, stream) in group.streams.iter().filter(|(name, _)| streamed(name)) {
                for (index, event) in stream.events.iter().enumerate() {
                    if wanted.contains(&event.timestamp) && pattern.matches(&event.message) {
                        let mut shown = event.to_json();
                        shown["logStreamName"] = json!(name);
                        shown["eventId"] = json!(format!("{name}/{index}"));
                        found.push((event.timestamp, shown));
                    }
                }
            }
            // Stable, so that a stream's own order survives equal times.
            found.sort_by_key(|(timestamp, _)| *timestamp);
            let found = found.into_iter().map(|(_, shown)| shown).collect();
            let (shown, next) = page(found, input.next_token.as_deref(), input.limit, PAGE)?;
            let mut output = json!({ "events": shown, "searchedLogStreams": [] });
            if let Some(next) = next {
                output["nextToken"] = json!(next);
            }
            Ok(output)
        })
    }

    fn stream<T>(
        &self,
        region: &str,
        group: &str,
        name: &str,
        work: impl FnOnce(&mut Stream) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        self.group(region, group, |group| match group.streams.get_mut(name) {
            Some(stream) => work(stream),
            None => Err(not_found("The specified log stream does not exist.")),
        })
    }
}

impl Event {
    fn to_json(&self) -> Value {
        json!({
            "timestamp": self.timestamp,
            "ingestionTime": self.ingested,
            "message": self.message,
        })
    }
}

/// From `start`, up to and without `end`.
fn window(start: Option<i64>, end: Option<i64>) -> RangeInclusive<i64> {
    start.unwrap_or(i64::MIN)..=end.map_or(i64::MAX, |end| end.saturating_sub(1))
}
