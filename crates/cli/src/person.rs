//! Who tries a local stage out, and how that person signs in.

use infra::StackFile;
use infra::stack_file::{FirstFactor, Region, SignIn};
use rollout::aws::Aws;
use rollout::deploy::Deployed;
use rollout::error::Error;
use rollout::existing_pool;
use rollout::inputs::Inputs;
use story::{Administrator, FirstCode, Script, SignInName, Way};

use crate::failure::Failure;
use crate::{output, web_page};

/// The person's script for what was deployed, in the project's first locale, with sentences of the
/// project's own.
pub(crate) fn script(
    inputs: &Inputs,
    stack: &StackFile,
    deployed: &Deployed,
    sentences: Vec<String>,
) -> Result<Script, Failure> {
    let locale = inputs.package.first_locale();
    let invocation_name = inputs.package.invocation_name(locale);
    Ok(Script {
        skill_id: deployed.skill_id.to_string(),
        opening: utterances::opening(locale, invocation_name.map_err(Error::from)?),
        locale: locale.to_owned(),
        optional_linking: stack.linking.optional,
        pkce: stack.linking.pkce,
        way: way(stack),
        administrator: administrator(stack, &inputs.home, deployed),
        sentences,
        web_page: web_page::script(stack, deployed),
    })
}

/// The stack file as its people find it: what they sign in with is known to a user pool that exists
/// already, and not to the file.
pub(crate) async fn as_it_is(inputs: &Inputs) -> Result<StackFile, Failure> {
    let mut stack = inputs.stack.clone();
    if stack.identity.user_pool_id.is_none() {
        return Ok(stack);
    }
    // To look is no part of the deployment.
    let counter = output::call_counter();
    let read = Box::pin(async {
        let aws = Aws::connect(&inputs.endpoints, &inputs.home, counter).await?;
        existing_pool::read(&aws, inputs).await
    });
    if let Some(pool) = read.await? {
        stack.identity = (stack.identity).as_the_pool_is(pool.sign_in, pool.self_sign_up);
    }
    Ok(stack)
}

/// How somebody signs in to a pool as the stack file makes it: with a one-time code where that is
/// possible, because that is then what the pool is about.
pub(crate) fn way(stack: &StackFile) -> Way {
    let identity = &stack.identity;
    if !identity.has_a_pool() {
        return Way {
            at_amazon: true,
            ..Way::default()
        };
    }
    let signs_in_with = |name| identity.sign_in.contains(&name);
    let has = |factor| identity.first_factors.contains(&factor);
    let code_first = if has(FirstFactor::SmsOtp) {
        Some(FirstCode::Sms)
    } else {
        has(FirstFactor::EmailOtp).then_some(FirstCode::Email)
    };
    Way {
        // Where people have one address or the other, the one that the code goes to.
        name: if signs_in_with(SignIn::Username) {
            SignInName::Username
        } else if signs_in_with(SignIn::Phone)
            && !(signs_in_with(SignIn::Email) && code_first == Some(FirstCode::Email))
        {
            SignInName::Phone
        } else {
            SignInName::Email
        },
        code_first,
        at_amazon: false,
        // Nobody has verified an address that an administrator wrote down.
        alias: signs_in_with(SignIn::Username) && identity.self_sign_up,
    }
}

/// Who makes accounts where people cannot make their own.
pub(crate) fn administrator(
    stack: &StackFile,
    home: &Region,
    deployed: &Deployed,
) -> Option<Administrator> {
    let pool = deployed.accounts.user_pool_id()?;
    (!stack.identity.self_sign_up).then(|| Administrator {
        region: home.to_string(),
        user_pool_id: pool.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_has_the_address_that_a_code_comes_to() {
        let both = "sign-in = ['email', 'phone']\nfirst-factors = ['password'";
        for (text, name, code) in [
            (format!("{both}]"), SignInName::Phone, None),
            (
                format!("{both}, 'email-otp']"),
                SignInName::Email,
                Some(FirstCode::Email),
            ),
            (
                format!("{both}, 'email-otp', 'sms-otp']"),
                SignInName::Phone,
                Some(FirstCode::Sms),
            ),
        ] {
            let text = format!("name = 'guide'\n[identity]\n{text}");
            let stack = StackFile::parse(&text, "stack.toml").unwrap();
            let way = way(&stack);
            assert_eq!((way.name, way.code_first), (name, code), "{text}");
        }
    }
}
