//! The functions that Alexa invokes, as they were deployed: what stack.toml says by now is another matter.

use futures_util::future::join_all;
use infra::stack_file::Region;
use infra::stacks::SkillParameters;
use models::secure_url::SecureUrl;

use crate::aws::stack::Observed;
use crate::error::Error;
use crate::session::Session;
use crate::steps::skill_stack;

/// The function of one region.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) region: Region,
    /// What its stack is called.
    pub(super) stack: String,
    /// Its stack, if there is one.
    pub(super) observed: Option<Observed>,
}

/// Reads the stack of every region.
pub(super) async fn functions(session: &Session<'_>) -> Result<Vec<Function>, Error> {
    let read = session
        .inputs
        .skill_regions()
        .into_iter()
        .map(|region| async move {
            let client = skill_stack::reader(session, &region);
            Ok(Function {
                observed: client.observe().await?,
                stack: client.desired().name.clone(),
                region,
            })
        });
    join_all(read).await.into_iter().collect()
}

/// The issuers that the deployed functions expect, each with its regions: one, unless a deployment has
/// stopped between two regions. `None` is that of a function without one.
pub(super) fn issuers(functions: &[Function]) -> Vec<(Option<SecureUrl>, Vec<&str>)> {
    let mut found: Vec<(Option<SecureUrl>, Vec<&str>)> = Vec::new();
    for function in functions {
        let Some(observed) = &function.observed else {
            continue;
        };
        let issuer = SkillParameters::issuer(&observed.parameters);
        let region = function.region.as_str();
        match found.iter_mut().find(|(known, _)| *known == issuer) {
            Some((_, regions)) => regions.push(region),
            None => found.push((issuer, vec![region])),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_expect_the_same_are_asked_about_once() {
        let function = |region: &str, issuer: Option<&str>| Function {
            region: region.parse().unwrap(),
            stack: "guide-dev-skill".to_owned(),
            observed: Some(Observed {
                status: "UPDATE_COMPLETE".to_owned(),
                reason: None,
                template: String::new(),
                parameters: (issuer.iter())
                    .map(|issuer| ("Issuer".to_owned(), (*issuer).to_owned()))
                    .collect(),
                outputs: [].into(),
                protected: false,
            }),
        };
        let [one, other] = ["https://one.example.com/p", "https://other.example.com/p"];
        let mut functions = vec![
            function("eu-west-1", Some(one)),
            function("us-east-1", Some(other)),
            function("us-west-2", Some(one)),
            function("ap-northeast-1", None),
            function("eu-central-1", None),
        ];
        functions[4].observed = None;
        let parsed = |url: &str| Some(url.parse().unwrap());
        assert_eq!(
            issuers(&functions),
            [
                (parsed(one), vec!["eu-west-1", "us-west-2"]),
                (parsed(other), vec!["us-east-1"]),
                (None, vec!["ap-northeast-1"]),
            ]
        );
        assert_eq!(issuers(&functions[4..]), []);
    }
}
