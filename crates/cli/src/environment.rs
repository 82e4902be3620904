//! The environment variables, and the page of the documentation that lists them.

use models::environment;
pub(crate) use models::environment::Variable;
use smapi::variables;

use crate::child::variables::{RULES, Rule};

/// Where the page is.
pub const PAGE: &str = "docs/environment.md";

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
    purpose: "A file with base URLs and keys, as `cargo xtask local --json` prints them, that every stage \
              but `local` is on instead of Amazon: for trying out what a real stage does. All of \
              them have to be on this machine. AWS is then called with no credentials of yours, and \
              the developer's come from the environment or a login made there.",
    example: "target/local-stage.json",
    default: None,
};

/// The client that people of Login with Amazon link their accounts with.
pub(crate) const AMAZON_CLIENT_ID: Variable = Variable {
    name: "VOICELINK_AMAZON_CLIENT_ID",
    purpose: "Where `provider` is `login-with-amazon`: the client id of the security profile that people \
              link their accounts with. Asked for on a terminal if it is not set; the stage `local` has a \
              security profile of its own.",
    example: "amzn1.application-oa2-client.0123456789abcdef",
    default: None,
};

/// Its secret.
pub(crate) const AMAZON_CLIENT_SECRET: Variable = Variable {
    name: "VOICELINK_AMAZON_CLIENT_SECRET",
    purpose: "The client secret of the security profile of `VOICELINK_AMAZON_CLIENT_ID`.",
    example: "amzn1.oa2-cs.v1.…",
    default: None,
};

/// A Lambda that is built already, for the stage `local`.
pub(crate) const BUNDLE: Variable = Variable {
    name: "VOICELINK_BUNDLE",
    purpose: "A zip with `bootstrap` in it that is deployed to the stage `local` instead of building the \
              Lambda, as `--bundle` does for any stage.",
    example: "/tmp/bootstrap.zip",
    default: None,
};

/// Where rendered documents go.
pub(crate) const DIST: Variable = Variable {
    name: "VOICELINK_DIST",
    purpose: "The folder for what is rendered and deployed, by stage, instead of `dist`.",
    example: "/tmp/dist",
    default: None,
};

/// Who may write to a pull request or a release.
pub(crate) const GITHUB_TOKEN: Variable = Variable {
    name: "GITHUB_TOKEN",
    purpose: "What `cargo xtask plan --comment` writes to a pull request with, and \
              `cargo xtask bundle --release-notes` to a release: `github.token` of the workflow. \
              `cargo xtask bootstrap` reads with it what a repository's jobs sign.",
    example: "ghs_…",
    default: None,
};

/// The repository of the pull request or the release.
pub(crate) const GITHUB_REPOSITORY: Variable = Variable {
    name: "GITHUB_REPOSITORY",
    purpose: "The repository of the pull request or release that a command writes to; GitHub Actions sets \
              it.",
    example: "ada/taxi-desk",
    default: None,
};

/// What the workflow was started by.
pub(crate) const GITHUB_EVENT_PATH: Variable = Variable {
    name: "GITHUB_EVENT_PATH",
    purpose: "A file with the event that started the workflow, and in it the number of the pull \
              request or the id of the release; GitHub Actions sets it.",
    example: "/github/workflow/event.json",
    default: None,
};

/// Where GitHub is.
pub(crate) const GITHUB_API_URL: Variable = Variable {
    name: "GITHUB_API_URL",
    purpose: "Base URL of GitHub's API; GitHub Actions sets it.",
    example: "https://github.example.com/api/v3",
    default: Some("https://api.github.com"),
};

/// How long one call may take.
pub(crate) const CALL_TIMEOUT: Variable = Variable {
    name: "VOICELINK_CALL_TIMEOUT",
    purpose: "How long one call to a service may take, in seconds: for lines that are slower than \
              most.",
    example: "120",
    default: None,
};

/// Every environment variable that anything of this workspace reads, by who reads it.
struct Environment {
    /// The Lambda; the names are ours.
    lambda: &'static [Variable],
    /// The Lambda; the names are others'.
    conventional: &'static [Variable],
    /// The commands, to find services and who calls them.
    commands: &'static [Variable],
    /// The commands, to prove who calls; no program that they start gets one but GitHub's own.
    secrets: &'static [Variable],
    /// The commands, to find their way on a machine.
    machine: &'static [Variable],
}

const ENVIRONMENT: Environment = Environment {
    lambda: &environment::ALL,
    conventional: &environment::CONVENTIONAL,
    // ask-cli reads the `ASK_` ones too
    // (https://developer.amazon.com/docs/smapi/ask-cli-intro.html).
    commands: &[
        variable(
            variables::LWA_CLIENT_ID,
            "Id of your own Login with Amazon client.",
            "amzn1.application-oa2-client.0123456789abcdef",
        ),
        variable(
            variables::VENDOR_ID,
            "The Amazon developer account to work in, for developers who belong to several.",
            "M1EXAMPLE23456",
        ),
        variable(
            variables::SMAPI_BASE_URL,
            "Base URL of the Skill Management API instead of Amazon's. Must be https unless it is \
             loopback, and needs credentials from the environment.",
            "http://127.0.0.1:4601",
        ),
        variable(
            variables::LWA_TOKEN_HOST,
            "Base URL of a token service instead of Login with Amazon's, under the same rules.",
            "http://127.0.0.1:4602",
        ),
        variable(
            variables::LWA_AUTHORIZE_HOST,
            "Base URL of a consent page instead of Login with Amazon's, under the same rules.",
            "http://127.0.0.1:4602",
        ),
        AMAZON_CLIENT_ID,
        ENDPOINTS,
        LOCAL_STAGE,
        BUNDLE,
        DIST,
        CALL_TIMEOUT,
        GITHUB_REPOSITORY,
        GITHUB_EVENT_PATH,
        GITHUB_API_URL,
        variable(
            "HTTPS_PROXY",
            "The proxy that Amazon is reached through; `NO_PROXY` names what is not.",
            "http://proxy.example.com:3128",
        ),
        variable(
            "RUST_BACKTRACE",
            "`1` shows, when the program itself fails, how it came there.",
            "1",
        ),
    ],
    secrets: &[
        variable(
            variables::REFRESH_TOKEN,
            "Amazon developer: a refresh token that was issued to the client of the next one and of \
             `ASK_LWA_CLIENT_ID`.",
            "Atzr|…",
        ),
        variable(
            variables::LWA_CLIENT_CONFIRMATION,
            "Secret of your own Login with Amazon client.",
            "amzn1.oa2-cs.v1.…",
        ),
        variable(
            variables::ACCESS_TOKEN,
            "Amazon developer: an access token, used as it is if there is no refresh token.",
            "Atza|…",
        ),
        AMAZON_CLIENT_SECRET,
        GITHUB_TOKEN,
    ],
    machine: &[
        Variable {
            default: Some("~/.config"),
            ..variable(
                "XDG_CONFIG_HOME",
                "Where `cargo xtask login` keeps `voicelink/logins.json`; on Windows, `APPDATA`.",
                "/home/ada/.config",
            )
        },
        variable(
            "APPDATA",
            "The same on Windows.",
            r"C:\Users\ada\AppData\Roaming",
        ),
        variable(
            "HOME",
            "Where ask-cli keeps its profiles, in `.ask`; on Windows, `USERPROFILE`.",
            "/home/ada",
        ),
        variable("USERPROFILE", "The same on Windows.", r"C:\Users\ada"),
        variable(
            "USER",
            "Who holds the lock of a stage, for commands that wait for it; else `USERNAME` or `LOGNAME`.",
            "ada",
        ),
        variable(
            "CARGO_TARGET_DIR",
            "Where cargo builds, and where everything else that can be made again is left.",
            "/tmp/target",
        ),
        variable(
            "CARGO",
            "The cargo to build the Lambda with; cargo sets it.",
            "/usr/bin/cargo",
        ),
        variable(
            "CARGO_HOME",
            "Where cargo keeps what it has downloaded.",
            "/home/ada/.cargo",
        ),
        variable(
            "RUSTC",
            "The compiler to build the Lambda with.",
            "/usr/bin/rustc",
        ),
        variable("PATH", "Where programs are looked for.", "/usr/bin:/bin"),
    ],
};

/// A variable without a default.
const fn variable(name: &'static str, purpose: &'static str, example: &'static str) -> Variable {
    Variable {
        name,
        purpose,
        example,
        default: None,
    }
}

/// The page.
pub fn page() -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask docs`; do not edit. -->\n\n# Environment variables\n\n\
         ## The Lambda\n\n\
         The skill stack sets what it needs of these from `stack.toml`. Without them the skill still answers, says\n\
         nothing personal, and logs which are missing.\n\n",
    );
    table(&mut page, ENVIRONMENT.lambda);
    page.push_str(
        "\nThese have names that others have given. The stack does not set them; add them to the\n\
         function if you need them.\n\n",
    );
    table(&mut page, ENVIRONMENT.conventional);
    page.push_str(
        "\n## The commands\n\n\
         AWS credentials come from where the AWS CLI finds them: `AWS_PROFILE`, `AWS_ACCESS_KEY_ID`\n\
         and the rest of [its variables]\
         (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html).\n\n",
    );
    table(&mut page, ENVIRONMENT.commands);
    page.push_str("\nThese are secrets:\n\n");
    table(&mut page, ENVIRONMENT.secrets);
    page.push_str("\nThese are set on most machines:\n\n");
    table(&mut page, ENVIRONMENT.machine);
    page.push_str(PROGRAMS);
    page.extend(RULES.iter().map(rule));
    page
}

/// What the page says before the table of [`RULES`].
const PROGRAMS: &str = "
## Programs that the commands start

Cargo, and every other program that a command starts, gets the variables of this table and no others, so that
build scripts and procedural macros do not see your credentials. A `*` at the end stands for any ending, except one
that sounds like a secret, such as `_TOKEN` or `_PASSWORD`.

A variable that your own build needs belongs into `[env]` of
[cargo's configuration](https://doc.rust-lang.org/cargo/reference/config.html#env), in the repository or in
your home. Dependencies that only a credential gives access to are downloaded by `cargo fetch`, before a command
builds.

| programs | variables | what for |
| --- | --- | --- |
";

fn rule(rule: &Rule) -> String {
    let code = |names: &[&str]| {
        let names = names.iter().map(|name| format!("`{name}`"));
        names.collect::<Vec<_>>().join(", ")
    };
    let programs = match rule.programs {
        [] => "all".to_owned(),
        programs => code(programs),
    };
    format!(
        "| {programs} | {} | {} |\n",
        code(rule.variables),
        rule.purpose
    )
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
    use std::path::Path;

    use super::*;
    use crate::child::variables::{is_for, is_secret};
    use crate::workspace;

    #[test]
    fn every_variable_is_on_the_page_once() {
        let page = page();
        let every = ENVIRONMENT
            .lambda
            .iter()
            .chain(ENVIRONMENT.conventional)
            .chain(ENVIRONMENT.commands)
            .chain(ENVIRONMENT.secrets)
            .chain(ENVIRONMENT.machine);
        for variable in every {
            let row = format!("\n| `{}` |", variable.name);
            assert_eq!(page.matches(&row).count(), 1, "{}", variable.name);
        }
    }

    /// One that is found there is a secret that cargo compiles with.
    #[test]
    fn no_secret_is_for_cargo_and_every_secret_is_listed_as_one() {
        let secrets: Vec<_> = (ENVIRONMENT.secrets.iter())
            .map(|variable| variable.name)
            .collect();
        assert!(secrets.len() >= 5, "{secrets:?}");
        for name in secrets {
            for program in ["cargo", "xtask", "rustc", "python3", "npm", "git"] {
                assert!(!is_for(program, name), "{program}: {name}");
            }
        }
        for variable in ENVIRONMENT.commands {
            assert!(!is_secret(variable.name), "{}", variable.name);
        }
    }

    /// The sources of a folder, without tests.
    fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap().to_owned();
                found.push((path.display().to_string(), code));
            }
        }
    }

    #[test]
    fn no_source_reads_a_variable_that_the_page_lacks() {
        // Where Lambda's runtime listens; what is only set, for ask-cli; an error code.
        const GIVEN: [&str; 3] = [
            "AWS_LAMBDA_RUNTIME_API",
            "ASK_SKIP_NEW_VERSION_REMINDER",
            "ASK_CLI",
        ];
        let mut all = Vec::new();
        let root = workspace::root();
        for part in ["rollout", "skill-kit", "smapi", "user-profile"] {
            sources(&root.join("crates").join(part).join("src"), &mut all);
        }
        sources(&root.join("crates/cli/src"), &mut all);
        sources(&root.join("xtask/src"), &mut all);
        let page = page();
        let name = fancy_regex::Regex::new(
            r#"(?:env::var(?:_os)?\(\s*|name: )"([A-Z][A-Z0-9_]+)"|"((?:VOICELINK|ASK)_[A-Z_]+)""#,
        )
        .unwrap();
        let mut seen = 0;
        for (file, code) in &all {
            for captures in name.captures_iter(code) {
                let captures = captures.unwrap();
                let found = captures.get(1).or(captures.get(2)).unwrap().as_str();
                seen += 1;
                assert!(
                    GIVEN.contains(&found) || page.contains(&format!("`{found}`")),
                    "{file} reads {found}, which docs/environment.md lacks"
                );
            }
        }
        assert!(seen > 15, "only {seen} found");
    }
}
