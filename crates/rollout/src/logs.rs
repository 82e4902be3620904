//! The log of the function, from every region that it runs in.

use std::collections::BTreeSet;
use std::time::Duration;

use infra::names;
use infra::stack_file::Region;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::aws::Aws;
use crate::aws::signed::Service;
use crate::calls::CallCounter;
use crate::error::{Code, Error};
use crate::inputs::Inputs;

/// Events may be seen later than younger ones of another instance of the function; what is read
/// again is told from what is new by the events' ids.
const LATE: Duration = Duration::from_secs(30);

/// One line of a function's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// When it was written.
    pub timestamp: Timestamp,
    /// Where the function ran.
    pub region: String,
    /// Which instance of the function wrote it.
    pub stream: String,
    /// What it wrote.
    pub message: String,
}

/// A log that is read on and on.
#[derive(Debug)]
pub struct Tail {
    aws: Aws,
    group: String,
    regions: Vec<(Region, Cursor)>,
}

impl Tail {
    /// Prepares to read a stage's log: all of its regions, or only one of them.
    pub async fn open(
        inputs: &Inputs,
        only: Option<&Region>,
        since: Timestamp,
        counter: &CallCounter,
    ) -> Result<Self, Error> {
        let configured: Vec<Region> = (inputs.stack.lambda.regions.distinct().into_iter())
            .map(Region::from)
            .collect();
        if let Some(only) = only.filter(|only| !configured.contains(only)) {
            let list: Vec<_> = configured.iter().map(Region::as_str).collect();
            return Err(
                Error::new(Code::Logs, format!("the skill does not run in {only}"))
                    .hint(format!("stack.toml has it run in {}", list.join(", "))),
            );
        }
        let regions = configured
            .into_iter()
            .filter(|region| only.is_none_or(|only| only == region))
            .map(|region| (region, Cursor::new(since)))
            .collect();
        Ok(Self {
            aws: Aws::connect(&inputs.endpoints, &inputs.home, counter.clone()).await?,
            group: names::log_group(&inputs.stack.name, &inputs.stage),
            regions,
        })
    }

    /// What was written since the last time, oldest first.
    pub async fn read(&mut self) -> Result<Vec<Line>, Error> {
        let mut lines = Vec::new();
        for (region, cursor) in &mut self.regions {
            let events = read(&self.aws, &self.group, region, cursor.start).await?;
            for event in cursor.advance(events) {
                lines.extend(line(region, event));
            }
        }
        sort(&mut lines);
        Ok(lines)
    }
}

/// An event of a log group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    /// Milliseconds since the epoch.
    timestamp: Option<i64>,
    #[serde(rename = "eventId")]
    id: Option<String>,
    log_stream_name: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    events: Vec<Event>,
    next_token: Option<String>,
}

/// Reads a log group from a time on.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>
async fn read(aws: &Aws, group: &str, region: &Region, start: i64) -> Result<Vec<Event>, Error> {
    let logs = Service::regional(aws, "CloudWatch Logs", "logs", region.as_str());
    let mut input = json!({ "logGroupName": group, "startTime": start });
    let mut events = Vec::new();
    loop {
        let page = logs
            .json::<Page>("Logs_20140328", "FilterLogEvents", &input)
            .await;
        let page = page.map_err(|error| {
            if error.code() == Some("ResourceNotFoundException") {
                Error::new(
                    Code::Logs,
                    format!("there is no log group {group} in {region}"),
                )
                .hint("deploy the stage first; the function's stack makes the log group")
            } else {
                Error::aws(format!("cannot read log group {group} in {region}"), error)
            }
        })?;
        events.extend(page.events);
        match page.next_token {
            Some(next) => input["nextToken"] = next.into(),
            None => return Ok(events),
        }
    }
}

fn line(region: &Region, event: Event) -> Option<Line> {
    Some(Line {
        timestamp: Timestamp::from_millisecond(event.timestamp?).ok()?,
        region: region.as_str().to_owned(),
        stream: event.log_stream_name?,
        message: event.message?.trim_end().to_owned(),
    })
}

/// By time; what one instance wrote within a millisecond stays in its order.
fn sort(lines: &mut [Line]) {
    lines.sort_by_key(|line| line.timestamp);
}

/// How far one region's log has been read.
#[derive(Debug)]
struct Cursor {
    /// Milliseconds since the epoch.
    start: i64,
    /// Time and id of events that were seen and would be read again.
    seen: BTreeSet<(i64, String)>,
}

impl Cursor {
    fn new(since: Timestamp) -> Self {
        Self {
            start: since.as_millisecond(),
            seen: BTreeSet::new(),
        }
    }

    /// Those events that have not been seen before.
    fn advance(&mut self, events: Vec<Event>) -> Vec<Event> {
        let key = |event: &Event| Some((event.timestamp?, event.id.clone()?));
        let new: Vec<_> = events
            .into_iter()
            .filter(|event| key(event).is_some_and(|key| self.seen.insert(key)))
            .collect();
        if let Some((newest, _)) = self.seen.last() {
            let late = i64::try_from(LATE.as_millis()).unwrap_or(i64::MAX);
            self.start = self.start.max(newest.saturating_sub(late));
        }
        self.seen = self.seen.split_off(&(self.start, String::new()));
        new
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(at: i64, id: usize) -> Event {
        Event {
            timestamp: Some(at),
            id: Some(id.to_string()),
            log_stream_name: Some("stream".to_owned()),
            message: Some("said\n".to_owned()),
        }
    }

    proptest! {
        /// However a log grows, everything is told once, as long as nothing is later than allowed.
        #[test]
        fn nothing_is_told_twice_and_nothing_is_left_out(
            steps in prop::collection::vec((0_i64..5_000, 0_i64..20_000), 1..40),
            every in 1_usize..5,
        ) {
            let mut cursor = Cursor::new(Timestamp::UNIX_EPOCH);
            let (mut now, mut log, mut told) = (100_000, Vec::new(), Vec::new());
            for (id, (step, late)) in steps.iter().enumerate() {
                now += step;
                log.push(event(now - late, id));
                if id % every == 0 || id + 1 == steps.len() {
                    let start = cursor.start;
                    let answer = log.iter().filter(|event| event.timestamp >= Some(start));
                    told.extend(cursor.advance(answer.cloned().collect()));
                }
            }
            let mut ids: Vec<usize> = told
                .iter()
                .filter_map(|event| event.id.as_ref()?.parse().ok())
                .collect();
            ids.sort_unstable();
            prop_assert_eq!(ids, (0..steps.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn lines_of_all_regions_are_told_in_order_of_time() {
        let region = |name: &str| name.parse::<Region>().unwrap();
        let mut lines = [
            line(&region("eu-west-1"), event(2, 0)).unwrap(),
            line(&region("us-east-1"), event(1, 1)).unwrap(),
        ];
        sort(&mut lines);
        assert_eq!(lines[0].region, "us-east-1");
        assert_eq!(lines[0].message, "said");
    }
}
