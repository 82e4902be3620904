//! The policy of a function's alias, the one thing that is asked of Lambda: a signed request
//! instead of a whole SDK.

use std::time::{Instant, SystemTime};

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use serde::Deserialize;
use serde_json::Value;
use smapi::HttpClients;

use infra::stack_file::Region;
use infra::stacks::SkillOutputs;

use crate::aws::Aws;
use crate::calls::Exchange;
use crate::error::{Code, Error, chain};

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
    let mut url = aws
        .lambda_url(region)?
        .below(["2015-03-31", "functions", name, "policy"]);
    url = {
        let mut with_alias = url.as_url().clone();
        with_alias.query_pairs_mut().append_pair("Qualifier", alias);
        with_alias
            .try_into()
            .map_err(|error: models::secure_url::SecureUrlError| failed(error.to_string()))?
    };
    let url = url.as_url();

    let identity: Identity = aws
        .credentials()
        .ok_or_else(|| failed("there are no credentials".to_owned()))?
        .provide_credentials()
        .await
        .map_err(|error| failed(chain(&error)))?
        .into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region.as_str())
        .name("lambda")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| failed(chain(&error)))?
        .into();
    let signable = SignableRequest::new(
        "GET",
        url.as_str(),
        std::iter::empty(),
        SignableBody::Bytes(&[]),
    );
    let (signed, _) = signable
        .and_then(|request| sign(request, &parameters))
        .map_err(|error| failed(chain(&error)))?
        .into_parts();

    let clients = HttpClients::default();
    let mut request = clients.for_url(url)?.get(url.clone());
    for (name, value) in signed.headers() {
        request = request.header(name, value);
    }
    let started = Instant::now();
    let response = request.send().await;
    let counter = aws.counter();
    counter.count(false);
    counter.tell(|| Exchange {
        operation: "Lambda GetPolicy".to_owned(),
        method: "GET".to_owned(),
        path: url.path().to_owned(),
        status: response
            .as_ref()
            .ok()
            .map(|answer| answer.status().as_u16()),
        request_id: response.as_ref().ok().and_then(|answer| {
            let id = answer.headers().get("x-amzn-requestid")?;
            id.to_str().ok().map(str::to_owned)
        }),
        took: started.elapsed(),
    });
    let no_answer = |error: reqwest::Error| {
        Error::new(Code::Endpoint, format!("{doing}: no answer from AWS"))
            .because(chain(&error.without_url()))
            .hint("check the network, then run the command again")
    };
    let response = response.map_err(no_answer)?;
    let status = response.status();
    let body = response.bytes().await.map_err(no_answer)?;
    if status == reqwest::StatusCode::NOT_FOUND {
        return Ok(None);
    }
    if !status.is_success() {
        let refusal: Refusal = serde_json::from_slice(&body).unwrap_or_default();
        return Err(Error::new(
            Code::Aws,
            format!("{doing}: {} ({status})", refusal.message),
        )
        .hint("the credentials need lambda:GetPolicy"));
    }
    let answer: PolicyAnswer =
        serde_json::from_slice(&body).map_err(|error| failed(error.to_string()))?;
    let policy = serde_json::from_str(&answer.policy).map_err(|error| failed(error.to_string()))?;
    Ok(Some(policy))
}
