//! The skill stack: the function behind the skill, in one region.

use indexmap::IndexMap;
use models::environment;

use super::{SECURE_URL, WantedRole, outputs, own, parameters, stage_parameter, stage_role, tags};
use crate::cloudformation::{
    Constraint, Effect, Handle, Parameter, PolicyDocument, Principal, Statement, Sub, Template,
    Value,
};
use crate::names;
use crate::resources::{
    self, Alias, Code, Environment, Function, LogGroup, LoggingConfig, Policy, Role, Version,
};
use crate::stack_file::{ProfileSource, Provider, Scope, StackFile};

/// The skill stack of a stack file.
pub fn skill(stack: &StackFile) -> Template {
    let mut template = Template::new("The function behind a Voicelink skill");
    let stage = stage_parameter(&mut template);
    let skill_id = template.parameter(
        parameters::SKILL_ID,
        "The skill that may invoke the function",
        Constraint::Pattern {
            pattern: r"^amzn1\.ask\.skill\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            words: "must be the id of a skill",
        },
    );
    let mut environment = environment(&mut template, stack, &skill_id);
    let own = own::declare(&mut template, stack);
    let variables = own.variables.into_iter();
    (environment.variables).extend(variables.map(|(name, value)| (name.into(), value)));
    let code = code(&mut template);
    let architecture = template.parameter(
        parameters::ARCHITECTURE,
        "The processor that the bundle was built for",
        Constraint::OneOf(&["arm64", "x86_64"]),
    );
    let description = template.parameter(
        parameters::VERSION_DESCRIPTION,
        "Hash of code, environment and configuration; a new one publishes a version",
        Constraint::Pattern {
            pattern: "^[ -~]{1,256}$",
            words: "must be 1 to 256 visible characters",
        },
    );

    let logs = template.add(
        "LogGroup",
        LogGroup {
            log_group_name: Sub::text(names::LOG_GROUPS)
                .and(stack.name.as_str())
                .and("-")
                .parameter(&stage)
                .into(),
            retention_in_days: stack.lambda.log_retention.days(),
            tags: tags(stack, &stage),
        },
    );
    let mut role = execution_role(logs.get(&LogGroup::ARN).text());
    role.policies.extend(own.policies);
    let role = stage_role(&mut template, stack, &stage, role);
    let role = template.add("Role", role);
    let function = template.add(
        "Function",
        Function {
            function_name: Sub::text(stack.name.as_str())
                .and("-")
                .parameter(&stage)
                .into(),
            // Lambda publishes no second version of the same function: whatever changes the
            // version's description has to change the function too.
            description: Sub::text("Answers Alexa: ").parameter(&description).into(),
            runtime: "provided.al2023",
            handler: "bootstrap",
            architectures: vec![architecture.reference()],
            memory_size: stack.lambda.memory.megabytes(),
            // Alexa waits no longer for an answer.
            timeout: 8,
            role: role.get(&Role::ARN),
            code,
            environment,
            logging_config: LoggingConfig {
                log_group: logs.reference(),
            },
            tags: tags(stack, &stage),
        },
    );
    release(&mut template, &function, &description, &skill_id);
    template
}

/// Adds the version and the alias, lets Alexa invoke the alias, and declares the outputs.
fn release(
    template: &mut Template,
    function: &Handle<Function>,
    description: &Parameter<String>,
    skill_id: &Parameter<String>,
) {
    // The description is part of what cannot change, so a new one makes a new version. The old
    // one stays: it is what a roll back points the alias to.
    // Lambda publishes nothing twice: a version that a rollback left behind would be in the way of
    // the next attempt.
    let version = template.add_retained_once_made(
        "Version",
        Version {
            function_name: function.reference(),
            description: description.reference(),
        },
    );
    let alias = template.add(
        "Alias",
        Alias {
            name: names::ALIAS,
            function_name: function.reference(),
            function_version: version.get(&Version::VERSION),
        },
    );
    template.add(
        "Permission",
        resources::Permission {
            action: "lambda:InvokeFunction",
            function_name: alias.reference(),
            principal: "alexa-appkit.amazon.com",
            event_source_token: skill_id.reference(),
        },
    );

    template.output(
        outputs::FUNCTION_NAME,
        "Name of the function",
        function.reference().text(),
    );
    template.output(
        outputs::ALIAS_ARN,
        "The endpoint of the skill",
        alias.reference().text(),
    );
    template.output(
        outputs::VERSION,
        "The version that the endpoint runs",
        version.get(&Version::VERSION).text(),
    );
}

/// Declares what the function is told, and hands it over.
fn environment(
    template: &mut Template,
    stack: &StackFile,
    skill_id: &Parameter<String>,
) -> Environment {
    let (client, words) = match stack.identity.provider {
        Provider::Cognito => (
            "The app client that access tokens must come from",
            "must be the id of an app client",
        ),
        Provider::LoginWithAmazon => (
            "The client of the security profile that access tokens must come from",
            "must be the id of a client of Login with Amazon",
        ),
    };
    let pattern = "^[!-~]{1,256}$";
    let client_id = template.parameter(
        parameters::CLIENT_ID,
        client,
        Constraint::Pattern { pattern, words },
    );
    let mut variables = IndexMap::from([
        (environment::SKILL_ID.name.into(), skill_id.reference()),
        (environment::CLIENT_ID.name.into(), client_id.reference()),
    ]);
    let accounts = accounts(template, stack).into_iter();
    variables.extend(accounts.map(|(name, value)| (name.into(), value)));
    variables.insert(
        environment::PROFILE_SOURCE.name.into(),
        stack.linking.profile_source.as_str().into(),
    );
    Environment { variables }
}

/// Whose accounts people link.
fn accounts(template: &mut Template, stack: &StackFile) -> Vec<(&'static str, Value<String>)> {
    let mut url = |name, description| {
        let parameter = template.parameter(name, description, SECURE_URL);
        parameter.reference()
    };
    match stack.identity.provider {
        Provider::Cognito => {
            let scopes: Vec<&str> = stack.linking.scopes.iter().map(Scope::as_str).collect();
            let (variable, parameter, words) = match stack.linking.profile_source {
                ProfileSource::GetUser => (
                    environment::COGNITO_URL,
                    parameters::COGNITO_URL,
                    "Base URL of Cognito's API in the region of the user pool",
                ),
                ProfileSource::Userinfo | ProfileSource::LoginWithAmazon => (
                    environment::SIGN_IN_URL,
                    parameters::SIGN_IN_URL,
                    "Base URL of the user pool domain",
                ),
            };
            vec![
                (
                    environment::ISSUER.name,
                    url(
                        parameters::ISSUER,
                        "Who signs access tokens, exactly as they say it",
                    ),
                ),
                (variable.name, url(parameter, words)),
                (environment::SCOPES.name, scopes.join(" ").as_str().into()),
            ]
        }
        Provider::LoginWithAmazon => vec![(
            environment::AMAZON_API_URL.name,
            url(
                parameters::AMAZON_API_URL,
                "Base URL of Login with Amazon, which knows whose an access token is",
            ),
        )],
    }
}

/// Declares where the bundle is.
fn code(template: &mut Template) -> Code {
    let bucket = template.parameter(
        parameters::CODE_BUCKET,
        "The bucket that the bundle is in, in the stack's region",
        Constraint::Pattern {
            pattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
            words: "must be the name of a bucket",
        },
    );
    let key = template.parameter(
        parameters::CODE_KEY,
        "The bundle's key in the bucket",
        Constraint::Pattern {
            pattern: "^[ -~]{1,1024}$",
            words: "must be the key of an object",
        },
    );
    Code {
        bucket: bucket.reference(),
        key: key.reference(),
    }
}

/// The role that the function runs with: it may write its own logs, and what the stack file permits.
fn execution_role(log_streams: Value<String>) -> WantedRole {
    WantedRole {
        description: "Lets the function behind the skill write its logs",
        trust: PolicyDocument::new(vec![Statement {
            effect: Effect::Allow,
            principal: Some(Principal::Service("lambda.amazonaws.com")),
            action: vec!["sts:AssumeRole".into()],
            resource: Vec::new(),
            condition: None,
        }]),
        policies: vec![Policy {
            policy_name: "write-logs",
            policy_document: PolicyDocument::new(vec![Statement {
                effect: Effect::Allow,
                principal: None,
                action: vec!["logs:CreateLogStream".into(), "logs:PutLogEvents".into()],
                resource: vec![log_streams],
                condition: None,
            }]),
        }],
    }
}
