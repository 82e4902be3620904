//! The action of IAM that a call is, and what it is done to.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

mod tables;

use std::collections::BTreeSet;

use http::Method;
use local_access::ACCOUNT_ID;
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

use super::protocol::scope::Scope;
use super::protocol::{Received, decode};
use super::secrets;

#[cfg(feature = "dynamodb")]
pub(crate) use self::tables::arn as table_arn;

/// An action, and the ARNs that it is done to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Action {
    /// Such as `sqs:SendMessage`.
    pub(crate) name: String,
    /// Each has to be allowed. Empty where a call names none that is known here.
    pub(crate) resources: Vec<String>,
}

/// The prefixes of actions that are not the service's name in signatures.
const PREFIXES: &[(&str, &str)] = &[("email", "ses"), ("monitoring", "cloudwatch")];

/// Services whose operations on several things need the permission for one: `SendMessageBatch` is `sqs:SendMessage`.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html>
const IN_BATCHES: &[&str] = &["sns", "sqs"];

/// Members of requests with the name of a resource: the service, the member, and what is before the name in an ARN.
const NAMED: &[(&str, &str, &str)] = &[
    ("firehose", "DeliveryStreamName", "deliverystream/"),
    ("kinesis", "StreamName", "stream/"),
    ("logs", "logGroupName", "log-group:"),
    ("sqs", "QueueName", ""),
];

/// The actions of a signed call. `None` where the request does not say its operation: the path of a REST service means
/// what its model says, and of those only objects of S3 and invocations of Lambda are known here.
pub(crate) fn of(scope: &Scope, received: &Received) -> Option<Vec<Action>> {
    let service = scope.service.as_str();
    let prefix = PREFIXES.iter().find(|(signed, _)| *signed == service);
    let prefix = prefix.map_or(service, |(_, prefix)| prefix);
    let one = |name: &str, resources| {
        let name = format!("{prefix}:{name}");
        Some(vec![Action { name, resources }])
    };
    match service {
        "s3" => {
            let (name, resource) = on_a_bucket(received)?;
            return one(name, vec![resource]);
        }
        "lambda" => return one("InvokeFunction", vec![invoked(scope, received)?]),
        _ => {}
    }
    let operation = operation(received)?;
    let input = input(received);
    match service {
        "dynamodb" => Some(tables::of(&scope.region, &operation, &input)),
        _ if IN_BATCHES.contains(&service) => {
            let single = operation.trim_end_matches("Batch");
            one(single, resources(prefix, scope, &input))
        }
        _ => one(&operation, resources(prefix, scope, &input)),
    }
}

/// The operation, where the protocol names it: AWS JSON in a header, RPC v2 in the path, AWS query in the form.
/// <https://smithy.io/2.0/aws/protocols/index.html>
fn operation(received: &Received) -> Option<String> {
    if let Some(target) = received.header("x-amz-target") {
        return target.rsplit('.').next().map(str::to_owned);
    }
    let path: Vec<&str> = received.path.split('/').collect();
    if let ["", "service", _, "operation", operation] = path.as_slice() {
        return Some((*operation).to_owned());
    }
    let action = input(received)["Action"].as_str().map(str::to_owned);
    action.filter(|_| received.path == "/")
}

/// The members of a request: of its document, or of its form.
fn input(received: &Received) -> Value {
    if received.header("x-amz-target").is_some() {
        return serde_json::from_slice(&received.body).unwrap_or_default();
    }
    let form = form_urlencoded::parse(&received.body).into_owned();
    let pairs = received.query.iter().cloned().chain(form);
    let members = pairs.map(|(name, value)| (name, json!(value)));
    members.collect::<Map<_, _>>().into()
}

/// The ARNs that a request names, in a member of its own or by a name.
fn resources(prefix: &str, scope: &Scope, input: &Value) -> Vec<String> {
    let arn = |account: &str, rest: &str| {
        let region = &scope.region;
        format!("arn:aws:{prefix}:{region}:{account}:{rest}")
    };
    let text = |name: &str| input[name].as_str();
    let own = format!("arn:aws:{prefix}:");
    let members = input.as_object().into_iter().flatten();
    let arns = members.filter_map(|(_, value)| value.as_str());
    let mut found: BTreeSet<String> = arns
        .filter(|value| value.starts_with(&own))
        .map(str::to_owned)
        .collect();
    let named = NAMED.iter().filter(|(service, ..)| *service == prefix);
    found.extend(named.filter_map(|(_, member, before)| {
        let name = text(member).filter(|name| !name.starts_with("arn:"))?;
        Some(arn(ACCOUNT_ID, &format!("{before}{name}")))
    }));
    match prefix {
        "ssm" => found.extend(text("Name").map(|name| secrets::arn(&scope.region, name))),
        // Its path ends with account and name, whatever the host.
        "sqs" => found.extend(text("QueueUrl").and_then(|url| {
            let url = Url::parse(url).ok()?;
            let mut end = url.path_segments()?.rev();
            let name = end.next()?;
            Some(arn(end.next().unwrap_or(ACCOUNT_ID), name))
        })),
        "events" => {
            let entries = input["Entries"].as_array().into_iter().flatten();
            found.extend(entries.map(|entry| match entry["EventBusName"].as_str() {
                Some(bus) if bus.starts_with("arn:") => bus.to_owned(),
                bus => arn(
                    ACCOUNT_ID,
                    &format!("event-bus/{}", bus.unwrap_or("default")),
                ),
            }));
        }
        _ => {}
    }
    found.into_iter().collect()
}

/// The action on a bucket or on an object in it, and its ARN.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>
fn on_a_bucket(received: &Received) -> Option<(&'static str, String)> {
    const OF_A_LIST: &[&str] = &[
        "continuation-token",
        "delimiter",
        "encoding-type",
        "fetch-owner",
        "list-type",
        "max-keys",
        "prefix",
        "start-after",
    ];
    let path = decode(received.path.trim_start_matches('/'));
    let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
    let mut query = received.query.iter().map(|(name, _)| name.as_str());
    // Anything else in a query is another operation on the same path.
    let is_plain = query.all(|name| {
        let is_signature = name.to_ascii_lowercase().starts_with("x-amz-");
        name == "x-id" || is_signature || (key.is_empty() && OF_A_LIST.contains(&name))
    });
    let copies = received.header("x-amz-copy-source").is_some();
    if bucket.is_empty() || !is_plain || copies {
        return None;
    }
    let action = match (&received.method, key.is_empty()) {
        (&Method::GET | &Method::HEAD, true) => "ListBucket",
        (&Method::GET | &Method::HEAD, false) => "GetObject",
        (&Method::PUT, false) => "PutObject",
        (&Method::DELETE, false) => "DeleteObject",
        _ => return None,
    };
    let path = path.trim_end_matches(if key.is_empty() { "/" } else { "" });
    Some((action, format!("arn:aws:s3:::{path}")))
}

/// The function that is invoked.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
fn invoked(scope: &Scope, received: &Received) -> Option<String> {
    let path = decode(&received.path);
    let path: Vec<&str> = path.split('/').collect();
    match path.as_slice() {
        ["", "2015-03-31", "functions", name, "invocations"] if name.starts_with("arn:") => {
            Some((*name).to_owned())
        }
        ["", "2015-03-31", "functions", name, "invocations"] => Some(format!(
            "arn:aws:lambda:{}:{ACCOUNT_ID}:function:{name}",
            scope.region
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
