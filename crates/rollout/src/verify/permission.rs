//! The policy of a function's alias, the one thing that is asked of Lambda.

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use infra::stack_file::Region;
use infra::stacks::SkillOutputs;

use crate::aws::Aws;
use crate::aws::signed::{self, Request};
use crate::error::{Code, Error};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyAnswer {
    policy: String,
}

#[derive(Deserialize, Default)]
struct Refusal {
    #[serde(alias = "Message", default)]
    message: String,
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
    let failed = |cause: String| Error::new(Code::Aws, doing.clone()).because(cause);
    let alias = outputs.alias_arn.rsplit(':').next().unwrap_or_default();
    let host = format!("lambda.{region}.amazonaws.com");
    let url = aws
        .service_url(&host)?
        .below(["2015-03-31", "functions", name, "policy"]);
    let mut url = url.as_url().clone();
    url.query_pairs_mut().append_pair("Qualifier", alias);
    let request = Request {
        doing: &doing,
        service: "lambda",
        region: region.as_str(),
        operation: "Lambda GetPolicy",
        method: Method::GET,
        url,
        headers: &[],
        body: Vec::new(),
    };
    let answer = signed::send(aws, &request).await?;
    if answer.status == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    if !answer.status.is_success() {
        let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
        return Err(answer.refusal(&doing, &refusal.message, "lambda:GetPolicy"));
    }
    let answer: PolicyAnswer =
        serde_json::from_slice(&answer.body).map_err(|error| failed(error.to_string()))?;
    let policy = serde_json::from_str(&answer.policy).map_err(|error| failed(error.to_string()))?;
    Ok(Some(policy))
}
