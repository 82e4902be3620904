//! The policy of a function's alias, the one thing that is asked of Lambda.

use serde::Deserialize;
use serde_json::Value;

use infra::stack_file::Region;
use infra::stacks::SkillOutputs;

use crate::aws::Aws;
use crate::aws::signed::Service;
use crate::error::{Code, Error};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyAnswer {
    policy: String,
}

/// Who may invoke an alias; `None` when nobody may.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html>
pub(super) async fn policy(
    aws: &Aws,
    region: &Region,
    outputs: &SkillOutputs,
) -> Result<Option<Value>, Error> {
    let name = &outputs.function_name;
    let doing = format!("cannot read the policy of function {name}");
    let alias = outputs.alias_arn.rsplit(':').next().unwrap_or_default();
    let lambda = Service::regional(aws, "Lambda", "lambda", region.as_str());
    let path = ["2015-03-31", "functions", name, "policy"];
    let query = [("Qualifier", alias)];
    let answer = match lambda.get("GetPolicy", &path, &query).await {
        Ok(answer) => answer,
        Err(error) if error.status() == Some(404) => return Ok(None),
        Err(error) => return Err(Error::aws(doing, error)),
    };
    let unreadable =
        |error: serde_json::Error| Error::new(Code::Aws, doing.clone()).because(error.to_string());
    let answer: PolicyAnswer = serde_json::from_slice(&answer.body).map_err(unreadable)?;
    let policy = serde_json::from_str(&answer.policy).map_err(unreadable)?;
    Ok(Some(policy))
}
