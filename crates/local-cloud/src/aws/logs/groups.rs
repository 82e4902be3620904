//! Log groups: retention and tags.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Group, Logs, constraint, exists, group_arn, group_name, invalid, not_found, page, parse,
};
use crate::base::error::AwsError;

/// The periods that a group may keep its events for, in days.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const RETENTIONS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    #[serde(rename = "Region")]
    region: String,
    log_group_name: String,
    #[serde(default)]
    tags: IndexMap<String, String>,
    log_group_class: Option<String>,
    #[serde(default)]
    deletion_protection_enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Named {
    #[serde(rename = "Region")]
    region: String,
    log_group_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Retention {
    #[serde(rename = "Region")]
    region: String,
    log_group_name: String,
    #[serde(rename = "retentionInDays")]
    days: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Describe {
    #[serde(rename = "Region")]
    region: String,
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Tagging {
    #[serde(rename = "Region")]
    region: String,
    resource_arn: String,
    #[serde(default)]
    tags: IndexMap<String, String>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

impl Logs {
    pub(super) fn create_log_group(&self, input: Value) -> Result<Value, AwsError> {
        let input: Create = parse(input)?;
        check_name(&input.log_group_name)?;
        if let Some(class) = input.log_group_class.as_deref()
            && class != "STANDARD"
        {
            let rule = "Member must satisfy enum value set: [STANDARD]";
            return Err(constraint(class, "logGroupClass", rule));
        }
        let created = self.now();
        let mut groups = self.lock();
        let key = (input.region, input.log_group_name);
        if groups.contains_key(&key) {
            return Err(exists("The specified log group already exists"));
        }
        let group = Group {
            created,
            deletion_protected: input.deletion_protection_enabled,
            tags: input.tags,
            ..Group::default()
        };
        groups.insert(key, group);
        Ok(json!({}))
    }

    pub(super) fn delete_log_group(&self, input: Value) -> Result<Value, AwsError> {
        let input: Named = parse(input)?;
        let mut groups = self.lock();
        let key = (input.region, input.log_group_name);
        match groups.get(&key) {
            None => Err(not_found("The specified log group does not exist.")),
            Some(group) if group.deletion_protected => Err(AwsError::bad_request(
                "ValidationException",
                "The log group has deletion protection enabled.",
            )),
            Some(_) => {
                groups.remove(&key);
                Ok(json!({}))
            }
        }
    }

    pub(super) fn put_retention_policy(&self, input: Value) -> Result<Value, AwsError> {
        let input: Retention = parse(input)?;
        if !RETENTIONS.contains(&input.days) {
            let rule = format!("Member must satisfy enum value set: {RETENTIONS:?}");
            let days = input.days.to_string();
            return Err(constraint(&days, "retentionInDays", &rule));
        }
        self.group(&input.region, &input.log_group_name, |group| {
            group.retention_days = Some(input.days);
            Ok(json!({}))
        })
    }

    pub(super) fn delete_retention_policy(&self, input: Value) -> Result<Value, AwsError> {
        let input: Named = parse(input)?;
        self.group(&input.region, &input.log_group_name, |group| {
            group.retention_days = None;
            Ok(json!({}))
        })
    }

    pub(super) fn describe_log_groups(&self, input: Value) -> Result<Value, AwsError> {
        let input: Describe = parse(input)?;
        if input.log_group_name_prefix.is_some() && input.log_group_name_pattern.is_some() {
            return Err(invalid(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            ));
        }
        let wanted = |name: &str| {
            let prefix = input.log_group_name_prefix.as_deref();
            let pattern = input.log_group_name_pattern.as_deref();
            prefix.is_none_or(|prefix| name.starts_with(prefix))
                && pattern.is_none_or(|pattern| name.contains(pattern))
        };
        let shown: Vec<Value> = self
            .lock()
            .iter()
            .filter(|((region, name), _)| *region == input.region && wanted(name))
            .map(|((region, name), group)| group.to_json(region, name))
            .collect();
        let (shown, next) = page(shown, input.next_token.as_deref(), input.limit, 50)?;
        let mut output = json!({ "logGroups": shown });
        if let Some(next) = next {
            output["nextToken"] = json!(next);
        }
        Ok(output)
    }

    pub(super) fn tag_resource(&self, input: Value) -> Result<Value, AwsError> {
        let input: Tagging = parse(input)?;
        let name = group_name(&input.region, &input.resource_arn);
        self.group(&input.region, name, |group| {
            group.tags.extend(input.tags);
            Ok(json!({}))
        })
    }

    pub(super) fn untag_resource(&self, input: Value) -> Result<Value, AwsError> {
        let input: Tagging = parse(input)?;
        let name = group_name(&input.region, &input.resource_arn);
        self.group(&input.region, name, |group| {
            group.tags.retain(|key, _| !input.tag_keys.contains(key));
            Ok(json!({}))
        })
    }

    pub(super) fn list_tags_for_resource(&self, input: Value) -> Result<Value, AwsError> {
        let input: Tagging = parse(input)?;
        let name = group_name(&input.region, &input.resource_arn);
        self.group(&input.region, name, |group| {
            Ok(json!({ "tags": group.tags }))
        })
    }
}

impl Group {
    fn to_json(&self, region: &str, name: &str) -> Value {
        let stored: usize = self
            .streams
            .values()
            .flat_map(|stream| &stream.events)
            .map(|event| event.message.len())
            .sum();
        let arn = group_arn(region, name);
        let mut shown = json!({
            "logGroupName": name,
            "creationTime": self.created,
            "metricFilterCount": 0,
            "arn": format!("{arn}:*"),
            "logGroupArn": arn,
            "storedBytes": stored,
            "logGroupClass": "STANDARD",
            "deletionProtectionEnabled": self.deletion_protected,
        });
        if let Some(days) = self.retention_days {
            shown["retentionInDays"] = json!(days);
        }
        shown
    }
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b".-_/#".contains(&b);
    if (1..=512).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(constraint(
        name,
        "logGroupName",
        "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
    ))
}
