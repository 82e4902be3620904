//! Secrets of functions: parameters of AWS Systems Manager, and secrets of AWS Secrets Manager that were made in a
//! console before.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html>,
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html>

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use local_access::ACCOUNT_ID;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws::input::Input;
use crate::base::clock::Clock;
use crate::base::error::AwsError;
use crate::base::random;

/// Every parameter and secret of the account. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Secrets {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    /// By region and name.
    parameters: BTreeMap<(String, String), Parameter>,
    /// By ARN.
    secrets: BTreeMap<String, Kept>,
}

#[derive(Debug)]
struct Parameter {
    kind: String,
    value: SecretString,
    version: u64,
    written: Timestamp,
}

#[derive(Debug)]
struct Kept {
    value: SecretString,
    version: String,
    written: Timestamp,
}

/// A secret that was made in a console.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSecret {
    /// The region of a parameter.
    region: String,
    /// The name of a parameter, or the ARN of a secret.
    place: String,
}

/// Most bytes of a standard parameter.
const MOST_BYTES: usize = 4096;

impl Secrets {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            inner: Arc::default(),
        }
    }

    /// Keeps a secret with a random value; one that is there stays as it is. True if it is new.
    pub(crate) fn keep(&self, secret: NewSecret) -> bool {
        let written = self.clock.now();
        let value = SecretString::from(random::token());
        let mut inner = self.lock();
        if secret.place.starts_with("arn:") {
            let kept = Kept {
                value,
                version: uuid::Uuid::new_v4().to_string(),
                written,
            };
            let is_new = !inner.secrets.contains_key(&secret.place);
            inner.secrets.entry(secret.place).or_insert(kept);
            return is_new;
        }
        let key = (secret.region, secret.place);
        let is_new = !inner.parameters.contains_key(&key);
        inner.parameters.entry(key).or_insert(Parameter {
            kind: "SecureString".to_owned(),
            value,
            version: 1,
            written,
        });
        is_new
    }

    /// True if a call to Secrets Manager is about a secret that is kept here.
    pub(crate) fn is_asked_for(&self, body: &[u8]) -> bool {
        let input: Value = serde_json::from_slice(body).unwrap_or_default();
        let secret = input["SecretId"].as_str();
        secret.is_some_and(|secret| self.lock().secrets.contains_key(secret))
    }

    /// The JSON 1.1 API of Systems Manager, as far as it is about parameters (`AmazonSSM.*`).
    pub(crate) fn ssm(&self, operation: &str, input: &Value) -> Result<Value, AwsError> {
        let region = input["Region"].as_str().unwrap_or_default().to_owned();
        let input = Input(input);
        match operation {
            "PutParameter" => self.put(region, input),
            "GetParameter" => self.get(region, input),
            "DescribeParameters" => self.describe(&region, input),
            "DeleteParameter" => {
                let key = (region, input.required("Name")?.to_owned());
                let gone = self.lock().parameters.remove(&key);
                gone.map(|_| json!({})).ok_or_else(|| not_found(&key.1))
            }
            unknown => Err(AwsError::bad_request("UnknownOperationException", unknown)),
        }
    }

    /// The JSON 1.1 API of Secrets Manager (`secretsmanager.*`).
    pub(crate) fn manager(&self, operation: &str, input: &Value) -> Result<Value, AwsError> {
        let arn = Input(input).required("SecretId")?;
        let inner = self.lock();
        let kept = inner.secrets.get(arn).ok_or_else(|| {
            AwsError::bad_request(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret.",
            )
        })?;
        let name = arn.rsplit(':').next().unwrap_or_default();
        // Six random characters follow the name in an ARN.
        let name = name.rsplit_once('-').map_or(name, |(name, _)| name);
        match operation {
            "DescribeSecret" => Ok(json!({
                "ARN": arn,
                "Name": name,
                "CreatedDate": seconds(kept.written),
                "VersionIdsToStages": { kept.version.clone(): ["AWSCURRENT"] },
            })),
            "GetSecretValue" => Ok(json!({
                "ARN": arn,
                "Name": name,
                "VersionId": kept.version,
                "VersionStages": ["AWSCURRENT"],
                "CreatedDate": seconds(kept.written),
                "SecretString": kept.value.expose_secret(),
            })),
            unknown => Err(AwsError::bad_request("UnknownOperationException", unknown)),
        }
    }

    fn put(&self, region: String, input: Input<'_>) -> Result<Value, AwsError> {
        let name = input.required("Name")?.to_owned();
        let value = input.required("Value")?.to_owned();
        check_name(&name)?;
        if value.len() > MOST_BYTES {
            return Err(invalid(format!(
                "Standard tier parameters support a maximum parameter value of {MOST_BYTES} characters. To create a \
                 larger parameter value, upgrade the parameter to use the advanced-parameter tier."
            )));
        }
        let mut inner = self.lock();
        let before = inner.parameters.get(&(region.clone(), name.clone()));
        let kind = match (input.text("Type"), before) {
            (Some(kind @ ("String" | "StringList" | "SecureString")), _) => kind.to_owned(),
            (None, Some(before)) => before.kind.clone(),
            _ => {
                return Err(invalid(
                    "A parameter type is required when you create a parameter.",
                ));
            }
        };
        if before.is_some() && input.flag("Overwrite") != Some(true) {
            return Err(AwsError::bad_request(
                "ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
            ));
        }
        let version = before.map_or(0, |before| before.version) + 1;
        let parameter = Parameter {
            kind,
            value: value.into(),
            version,
            written: self.clock.now(),
        };
        inner.parameters.insert((region, name), parameter);
        Ok(json!({ "Version": version, "Tier": "Standard" }))
    }

    fn get(&self, region: String, input: Input<'_>) -> Result<Value, AwsError> {
        let name = input.required("Name")?.to_owned();
        let inner = self.lock();
        let key = (region, name);
        let parameter = inner
            .parameters
            .get(&key)
            .ok_or_else(|| not_found(&key.1))?;
        let value = parameter.value.expose_secret();
        let is_shown =
            parameter.kind != "SecureString" || input.flag("WithDecryption") == Some(true);
        Ok(json!({
            "Parameter": {
                "Name": key.1,
                "Type": parameter.kind,
                // Otherwise it is encrypted: nothing that a caller can use.
                "Value": if is_shown { value.to_owned() } else { STANDARD.encode(random::token()) },
                "Version": parameter.version,
                "LastModifiedDate": seconds(parameter.written),
                "ARN": arn(&key.0, &key.1),
                "DataType": "text",
            }
        }))
    }

    fn describe(&self, region: &str, input: Input<'_>) -> Result<Value, AwsError> {
        let mut path = None;
        for filter in input.0["ParameterFilters"].as_array().into_iter().flatten() {
            match (filter["Key"].as_str(), filter["Option"].as_str()) {
                (Some("Path"), Some("OneLevel")) => {
                    path = filter["Values"][0].as_str().map(|path| format!("{path}/"));
                }
                _ => {
                    return Err(AwsError::bad_request(
                        "InvalidFilterKey",
                        "a local stage filters by Path, OneLevel, alone",
                    ));
                }
            }
        }
        let inner = self.lock();
        let shown = inner.parameters.iter().filter(|((place, name), _)| {
            let below = path.as_deref().map(|path| name.strip_prefix(path));
            let is_there = below.is_none_or(|rest| rest.is_some_and(|rest| !rest.contains('/')));
            place == region && is_there
        });
        let shown: Vec<Value> = shown
            .map(|((region, name), parameter)| {
                json!({
                    "Name": name,
                    "ARN": arn(region, name),
                    "Type": parameter.kind,
                    "LastModifiedDate": seconds(parameter.written),
                    "Version": parameter.version,
                    "Tier": "Standard",
                    "DataType": "text",
                })
            })
            .collect();
        Ok(json!({ "Parameters": shown }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ARN of a parameter; its name begins with a slash, or gets one.
pub(crate) fn arn(region: &str, name: &str) -> String {
    let slash = if name.starts_with('/') { "" } else { "/" };
    format!("arn:aws:ssm:{region}:{ACCOUNT_ID}:parameter{slash}{name}")
}

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html>
fn check_name(name: &str) -> Result<(), AwsError> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
    let first = name.trim_start_matches('/').to_ascii_lowercase();
    if name.is_empty() || name.len() > 1011 || !name.bytes().all(known) {
        return Err(invalid(
            "Parameter name: can't be longer than 1011 characters, and may have a-zA-Z0-9_.- and slashes.",
        ));
    }
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(AwsError::bad_request(
            "AccessDeniedException",
            "No access to reserved parameter name.",
        ));
    }
    Ok(())
}

fn seconds(time: Timestamp) -> Value {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time in milliseconds is exact"
    )]
    let milliseconds = time.as_millisecond() as f64;
    json!(milliseconds / 1000.0)
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("ValidationException", message)
}

fn not_found(name: &str) -> AwsError {
    AwsError::bad_request("ParameterNotFound", format!("Parameter {name} not found."))
}
