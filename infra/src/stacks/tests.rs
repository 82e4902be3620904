mod delivery;
mod linking;
mod off;
mod schema;
mod scopes;

use std::collections::BTreeMap;
use std::path::Path;

use models::environment;
use serde_json::Value;

use super::*;
use crate::render;
use crate::stack_file::{OwnResources, Region, VariableValue};

fn stack(text: &str) -> StackFile {
    StackFile::parse(&format!("name = 'guide'\n{text}"), "stack.toml").unwrap()
}

fn json(template: &Template) -> Value {
    template.to_json().unwrap()
}

/// The committed templates are those of the committed stack file, so that a pull request shows
/// what changes in the cloud.
#[test]
fn committed_templates_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let stack = StackFile::parse(&read("stack.toml"), "stack.toml").unwrap();
    let delivery = render::delivery(&stack).unwrap();
    for (path, rendered) in render::templates(&stack)
        .unwrap()
        .into_iter()
        .chain([delivery])
    {
        assert!(
            read(&format!("infra/templates/{path}")) == rendered,
            "{path} is stale: run `cargo xtask render`"
        );
    }
}

/// So are those of the presets, for whoever wants to see what one makes.
#[test]
fn the_templates_of_every_preset_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut presets = 0;
    for entry in std::fs::read_dir(root.join("presets")).unwrap() {
        let file = entry.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let stack = StackFile::parse(&text, &file.display().to_string()).unwrap();
        let folder = root
            .join("templates/presets")
            .join(file.file_stem().unwrap());
        for (name, rendered) in render::templates(&stack).unwrap() {
            let committed = std::fs::read_to_string(folder.join(name)).unwrap();
            assert!(
                committed == rendered,
                "{}/{name} is stale: run `cargo xtask render`",
                folder.display()
            );
        }
        presets += 1;
    }
    assert!(presets > 0);
}

#[test]
fn every_resource_of_the_identity_stack_outlives_it() {
    let stack = stack(&format!(
        "identity.sign-in = ['email', 'phone']\n{WEB_PAGE}\n{CUSTOM_DOMAIN}"
    ));
    let template = json(&identity(&stack));
    let resources = template["Resources"].as_object().unwrap();
    for id in ["SmsRole", "WebClient", "DomainRecord"] {
        assert!(resources.contains_key(id), "{id}");
    }
    for (id, resource) in resources {
        assert_eq!(resource["DeletionPolicy"], "Retain", "{id}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
    }
    assert_eq!(
        resources["UserPool"]["Properties"]["DeletionProtection"],
        "ACTIVE"
    );
}

const CUSTOM_DOMAIN: &str = "[identity.domain.custom]\nname = 'login-{stage}.example.com'\n\
    certificate-arn = 'arn:aws:acm:us-east-1:123456789012:certificate/1'\n\
    hosted-zone-id = 'Z1EXAMPLE'\n";

#[test]
fn a_domain_of_ones_own_takes_the_place_of_the_prefix() {
    let stack = stack(CUSTOM_DOMAIN);
    let template = json(&identity(&stack));
    assert!(template["Parameters"].get("DomainPrefix").is_none());
    let resources = template["Resources"].as_object().unwrap();
    let domains = (resources.values()).filter(|one| one["Type"] == "AWS::Cognito::UserPoolDomain");
    assert_eq!(domains.count(), 1);
    assert_eq!(
        resources["DomainRecord"]["Properties"],
        serde_json::json!({
            "HostedZoneId": "Z1EXAMPLE",
            "Name": { "Ref": "DomainName" },
            "Type": "A",
            "AliasTarget": {
                "DNSName": { "Fn::GetAtt": ["UserPoolDomain", "CloudFrontDistribution"] },
                "HostedZoneId": "Z2FDTNDATAQYW2",
                "EvaluateTargetHealth": false,
            },
        })
    );
    assert_eq!(
        resources["UserPoolDomain"]["Properties"]["CustomDomainConfig"]["CertificateArn"],
        "arn:aws:acm:us-east-1:123456789012:certificate/1"
    );
}

/// An API, one with a URL, and a web page that may call one of them.
const SCOPES: &str = "[identity.resource-servers]\ntaxi = { order = 'Order taxis in your name', cancel = 'Cancel them' }\n\
    'https://api.example.com' = { read = 'Read' }\n\
    [identity.web-client]\ncallback-urls = ['https://www.example.com']\nscopes = ['openid', 'taxi/cancel']\n\
    [linking]\nscopes = ['openid', 'email', 'taxi/order']\n";

#[test]
fn a_client_is_made_after_the_scopes_that_it_is_allowed() {
    let stack = stack(SCOPES);
    let template = json(&identity(&stack));
    let resources = &template["Resources"];
    assert_eq!(
        resources["ResourceServerTaxi"],
        serde_json::json!({
            "Type": "AWS::Cognito::UserPoolResourceServer",
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "UserPoolId": { "Ref": "UserPool" },
                "Identifier": "taxi",
                "Name": "taxi",
                "Scopes": [
                    { "ScopeName": "cancel", "ScopeDescription": "Cancel them" },
                    { "ScopeName": "order", "ScopeDescription": "Order taxis in your name" },
                ],
            },
        })
    );
    let servers = resources.as_object().unwrap().iter();
    let servers: Vec<_> = servers
        .filter(|(_, one)| one["Type"] == RESOURCE_SERVER)
        .map(|(id, _)| serde_json::json!(id))
        .collect();
    assert_eq!(servers.len(), 2);
    for client in ["UserPoolClient", "WebClient"] {
        assert_eq!(resources[client]["DependsOn"], serde_json::json!(servers));
    }
    let scopes = &resources["UserPoolClient"]["Properties"]["AllowedOAuthScopes"];
    assert_eq!(
        *scopes,
        serde_json::json!(["openid", "email", "taxi/order"])
    );
}

/// The scopes of a pool of others are theirs to change.
#[test]
fn no_resource_server_is_made_in_a_pool_that_exists() {
    let stack = stack(&format!("{EXISTING}{SCOPES}"));
    let template = json(&identity(&stack));
    assert!(
        !template.to_string().contains(RESOURCE_SERVER),
        "{template}"
    );
    let scopes = &template["Resources"]["WebClient"]["Properties"]["AllowedOAuthScopes"];
    assert_eq!(*scopes, serde_json::json!(["openid", "taxi/cancel"]));
}

const EXISTING: &str = "identity.user-pool-id = 'eu-west-1_AbCdEf123'\n";

/// The same with the domain that the pool has.
const EXISTING_DOMAIN: &str = "identity.user-pool-id = 'eu-west-1_AbCdEf123'\n\
    identity.first-factors = ['password', 'sms-otp']\nidentity.domain.existing = 'my-people'\n";

/// A pool that exists already is referred to, and nothing in the stack could change it.
#[test]
fn of_a_pool_that_exists_there_are_a_client_and_a_domain() {
    let existing = identity(&stack(EXISTING));
    insta::assert_snapshot!("existing_pool", existing.to_yaml().unwrap());
    let page = format!("{EXISTING_DOMAIN}{WEB_PAGE}");
    let with_its_domain = identity(&stack(&page));
    insta::assert_snapshot!("existing_domain", with_its_domain.to_yaml().unwrap());
    for template in [existing, with_its_domain] {
        assert!(template.capabilities().is_empty());
        let template = json(&template);
        for resource in template["Resources"].as_object().unwrap().values() {
            let kind = resource["Type"].as_str().unwrap();
            assert_ne!(kind, "AWS::Cognito::UserPool");
            assert_ne!(kind, "AWS::IAM::Role");
            assert_eq!(resource["DeletionPolicy"], "Retain");
            assert_eq!(resource["Properties"]["UserPoolId"], "eu-west-1_AbCdEf123");
            assert!(resource["Properties"].get("Tags").is_none());
        }
    }
}

/// Fixed once the pool exists: following a key that may change later would break every update.
#[test]
fn the_schema_follows_from_sign_in_alone() {
    let schema = |text: &str| {
        let template = json(&identity(&stack(text)));
        template["Resources"]["UserPool"]["Properties"]["Schema"].clone()
    };
    let other_keys =
        "[identity]\nplan = 'plus'\nself-sign-up = false\n[linking]\nscopes = ['openid']";
    assert_eq!(schema(""), schema(other_keys));
    for attribute in schema("identity.sign-in = ['username']")
        .as_array()
        .unwrap()
    {
        assert_eq!(attribute["AttributeDataType"], "String");
    }
}

#[test]
fn alexa_may_invoke_the_alias_for_one_skill_and_nothing_else() {
    let template = json(&skill(&stack("")));
    let resources = template["Resources"].as_object().unwrap();
    let permissions: Vec<&Value> = resources
        .values()
        .filter(|resource| resource["Type"] == "AWS::Lambda::Permission")
        .map(|resource| &resource["Properties"])
        .collect();
    assert_eq!(
        permissions,
        [&serde_json::json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": { "Ref": "Alias" },
            "Principal": "alexa-appkit.amazon.com",
            "EventSourceToken": { "Ref": "SkillId" },
        })]
    );
}

const AMAZON: &str = "[identity]\nprovider = 'login-with-amazon'\n\
    [linking]\nprofile-source = 'login-with-amazon'\nscopes = ['profile']";

const GET_USER: &str = "[linking]\nscopes = ['aws.cognito.signin.user.admin']\n\
    profile-source = 'get-user'";

const ALL: &str = "[lambda.environment]\nKEY = { secret = 'key' }\n\
    [skill]\nbackends = ['https://api.example.com']";

#[test]
fn the_function_is_told_everything_that_it_reads() {
    // Whose accounts they are decides what is read, and how.
    let of_a_pool = [
        environment::ISSUER,
        environment::SIGN_IN_URL,
        environment::COGNITO_URL,
        environment::SCOPES,
    ];
    let (amazon, sign_in, cognito) = (
        environment::AMAZON_API_URL,
        environment::SIGN_IN_URL,
        environment::COGNITO_URL,
    );
    let (home, backends) = (environment::HOME_REGION, environment::BACKENDS);
    for (file, unread) in [
        ("", &[amazon, cognito, home, backends][..]),
        (ALL, &[amazon, cognito]),
        (GET_USER, &[amazon, sign_in, home, backends]),
        (AMAZON, &[&of_a_pool[..], &[home, backends]].concat()),
    ] {
        let template = json(&skill(&stack(file)));
        let variables =
            &template["Resources"]["Function"]["Properties"]["Environment"]["Variables"];
        let mut told: Vec<&str> = (variables.as_object().unwrap().keys())
            .map(String::as_str)
            .filter(|name| *name != "KEY")
            .collect();
        let mut read: Vec<&str> = environment::ALL
            .iter()
            .filter(|variable| !unread.contains(variable))
            .map(|variable| variable.name)
            .collect();
        told.sort_unstable();
        read.sort_unstable();
        assert_eq!(told, read);
    }
}

#[test]
fn people_of_amazon_need_no_stack() {
    let made = |file| {
        render::files(&stack(file))
            .unwrap()
            .map(|(name, text)| (name, text.is_some()))
    };
    assert_eq!(made(""), [("identity.yaml", true), ("skill.yaml", true)]);
    assert_eq!(
        made(AMAZON),
        [("identity.yaml", false), ("skill.yaml", true)]
    );
}

/// Names of parameters, in order.
fn given<N: Into<String>>(pairs: Vec<(N, String)>) -> Vec<String> {
    let mut names: Vec<String> = pairs.into_iter().map(|(name, _)| name.into()).collect();
    names.sort_unstable();
    names
}

#[test]
fn parameters_are_those_that_the_templates_declare() {
    let declared = |template: &Template| -> Vec<String> {
        let template = json(template);
        let mut names: Vec<String> = template["Parameters"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        names.sort_unstable();
        names
    };
    let pool = stack("");
    let url = || "http://localhost:1234".parse().unwrap();
    let identity_parameters = |stack: &StackFile| IdentityParameters {
        stage: stack.default_stage.clone(),
        domain: stack.identity.domain.existing.is_none().then(|| {
            let account = names::AccountFragment::of("123456789012");
            names::sign_in_domain(stack, &stack.default_stage, &account).unwrap()
        }),
        redirect_uris: vec![url(), url()],
        permissions_boundary: None,
    };
    let custom_domain = &stack(CUSTOM_DOMAIN);
    let [existing, existing_domain] = &[EXISTING, EXISTING_DOMAIN].map(stack);
    for stack in [&pool, custom_domain, existing, existing_domain] {
        assert_eq!(
            given(identity_parameters(stack).to_pairs()),
            declared(&identity(stack))
        );
    }
    let texts = stack("[identity]\nsign-in = ['phone']\nrecovery = ['phone']");
    let with_a_role = IdentityParameters {
        permissions_boundary: Some(String::new()),
        ..identity_parameters(&pool)
    };
    assert_eq!(given(with_a_role.to_pairs()), declared(&identity(&texts)));
    let delivery_parameters = DeliveryParameters {
        stage: pool.default_stage.clone(),
        repository: "owner/name".parse().unwrap(),
        makes_provider: false,
        plans: true,
    };
    let pairs = delivery_parameters.to_pairs();
    assert_eq!(given(pairs.clone()), declared(&delivery(&pool)));
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(
        DeliveryParameters::from_pairs(&pool.default_stage, pairs),
        Some(delivery_parameters)
    );
    let of_a_pool = |profiles| AccountParameters::UserPool {
        issuer: url(),
        profiles,
    };
    let user_info = ProfileParameters::UserInfo { sign_in_url: url() };
    let get_user = ProfileParameters::GetUser { cognito_url: url() };
    let of_amazon = AccountParameters::Amazon { api_url: url() };
    for (stack, accounts, expected) in [
        (pool, of_a_pool(user_info.clone()), "SignInUrl"),
        (stack(GET_USER), of_a_pool(get_user), "CognitoUrl"),
        (stack(AMAZON), of_amazon, "AmazonApiUrl"),
        (
            stack(VARIABLES),
            of_a_pool(user_info),
            "EnvironmentBackendUrl",
        ),
        (
            with_resources(),
            of_a_pool(ProfileParameters::UserInfo { sign_in_url: url() }),
            "EnvironmentQueueUrl",
        ),
    ] {
        let parameters = SkillParameters {
            stage: stack.default_stage.clone(),
            skill_id: "amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55"
                .parse()
                .unwrap(),
            client_id: "1example23456789".parse().unwrap(),
            accounts,
            code_bucket: "bucket".to_owned(),
            code_key: "key".to_owned(),
            architecture: stack.lambda.architecture,
            version_description: "hash".to_owned(),
            permissions_boundary: String::new(),
            home: stack.needs_home_region().then(Region::us_east_1),
            own: OwnParameters::of(&stack, &stack.default_stage, &outputs()).unwrap(),
        };
        let pairs = parameters.to_pairs();
        assert!(pairs.contains(&(expected.into(), "http://localhost:1234".to_owned())));
        assert_eq!(given(pairs), declared(&skill(&stack)));
    }
}

const VARIABLES: &str = "[lambda]\nenvironment = { BACKEND_URL = 'https://api.example.com' }\n\
    permissions = [{ actions = ['sqs:SendMessage'], \
    resources = ['arn:aws:sqs:eu-west-1:123456789012:orders'] }]\n\
    [stages.local.environment]\nBACKEND_URL = 'http://localhost:1234'\n";

#[test]
fn the_function_has_the_projects_own_variables_and_permissions() {
    let stack = stack(VARIABLES);
    let template = json(&skill(&stack));
    let function = &template["Resources"]["Function"]["Properties"];
    let variable = &function["Environment"]["Variables"]["BACKEND_URL"];
    assert_eq!(variable["Ref"], "EnvironmentBackendUrl");
    let permitted = serde_json::json!({
        "Effect": "Allow",
        "Action": ["sqs:SendMessage"],
        "Resource": ["arn:aws:sqs:eu-west-1:123456789012:orders"],
    });
    let policies = &template["Resources"]["Role"]["Properties"]["Policies"];
    assert_eq!(policies[0]["PolicyName"], "write-logs");
    assert_eq!(
        policies[1]["PolicyDocument"]["Statement"],
        serde_json::json!([permitted])
    );
    // A bootstrapped stage's roles may do as much, and no more.
    let delivery = json(&delivery(&stack));
    let boundary =
        &delivery["Resources"]["RoleBoundary"]["Properties"]["PolicyDocument"]["Statement"];
    assert!(
        boundary.as_array().unwrap().contains(&permitted),
        "{boundary}"
    );

    let value = |stage: &str| {
        let environment = stack.environment(&stage.parse().unwrap());
        environment.get(&"BACKEND_URL".parse().unwrap()).cloned()
    };
    let text = |text: &str| Some(VariableValue::Text(text.to_owned()));
    assert_eq!(value("local"), text("http://localhost:1234"));
    assert_eq!(value("prod"), text("https://api.example.com"));
}

const RESOURCES: &str = "Resources:\n  Queue: { Type: 'AWS::SQS::Queue' }\n\
    Outputs:\n  QueueUrl: { Value: !Ref Queue }\n  QueueArn: { Value: !GetAtt Queue.Arn }\n";

const OUTPUTS_AND_SECRETS: &str = "name = \"guide\"\n[lambda.environment]\n\
    QUEUE_URL = { output = \"QueueUrl\" }\nAPI_KEY = { secret = \"backend-key\" }\n\
    OTHER_KEY = { secret = \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:other-AbCdEf\" }\n\
    [[lambda.permissions]]\nactions = [\"sqs:SendMessage\"]\nresources = [{ output = \"QueueArn\" }]\n";

fn with_resources() -> StackFile {
    let resources = OwnResources::parse(RESOURCES, OwnResources::FILE).unwrap();
    StackFile::parse_with(OUTPUTS_AND_SECRETS, "stack.toml", Some(resources)).unwrap()
}

fn outputs() -> BTreeMap<String, String> {
    [
        ("QueueUrl", "http://localhost:1234"),
        ("QueueArn", "arn:aws:sqs:us-east-1:1:q"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

#[test]
fn outputs_and_secrets_reach_the_function_and_no_secret_is_in_a_template() {
    let stack = with_resources();
    let template = json(&skill(&stack));
    let policies = template["Resources"]["Role"]["Properties"]["Policies"]
        .as_array()
        .unwrap();
    let statements = |name: &str| {
        let policy = policies
            .iter()
            .find(|one| one["PolicyName"] == name)
            .unwrap();
        policy["PolicyDocument"]["Statement"].clone()
    };
    let secrets = statements("own-secrets");
    assert_eq!(
        secrets[0]["Action"],
        serde_json::json!(["ssm:GetParameter"])
    );
    let arn = "arn:aws:ssm:${HomeRegion}:${AWS::AccountId}:parameter${EnvironmentApiKey}";
    assert_eq!(
        secrets[0]["Resource"],
        serde_json::json!([{ "Fn::Sub": arn }])
    );
    assert_eq!(
        secrets[1]["Resource"],
        serde_json::json!([{ "Ref": "EnvironmentOtherKey" }])
    );
    let own = statements("own-permissions");
    assert_eq!(
        own[0]["Resource"],
        serde_json::json!([{ "Ref": "OutputQueueArn" }])
    );

    let stage = stack.default_stage.clone();
    let known = OwnParameters::of(&stack, &stage, &outputs()).unwrap();
    let pairs = format!("{known:?}");
    assert!(pairs.contains("/guide/local/backend-key"), "{pairs}");
    let missing = OwnParameters::of(&stack, &stage, &BTreeMap::new()).unwrap_err();
    assert!(missing.as_str().starts_with("Queue"));

    let delivery = json(&delivery(&stack)).to_string();
    for allowed in [
        "arn:aws:ssm:*:${AWS::AccountId}:parameter/guide/${Stage}/*",
        "secret:other-AbCdEf",
        "sqs:SendMessage",
    ] {
        assert!(delivery.contains(allowed), "{allowed}");
    }
}

#[test]
fn a_repository_is_one_and_no_pattern() {
    for text in ["owner/name", "a-b/c.d_e-f", "owner@1/name@23"] {
        assert_eq!(text.parse::<Repository>().unwrap().to_string(), text);
    }
    for text in [
        "", "owner", "owner/", "/name", "o/*", "*/n", "o/n/m", "o w/n", "o_w/n", "o@1/n", "o/n@1",
        "o@x/n@1", "o@*/n@1", "o@1/n@",
    ] {
        assert!(text.parse::<Repository>().is_err(), "{text}");
    }
}

const WEB_PAGE: &str = "[identity.web-client]\ncallback-urls = ['https://www.example.com/in', \
     'http://localhost:3000/in']\nlogout-urls = ['https://www.example.com/']\n\
     scopes = ['openid', 'phone', 'aws.cognito.signin.user.admin']\nrefresh = '12h'";

/// A browser keeps no secret, and its client is retained and styled like the other.
#[test]
fn a_web_page_has_a_client_of_its_own() {
    let template = json(&identity(&stack(WEB_PAGE)));
    insta::assert_json_snapshot!("web_client", template["Resources"]["WebClient"]);
    let branding = &template["Resources"]["WebBranding"]["Properties"];
    assert_eq!(
        branding["ClientId"],
        serde_json::json!({ "Ref": "WebClient" })
    );
    let classic = format!("identity.pages = 'classic'\n{WEB_PAGE}");
    let template = json(&identity(&stack(&classic)));
    assert_eq!(template["Resources"]["WebBranding"], Value::Null);
}

fn borrowed(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
}

#[test]
fn outputs_are_those_that_the_templates_declare() {
    let pairs = |template: &Template, value: &str| -> Vec<(String, String)> {
        let template = json(template);
        let names = template["Outputs"].as_object().unwrap().keys();
        let value = |name: &str| if name == "Domain" { "guide" } else { value };
        names
            .map(|name| (name.clone(), value(name).to_owned()))
            .collect()
    };
    let stack = stack("");
    let identity_pairs = pairs(&identity(&stack), "eu-west-1_abc");
    let outputs = IdentityOutputs::from_pairs(borrowed(&identity_pairs)).unwrap();
    assert_eq!(outputs.user_pool_id.region(), "eu-west-1");
    assert_eq!(outputs.web_client_id, None);
    let web = pairs(&identity(&self::stack(WEB_PAGE)), "eu-west-1_abc");
    let web = IdentityOutputs::from_pairs(borrowed(&web)).unwrap();
    assert!(web.web_client_id.is_some());
    for existing in [EXISTING, EXISTING_DOMAIN] {
        let existing = pairs(&identity(&self::stack(existing)), "eu-west-1_abc");
        assert_eq!(existing, identity_pairs, "whoever asks need not know");
    }
    let skill_pairs = pairs(&skill(&stack), "1");
    assert!(SkillOutputs::from_pairs(borrowed(&skill_pairs)).is_ok());
    assert_eq!(
        SkillOutputs::from_pairs(borrowed(&skill_pairs[1..])),
        Err(OutputError::Missing("FunctionName"))
    );
    let delivery_pairs = pairs(&delivery(&stack), "arn");
    let outputs = DeliveryOutputs::from_pairs(borrowed(&delivery_pairs)).unwrap();
    assert_eq!(outputs.plan_role.as_deref(), Some("arn"));
}

/// Said in either case, so that a pool that had the other form gets it back.
#[test]
fn a_pool_has_the_original_issuer_unless_it_is_told_otherwise() {
    let configuration = |text| {
        let template = json(&identity(&stack(text)));
        template["Resources"]["UserPool"]["Properties"]["IssuerConfiguration"].clone()
    };
    for (text, form) in [
        ("", "ORIGINAL"),
        ("identity.issuer = 'original'", "ORIGINAL"),
        ("identity.issuer = 'updated'", "UPDATED"),
    ] {
        assert_eq!(configuration(text), serde_json::json!({ "Type": form }));
    }
}

#[test]
fn only_a_stack_with_a_role_needs_a_capability() {
    assert!(identity(&stack("")).capabilities().is_empty());
    let phone = stack("[identity]\nsign-in = ['phone']\nrecovery = ['phone']");
    assert_eq!(identity(&phone).capabilities(), ["CAPABILITY_IAM"]);
    assert_eq!(skill(&phone).capabilities(), ["CAPABILITY_IAM"]);
}

/// What the keys do that the committed templates leave at their defaults.
#[test]
fn other_systems_render_as_they_should() {
    let phone = "[identity]\nsign-in = ['phone']\nmfa = 'required'\nmfa-factors = ['sms', 'totp']\n\
        recovery = ['admin-only']\nself-sign-up = false\n[linking]\nscopes = ['phone', 'openid']";
    insta::assert_snapshot!("phone", identity(&stack(phone)).to_yaml().unwrap());
    let codes = "[identity]\nsign-in = ['email', 'phone']\nplan = 'plus'\n\
        first-factors = ['password', 'email-otp', 'sms-otp']\nrecovery = ['phone', 'email']\n\
        [identity.tokens]\naccess = '90m'\nrefresh = '4000000s'\nrotation = true";
    insta::assert_snapshot!("codes", identity(&stack(codes)).to_yaml().unwrap());
    let user_names = "[identity]\nsign-in = ['username']\nplan = 'lite'\npages = 'classic'\n\
        [linking]\nscopes = ['aws.cognito.signin.user.admin']\nprofile-source = 'get-user'\n\
        grants = ['code', 'implicit']";
    insta::assert_snapshot!(
        "user_names",
        identity(&stack(user_names)).to_yaml().unwrap()
    );
}
