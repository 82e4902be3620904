//! The environment variables, and the page of the documentation that lists them.

use models::environment::{self, Variable};
use smapi::variables;

/// Where the page is.
pub(crate) const PAGE: &str = "docs/environment.md";

/// Where the discovery file of the running stage is.
pub(crate) const LOCAL_STAGE: Variable = Variable {
    name: "VOICELINK_LOCAL_STAGE",
    purpose: "The file in which a running local stage leaves its addresses, instead of \
              `target/local-stage.json`, so that several can run side by side.",
    example: "/tmp/second-stage.json",
    default: None,
};

/// Where a stage is that is not Amazon's.
pub(crate) const ENDPOINTS: Variable = Variable {
    name: "VOICELINK_ENDPOINTS",
    purpose: "A file with base URLs, as `cargo xtask local --json` prints them, that every stage \
              but `local` is on instead of Amazon: for trying out what a real stage does. All of \
              them have to be on this machine. AWS is then called with no credentials of yours, and \
              the developer's come from the environment or a login made there.",
    example: "target/local-stage.json",
    default: None,
};

/// Where logins are kept.
const CONFIG_HOME: Variable = Variable {
    name: "XDG_CONFIG_HOME",
    purpose: "Where `cargo xtask login` keeps `voicelink/logins.json`; on Windows, `APPDATA`.",
    example: "/home/ada/.config",
    default: Some("~/.config"),
};

/// What the commands read. ask-cli reads the `ASK_` ones too
/// ([ask-cli](https://developer.amazon.com/docs/smapi/ask-cli-intro.html)).
const COMMANDS: [Variable; 11] = [
    Variable {
        name: variables::REFRESH_TOKEN,
        purpose: "Amazon developer: a refresh token that was issued to the client of the next two.",
        example: "Atzr|…",
        default: None,
    },
    Variable {
        name: variables::LWA_CLIENT_ID,
        purpose: "Id of your own Login with Amazon client.",
        example: "amzn1.application-oa2-client.0123456789abcdef",
        default: None,
    },
    Variable {
        name: variables::LWA_CLIENT_CONFIRMATION,
        purpose: "Secret of your own Login with Amazon client.",
        example: "amzn1.oa2-cs.v1.…",
        default: None,
    },
    Variable {
        name: variables::ACCESS_TOKEN,
        purpose: "Amazon developer: an access token, used as it is if there is no refresh token.",
        example: "Atza|…",
        default: None,
    },
    Variable {
        name: variables::VENDOR_ID,
        purpose: "The Amazon developer account to work in, for whoever belongs to several.",
        example: "M1EXAMPLE23456",
        default: None,
    },
    Variable {
        name: variables::SMAPI_BASE_URL,
        purpose: "Base URL of the Skill Management API instead of Amazon's. Must be https unless \
                  it is loopback, and needs credentials from the environment.",
        example: "http://127.0.0.1:4601",
        default: None,
    },
    Variable {
        name: variables::LWA_TOKEN_HOST,
        purpose: "Base URL of a token service instead of Login with Amazon's, under the same \
                  rules.",
        example: "http://127.0.0.1:4602",
        default: None,
    },
    Variable {
        name: variables::LWA_AUTHORIZE_HOST,
        purpose: "Base URL of a consent page instead of Login with Amazon's, under the same rules.",
        example: "http://127.0.0.1:4602",
        default: None,
    },
    CONFIG_HOME,
    ENDPOINTS,
    LOCAL_STAGE,
];

/// The page.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask docs`; do not edit. -->\n\n# Environment variables\n\n\
         ## The Lambda\n\n\
         The skill stack sets what it needs of these from `stack.toml`. Without them the skill still answers, says\n\
         nothing personal, and logs which are missing.\n\n",
    );
    table(&mut page, &environment::ALL);
    page.push_str(
        "\nThese have names that others have given. The stack does not set them; add them to the\n\
         function if you need them.\n\n",
    );
    table(&mut page, &environment::CONVENTIONAL);
    page.push_str(
        "\n## The commands\n\n\
         AWS credentials come from where the AWS CLI finds them: `AWS_PROFILE`, `AWS_ACCESS_KEY_ID`\n\
         and the rest of [its variables]\
         (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html).\n\n",
    );
    table(&mut page, &COMMANDS);
    page
}

fn table(page: &mut String, variables: &[Variable]) {
    page.push_str("| variable | what it says | default | example |\n| --- | --- | --- | --- |\n");
    page.extend(variables.iter().map(row));
}

fn row(variable: &Variable) -> String {
    let code = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    let default = variable.default.map_or_else(|| "–".to_owned(), code);
    let (name, example) = (code(variable.name), code(variable.example));
    format!(
        "| {name} | {} | {default} | {example} |\n",
        variable.purpose
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_on_the_page_once() {
        let page = page();
        let every = environment::ALL
            .iter()
            .chain(&environment::CONVENTIONAL)
            .chain(&COMMANDS);
        for variable in every {
            let row = format!("\n| `{}` |", variable.name);
            assert_eq!(page.matches(&row).count(), 1, "{}", variable.name);
        }
    }
}
