//! The name that the jobs of a repository sign with, as GitHub tells it.
//!
//! Repositories that were made, renamed or transferred since July 2026, and those that have opted in, sign
//! `repo:OWNER@ID/NAME@ID`, others `repo:OWNER/NAME`
//! (<https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims>).

use std::time::Duration;

use infra::stacks::Repository;
use reqwest::Method;
use serde_json::Value;

use crate::child;
use crate::failure::{Code, Failure};
use crate::github::Api;

/// How long GitHub may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// What GitHub says of a repository.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Its jobs sign so.
    Signs(Repository),
    /// It was not possible to ask; why, for each way that was tried.
    Nothing(Vec<String>),
}

/// Asks GitHub's API, or else GitHub's own command line, whose login can see more.
pub(super) async fn ask(repository: &Repository) -> Result<Told, Failure> {
    let mut reasons = Vec::new();
    for source in [Source::Api(Api::from_environment()?), Source::Gh] {
        match told(&source, repository).await {
            Ok(Answer::Signs(repository)) => return Ok(Told::Signs(repository)),
            Ok(Answer::Otherwise(keys)) => return Err(of_their_own(repository, &keys)),
            Err(reason) => reasons.push(reason),
        }
    }
    Ok(Told::Nothing(reasons))
}

/// Where GitHub is asked.
enum Source {
    Api(Api),
    Gh,
}

/// What a source says.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Signs(Repository),
    /// The subject is made of other claims.
    Otherwise(Vec<String>),
}

async fn told(source: &Source, repository: &Repository) -> Result<Answer, String> {
    let path = format!("repos/{repository}/actions/oidc/customization/sub");
    let template = source.get(&path).await?;
    if let Some(answer) = from_template(&template) {
        return Ok(answer);
    }
    let details = source.get(&format!("repos/{repository}")).await?;
    let immutable = template["use_immutable_subject"] == true;
    from_details(&details, immutable)
        .map(Answer::Signs)
        .ok_or_else(|| format!("GitHub describes {repository} in a way that is not known"))
}

/// <https://docs.github.com/en/rest/actions/oidc#get-the-customization-template-for-an-oidc-subject-claim-for-a-repository>
fn from_template(template: &Value) -> Option<Answer> {
    let keys: Vec<_> = (template["include_claim_keys"].as_array().into_iter())
        .flatten()
        .filter_map(|key| key.as_str().map(str::to_owned))
        .collect();
    if template["use_default"] == false && keys != ["repo", "context"] {
        return Some(Answer::Otherwise(keys));
    }
    let prefix = template["sub_claim_prefix"].as_str()?;
    let repository = prefix.strip_prefix("repo:")?;
    Some(Answer::Signs(repository.parse().ok()?))
}

/// <https://docs.github.com/en/rest/repos/repos#get-a-repository>
fn from_details(details: &Value, immutable: bool) -> Option<Repository> {
    let owner = details["owner"]["login"].as_str()?;
    let name = details["name"].as_str()?;
    let text = if immutable {
        let (owner_id, id) = (details["owner"]["id"].as_u64()?, details["id"].as_u64()?);
        format!("{owner}@{owner_id}/{name}@{id}")
    } else {
        format!("{owner}/{name}")
    };
    text.parse().ok()
}

fn of_their_own(repository: &Repository, keys: &[String]) -> Failure {
    let keys = keys.join(", ");
    Failure::new(
        Code::Github,
        format!(
            "the jobs of {repository} sign a subject of its own ({keys}), which the roles would not believe"
        ),
    )
    .hint(format!(
        "`gh api --method PUT repos/{repository}/actions/oidc/customization/sub -F use_default=true` sets \
         the usual one"
    ))
}

impl Source {
    /// What is at a path, or why that cannot be told.
    async fn get(&self, path: &str) -> Result<Value, String> {
        match self {
            Self::Api(api) => {
                let request = api.call(Method::GET, path);
                let request = request.map_err(|failure| failure.message().to_owned())?;
                let answer = request.timeout(PATIENCE).send().await.map_err(|error| {
                    let error = error.without_url();
                    format!(
                        "GitHub's API cannot be reached: {}",
                        rollout::error::chain(&error)
                    )
                })?;
                let status = answer.status();
                if !status.is_success() {
                    return Err(format!("GitHub's API answers {status}"));
                }
                answer.json().await.map_err(|error| {
                    format!("GitHub's API answers no JSON: {}", error.without_url())
                })
            }
            Self::Gh => {
                let output = child::task("gh").args(["api", path]).output().await;
                let output = output.map_err(|error| format!("gh cannot be run: {error}"))?;
                if !output.status.success() {
                    let said = String::from_utf8_lossy(&output.stderr);
                    let said = said
                        .trim()
                        .lines()
                        .next_back()
                        .unwrap_or_default()
                        .to_owned();
                    return Err(format!("gh failed: {said}"));
                }
                serde_json::from_slice(&output.stdout)
                    .map_err(|error| format!("gh prints no JSON: {error}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn signs(text: &str) -> Answer {
        Answer::Signs(text.parse().unwrap())
    }

    #[test]
    fn the_prefix_is_believed_and_other_subjects_are_not() {
        let template = json!({
            "use_default": true,
            "use_immutable_subject": true,
            "sub_claim_prefix": "repo:Ada@12/Taxi@345",
        });
        assert_eq!(from_template(&template), Some(signs("Ada@12/Taxi@345")));
        let template = json!({ "use_default": true, "sub_claim_prefix": "repo:Ada/Taxi" });
        assert_eq!(from_template(&template), Some(signs("Ada/Taxi")));
        let same = json!({ "use_default": false, "include_claim_keys": ["repo", "context"],
                           "sub_claim_prefix": "repo:Ada/Taxi" });
        assert_eq!(from_template(&same), Some(signs("Ada/Taxi")));
        let other = json!({ "use_default": false, "include_claim_keys": ["job_workflow_ref"],
                            "sub_claim_prefix": "repo:Ada/Taxi" });
        let other = from_template(&other);
        assert_eq!(
            other,
            Some(Answer::Otherwise(vec!["job_workflow_ref".to_owned()]))
        );
        for unknown in [
            json!({ "use_default": true }),
            json!({ "sub_claim_prefix": "repository_id:345" }),
        ] {
            assert_eq!(from_template(&unknown), None);
        }
    }

    #[test]
    fn names_are_githubs_own_and_ids_are_there_where_they_are_signed() {
        let details = json!({ "id": 345, "name": "Taxi", "owner": { "login": "Ada", "id": 12 } });
        let told = |immutable| from_details(&details, immutable).unwrap().to_string();
        assert_eq!(told(true), "Ada@12/Taxi@345");
        assert_eq!(told(false), "Ada/Taxi");
        assert_eq!(from_details(&json!({ "name": "Taxi" }), false), None);
    }
}
