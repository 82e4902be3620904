//! The secrets of a stage's function: parameters in the home region, of which the rollout itself reads names alone.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html>

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use infra::stack_file::{Region, SecretName};

use crate::aws::Aws;
use crate::aws::signed::Service;
use crate::calls::CallCounter;
use crate::error::{CallError, Code, Error};
use crate::inputs::Inputs;

/// The name of the service in the targets of its operations.
const TARGET: &str = "AmazonSSM";

/// The most bytes of a standard parameter, which costs nothing
/// ([quotas](https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html)).
pub const MOST_BYTES: usize = 4096;

/// A secret that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stored {
    /// Its name in stack.toml.
    pub name: String,
    /// When it was last written.
    pub written_at: Option<Timestamp>,
    /// How often it was.
    pub version: u64,
}

/// The secrets of one stage.
#[derive(Debug)]
pub struct Secrets<'a> {
    inputs: &'a Inputs,
    aws: Aws,
}

impl<'a> Secrets<'a> {
    /// Prepares to work on a stage's secrets; nothing is called unless the credentials need it.
    pub async fn open(inputs: &'a Inputs, counter: &CallCounter) -> Result<Self, Error> {
        let aws = Aws::connect(&inputs.endpoints, &inputs.home, counter.clone()).await?;
        Ok(Self { inputs, aws })
    }

    pub(crate) fn of(inputs: &'a Inputs, aws: &Aws) -> Self {
        Self {
            inputs,
            aws: aws.clone(),
        }
    }

    /// Writes a secret, over the one that is there.
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
    pub async fn set(&self, name: &SecretName, value: &SecretString) -> Result<(), Error> {
        let input = json!({
            "Name": self.place(name),
            "Value": value.expose_secret(),
            "Type": "SecureString",
            "Overwrite": true,
        });
        let done = self
            .ssm()
            .json::<Value>(TARGET, "PutParameter", &input)
            .await;
        done.map(drop)
            .map_err(|error| self.failed("write", name, &error))
    }

    /// Removes a secret; false if there was none.
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html>
    pub async fn remove(&self, name: &SecretName) -> Result<bool, Error> {
        let input = json!({ "Name": self.place(name) });
        match self
            .ssm()
            .json::<Value>(TARGET, "DeleteParameter", &input)
            .await
        {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ParameterNotFound") => Ok(false),
            Err(error) => Err(self.failed("remove", name, &error)),
        }
    }

    /// The secrets that are there, in the order of their names. No value is read.
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html>
    pub async fn list(&self) -> Result<Vec<Stored>, Error> {
        let path = format!("/{}/{}", self.inputs.stack.name, self.inputs.stage);
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let input = json!({
                "ParameterFilters": [{ "Key": "Path", "Option": "OneLevel", "Values": [path] }],
                "MaxResults": 50,
                "NextToken": next,
            });
            let page = self
                .ssm()
                .json::<Page>(TARGET, "DescribeParameters", &without_null(input))
                .await;
            let page = page.map_err(|error| {
                Error::aws(format!("cannot list the parameters below {path}"), &error)
            })?;
            let start = format!("{path}/");
            found.extend(page.parameters.into_iter().filter_map(|one| {
                Some(Stored {
                    name: one.name.strip_prefix(&start)?.to_owned(),
                    written_at: one.last_modified_date.and_then(time),
                    version: one.version,
                })
            }));
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                break;
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// Refuses a deployment of a function whose secrets are not there.
    pub(crate) async fn check(&self) -> Result<(), Error> {
        let (stack, stage) = (&self.inputs.stack, &self.inputs.stage);
        let environment = stack.environment(stage);
        let (arns, names): (Vec<_>, Vec<_>) = environment
            .secrets()
            .into_iter()
            .partition(|secret| secret.is_arn());
        if !names.is_empty() {
            let there = self.list().await?;
            let missing: Vec<_> = (names.into_iter())
                .filter(|name| !there.iter().any(|one| one.name == name.as_str()))
                .map(SecretName::as_str)
                .collect();
            if let Some(first) = missing.first() {
                return Err(Error::new(
                    Code::Secret,
                    format!("stage {stage} has no secret {}", missing.join(", ")),
                )
                .hint(format!(
                    "give it its value: cargo xtask secret set {stage} {first}"
                )));
            }
        }
        for arn in arns {
            self.check_arn(arn).await?;
        }
        Ok(())
    }

    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html>
    async fn check_arn(&self, arn: &SecretName) -> Result<(), Error> {
        let region = arn.as_str().split(':').nth(3).unwrap_or_default();
        let service = Service::regional(&self.aws, "Secrets Manager", "secretsmanager", region);
        let input = json!({ "SecretId": arn });
        let described = service
            .json::<Value>("secretsmanager", "DescribeSecret", &input)
            .await;
        match described {
            Ok(secret) if secret["DeletedDate"].is_null() => Ok(()),
            Ok(_) => Err(
                Error::new(Code::Secret, format!("the secret {arn} is being deleted"))
                    .hint("restore it in AWS Secrets Manager, or name another one in stack.toml"),
            ),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Err(Error::new(
                Code::Secret,
                format!("there is no secret {arn}"),
            )
            .hint("make it in AWS Secrets Manager, or correct its ARN in stack.toml")),
            Err(error) => Err(Error::aws(
                format!("cannot see whether there is a secret {arn}"),
                &error,
            )),
        }
    }

    fn place(&self, name: &SecretName) -> String {
        name.place(&self.inputs.stack.name, &self.inputs.stage)
    }

    fn ssm(&self) -> Service {
        let home: &Region = &self.inputs.home;
        Service::regional(&self.aws, "SSM", "ssm", home.as_str())
    }

    fn failed(&self, doing: &str, name: &SecretName, error: &CallError) -> Error {
        Error::aws(
            format!("cannot {doing} the parameter {}", self.place(name)),
            error,
        )
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    parameters: Vec<Parameter>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    name: String,
    /// Seconds since the epoch.
    last_modified_date: Option<f64>,
    #[serde(default)]
    version: u64,
}

fn time(seconds: f64) -> Option<Timestamp> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a time in milliseconds fits"
    )]
    let milliseconds = (seconds * 1000.0) as i64;
    Timestamp::from_millisecond(milliseconds).ok()
}

/// A member without a value is left out: the service refuses `null`.
fn without_null(mut input: Value) -> Value {
    if let Some(members) = input.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    input
}
