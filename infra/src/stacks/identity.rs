//! The identity stack: user pool, resource servers, app client, domain, style, and the role for text messages. Of a pool
//! that exists already there are app client and style, and a domain unless it has one to be used.
//!
//! Everything in it outlives the stack: who deletes it by mistake loses no user.

mod client;
mod domain;
mod pool;
mod resource_servers;

use indexmap::IndexMap;
use models::ids::UserPoolId;

use super::{SECURE_URL, WantedRole, outputs, parameters, stage_parameter, stage_role};
use crate::cloudformation::{
    Condition, Effect, Handle, Kind, Parameter, PolicyDocument, Principal, Pseudo, Statement, Sub,
    Template, Value,
};
use crate::resources::{
    ManagedLoginBranding, Policy, Role, SmsConfiguration, UserPool, UserPoolClient,
    UserPoolResourceServer,
};
use crate::stack_file::{Pages, StackFile};

/// The user pool, by its name in the template.
pub const USER_POOL: &str = "UserPool";

/// The type of a resource server, of which there is one for each that the stack file has.
pub const RESOURCE_SERVER: &str = UserPoolResourceServer::TYPE;

/// The host of the sign-in pages, by its name in the template.
pub const DOMAIN: &str = "UserPoolDomain";

/// The DNS record that leads to a host of one's own, by its name in the template.
pub const DOMAIN_RECORD: &str = "DomainRecord";

/// The role with which the pool sends text messages, by its name in the template.
pub const SMS_ROLE: &str = "SmsRole";

/// What belongs to an app client, by its names in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientNames {
    /// The app client.
    pub client: &'static str,
    /// What its name in the pool ends with, behind those of stack and stage.
    pub name_ends: &'static str,
    /// The style of its pages.
    pub branding: &'static str,
    /// The output that says its id.
    pub output: &'static str,
}

/// The app client that Alexa links accounts with.
pub const ALEXA: ClientNames = ClientNames {
    client: "UserPoolClient",
    name_ends: "-alexa",
    branding: "Branding",
    output: outputs::CLIENT_ID,
};

/// The app client of a web page.
pub const WEB: ClientNames = ClientNames {
    client: "WebClient",
    name_ends: "-web",
    branding: "WebBranding",
    output: outputs::WEB_CLIENT_ID,
};

/// The identity stack of a stack file.
pub fn identity(stack: &StackFile) -> Template {
    let mut template = Template::new("The people of a Voicelink stage, and how they sign in");
    let stage = stage_parameter(&mut template);
    let domain = domain::parameter(&mut template, stack);
    let redirect_uris = template.list_parameter(
        parameters::REDIRECT_URIS,
        "Where Alexa takes codes, one URI for each part of the world",
        SECURE_URL,
    );

    let (pool, pool_arn) = match &stack.identity.user_pool_id {
        Some(existing) => (Value::Literal(existing.clone()), arn(existing)),
        None => add_pool(&mut template, stack, &stage),
    };
    // Cognito refuses a client whose scopes it does not know yet.
    let servers = resource_servers::add(&mut template, stack, &pool);
    let client = template.add_retained_after(
        ALEXA.client,
        client::for_alexa(stack, &stage, &pool, &redirect_uris),
        &servers,
    );
    let web_client = stack.identity.web_client.as_ref().map(|web| {
        let web = client::for_the_web(stack, &stage, &pool, web);
        template.add_retained_after(WEB.client, web, &servers)
    });
    let managed = stack.identity.pages == Pages::ManagedLogin;
    let style = |client: &Handle<UserPoolClient>| ManagedLoginBranding {
        user_pool_id: pool.clone(),
        client_id: client.reference(),
        use_cognito_provided_values: true,
    };
    let branding = managed.then(|| template.add_retained(ALEXA.branding, style(&client)));
    if let Some(web_client) = web_client.as_ref().filter(|_| managed) {
        template.add_retained(WEB.branding, style(web_client));
    }
    if let Some(domain) = &domain {
        domain::add(&mut template, stack, domain, &pool, branding.as_ref());
    }

    template.output(outputs::USER_POOL_ID, "Id of the user pool", pool.text());
    template.output(outputs::USER_POOL_ARN, "ARN of the user pool", pool_arn);
    template.output(
        outputs::CLIENT_ID,
        "Id of the app client for Alexa",
        client.reference().text(),
    );
    if let Some(web_client) = web_client {
        template.output(
            outputs::WEB_CLIENT_ID,
            "Id of the app client of a web page",
            web_client.reference().text(),
        );
    }
    let existing = stack.identity.domain.existing.as_ref();
    let name = (domain.map(|domain| domain.reference()))
        .or_else(|| existing.map(|domain| domain.as_str().into()));
    if let Some(name) = name {
        template.output(outputs::DOMAIN, domain::description(stack), name);
    }
    template
}

/// Adds the stage's own user pool; its id and its ARN.
fn add_pool(
    template: &mut Template,
    stack: &StackFile,
    stage: &Parameter<String>,
) -> (Value<UserPoolId>, Value<String>) {
    let sms = stack
        .identity
        .sends_text_messages()
        .then(|| text_messages(template, stack, stage));
    let pool = template.add_retained(USER_POOL, pool::user_pool(stack, stage, sms));
    (pool.reference(), pool.get(&UserPool::ARN).text())
}

/// The ARN of a user pool that exists already, which is in the stack's account and region.
fn arn(pool: &UserPoolId) -> Value<String> {
    Sub::text("arn:aws:cognito-idp:")
        .pseudo(Pseudo::Region)
        .and(":")
        .pseudo(Pseudo::AccountId)
        .and(":userpool/")
        .and(pool.as_str())
        .into()
}

/// Adds the role with which Cognito sends text messages.
///
/// The external id keeps other pools from using it
/// ([SMS settings](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-sms-settings.html)).
fn text_messages(
    template: &mut Template,
    stack: &StackFile,
    stage: &Parameter<String>,
) -> SmsConfiguration {
    let external_id = Pseudo::StackName.reference();
    let role = WantedRole {
        description: "Lets the user pool send text messages",
        trust: PolicyDocument::new(vec![Statement {
            effect: Effect::Allow,
            principal: Some(Principal::Service("cognito-idp.amazonaws.com")),
            action: vec!["sts:AssumeRole".into()],
            resource: Vec::new(),
            condition: Some(Condition {
                string_equals: IndexMap::from([
                    ("aws:SourceAccount", Pseudo::AccountId.reference()),
                    ("sts:ExternalId", external_id.clone()),
                ]),
                ..Condition::default()
            }),
        }]),
        policies: vec![Policy {
            policy_name: "send-text-messages",
            policy_document: PolicyDocument::new(vec![Statement {
                effect: Effect::Allow,
                principal: None,
                action: vec!["sns:Publish".into()],
                // A phone number is no resource; IAM has nothing narrower.
                resource: vec!["*".into()],
                condition: None,
            }]),
        }],
    };
    let role = stage_role(template, stack, stage, role);
    let role = template.add_retained(SMS_ROLE, role);
    SmsConfiguration {
        external_id,
        sns_caller_arn: role.get(&Role::ARN),
        sns_region: Pseudo::Region.reference(),
    }
}
