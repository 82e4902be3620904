//! The delivery stack: the roles that a pipeline deploys a stage with. Deployed once, by a person.
//!
//! GitHub signs which repository and environment a job belongs to, and each role believes exactly one
//! ([OpenID Connect](https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws)).
//! A job calls what the rollout calls; CloudFormation makes the resources with a role of its own, which
//! the job may hand to it and cannot take. Whatever role that one makes stays under a boundary.

pub mod actions;
mod own;

use indexmap::IndexMap;
use models::ids::UserPoolId;

use self::actions::Grant;
use super::{outputs, parameters, stage_parameter, tags};
use crate::cloudformation::{
    Condition, Constraint, Effect, Handle, Parameter, PolicyDocument, Principal, Pseudo, Statement,
    Sub, Template, Value,
};
use crate::names;
use crate::resources::{ManagedPolicy, OidcProvider, Policy, Role};
use crate::stack_file::{CertificateArn, CustomDomain, Identity, StackFile};

/// Who signs what a job of GitHub Actions says about itself.
const GITHUB: &str = "token.actions.githubusercontent.com";
/// Of a certificate of GitHub's. IAM believes GitHub by its own list of authorities and never looks at it
/// ([providers](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html)),
/// but CloudFormation has refused providers without one.
const THUMBPRINT: &str = "6938fd4d98bab03faadb97b34396831e3780aea1";
/// Whom the job's token is for.
const AUDIENCE: &str = "sts.amazonaws.com";
const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";
/// The environment that pull requests are planned in.
pub const PLAN_ENVIRONMENT: &str = "plan";

/// The delivery stack of a stack file.
pub fn delivery(stack: &StackFile) -> Template {
    let mut template = Template::new("The roles that a pipeline deploys a Voicelink stage with");
    let stage = stage_parameter(&mut template);
    let repository = template.parameter(
        parameters::REPOSITORY,
        "The repository on GitHub whose pipelines deploy",
        Constraint::Pattern {
            pattern: "^[A-Za-z0-9-]{1,39}(@[0-9]{1,20})?/[A-Za-z0-9._-]{1,100}(@[0-9]{1,20})?$",
            words: "must be OWNER/NAME or OWNER@ID/NAME@ID, without a wildcard",
        },
    );
    let provider = template.parameter(
        parameters::PROVIDER,
        "Whether this stack makes the account's identity provider for GitHub",
        Constraint::OneOf(&parameters::PROVIDER_CHOICES),
    );
    let plans = template.parameter(
        parameters::PLANS,
        "Whether pull requests may have plans made against the stage",
        Constraint::OneOf(&parameters::PLANS_CHOICES),
    );
    let makes_provider = template.test("MakesProvider", &provider, parameters::PROVIDER_CHOICES[0]);
    let has_plans = template.test("HasPlans", &plans, parameters::PLANS_CHOICES[0]);

    // An account has one provider for an issuer, and other stages' roles may trust it.
    let provider = template.add_retained(
        "IdentityProvider",
        OidcProvider {
            url: format!("https://{GITHUB}"),
            client_id_list: vec![AUDIENCE],
            thumbprint_list: vec![THUMBPRINT],
            tags: tags(stack, &stage),
        },
    );
    template.only_if(makes_provider, &provider, None);
    let places = Places {
        name: stack.name.as_str(),
        stage: &stage,
        stage_boundary: None,
        has_resources: stack.resources.is_some(),
        domain: stack.identity.domain.custom.as_ref(),
        identity: &stack.identity,
    };
    let roles = Roles::add(&mut template, stack, &places);
    let service = roles.service.get(&Role::ARN).text();
    let job = |environment: Sub| trusting_a_job(&repository, environment);
    let deploy = template.add(
        "DeployRole",
        Role {
            description: "What a pipeline deploys the stage with",
            assume_role_policy_document: job(Sub::default().parameter(&stage)),
            policies: vec![places.policy(
                "deploy",
                &[
                    actions::PLAN,
                    places.if_domain(actions::PLAN_DOMAIN),
                    places.if_scopes(actions::PLAN_SCOPES),
                    actions::CHANGE,
                ],
                Some(&service),
                own::plan(stack),
            )],
            permissions_boundary: Some(roles.boundary.reference().text()),
            path: None,
            tags: tags(stack, &stage),
        },
    );
    let plan = template.add(
        "PlanRole",
        Role {
            description: "What a pipeline plans with; it reads, and no secret",
            assume_role_policy_document: job(Sub::text(PLAN_ENVIRONMENT)),
            policies: vec![places.policy(
                "plan",
                &[
                    actions::PLAN,
                    places.if_domain(actions::PLAN_DOMAIN),
                    places.if_scopes(actions::PLAN_SCOPES),
                ],
                None,
                own::plan(stack),
            )],
            permissions_boundary: Some(roles.boundary.reference().text()),
            path: None,
            tags: tags(stack, &stage),
        },
    );

    let arn = |role: &Handle<Role>| role.get(&Role::ARN).text();
    let (deploy_arn, plan_arn) = (arn(&deploy), arn(&plan));
    template.output(outputs::DEPLOY_ROLE, "The role of a deployment", deploy_arn);
    template.output(outputs::PLAN_ROLE, "The role of a plan", plan_arn);
    template.only_if(has_plans, &plan, Some(outputs::PLAN_ROLE));
    template.output(
        outputs::SERVICE_ROLE,
        "The role that CloudFormation makes resources with",
        service,
    );
    template.output(
        outputs::ROLE_BOUNDARY,
        "The most that roles of the stage may do",
        roles.stage_boundary.reference().text(),
    );
    template
}

/// What the jobs' roles are built on.
struct Roles {
    boundary: Handle<ManagedPolicy>,
    stage_boundary: Handle<ManagedPolicy>,
    service: Handle<Role>,
}

impl Roles {
    fn add(template: &mut Template, stack: &StackFile, places: &Places<'_>) -> Self {
        // IAM deletes no policy that is the boundary of a role, and the stage's roles may outlive this
        // stack.
        let stage_boundary = template.add_retained_once_made(
            "RoleBoundary",
            ManagedPolicy {
                description: "The most that roles of the stage may do",
                policy_document: PolicyDocument::new(
                    [places.work(), super::own::most(stack, places.stage)].concat(),
                ),
            },
        );
        let places = Places {
            stage_boundary: Some(stage_boundary.reference().text()),
            ..places.clone()
        };
        let boundary = template.add(
            "Boundary",
            ManagedPolicy {
                description: "The most that a pipeline, and CloudFormation for it, may do",
                policy_document: PolicyDocument::new(
                    [
                        places.statements(
                            &[
                                actions::BOUNDARY,
                                places.if_domain(actions::PLAN_DOMAIN),
                                places.if_domain(actions::MAKE_DOMAIN),
                            ]
                            .concat(),
                        ),
                        own::most(stack),
                    ]
                    .concat(),
                ),
            },
        );
        let service = template.add(
            "ServiceRole",
            Role {
                description: "What CloudFormation makes the stage's resources with",
                assume_role_policy_document: PolicyDocument::new(vec![Statement {
                    effect: Effect::Allow,
                    principal: Some(Principal::Service(CLOUDFORMATION)),
                    action: vec!["sts:AssumeRole".into()],
                    resource: Vec::new(),
                    // Who hands it over needs `iam:PassRole` in this account already.
                    condition: None,
                }]),
                policies: vec![places.policy(
                    "make",
                    &[
                        actions::MAKE,
                        places.if_domain(actions::MAKE_DOMAIN),
                        places.if_scopes(actions::MAKE_SCOPES),
                    ],
                    None,
                    own::make(stack),
                )],
                permissions_boundary: Some(boundary.reference().text()),
                path: None,
                tags: tags(stack, places.stage),
            },
        );
        Self {
            boundary,
            stage_boundary,
            service,
        }
    }
}

/// The trust policy of a role for the jobs of one environment of one repository.
fn trusting_a_job(repository: &Parameter<String>, environment: Sub) -> PolicyDocument {
    let subject = Sub::text("repo:")
        .parameter(repository)
        .and(":environment:")
        .followed_by(environment);
    let provider = Sub::text("arn:aws:iam::")
        .pseudo(Pseudo::AccountId)
        .and(":oidc-provider/")
        .and(GITHUB);
    PolicyDocument::new(vec![Statement {
        effect: Effect::Allow,
        principal: Some(Principal::Federated(provider.into())),
        action: vec!["sts:AssumeRoleWithWebIdentity".into()],
        resource: Vec::new(),
        condition: Some(equal([
            ("token.actions.githubusercontent.com:aud", AUDIENCE.into()),
            ("token.actions.githubusercontent.com:sub", subject.into()),
        ])),
    }])
}

/// Where grants apply: the names and tags of a stage's resources.
#[derive(Clone)]
struct Places<'a> {
    name: &'a str,
    stage: &'a Parameter<String>,
    /// The boundary that roles of the stage are made with.
    stage_boundary: Option<Value<String>>,
    /// True if the project has resources of its own.
    has_resources: bool,
    /// The domain of one's own that people sign in at.
    domain: Option<&'a CustomDomain>,
    /// Whether people have their accounts in a user pool, and whose that is.
    identity: &'a Identity,
}

/// Keys of conditions for the tags of the stage's resources: of the stack file, and of the stage.
const RESOURCE_TAGS: [&str; 2] = [
    "aws:ResourceTag/voicelink:stack",
    "aws:ResourceTag/voicelink:stage",
];
/// The same for the tags that a request gives.
const REQUEST_TAGS: [&str; 2] = [
    "aws:RequestTag/voicelink:stack",
    "aws:RequestTag/voicelink:stage",
];

impl Places<'_> {
    /// A role's policy: grants, a role that may be handed to CloudFormation, and what the project's own resources take.
    fn policy(
        &self,
        policy_name: &'static str,
        grants: &[&[Grant]],
        passed: Option<&Value<String>>,
        own: Vec<Statement>,
    ) -> Policy {
        let mut statements = self.statements(&grants.concat());
        statements.extend(passed.map(|role| Statement {
            condition: Some(equal([("iam:PassedToService", CLOUDFORMATION.into())])),
            ..allow(&["iam:PassRole"], vec![role.clone()])
        }));
        statements.extend(own);
        Policy {
            policy_name,
            policy_document: PolicyDocument::new(statements),
        }
    }

    /// What is only granted where people sign in at a domain of one's own.
    fn if_domain(&self, grants: &'static [Grant]) -> &'static [Grant] {
        if self.domain.is_some() { grants } else { &[] }
    }

    /// Grants for resource servers, where the stack file has some.
    fn if_scopes(&self, grants: &'static [Grant]) -> &'static [Grant] {
        let has_servers = !self.identity.resource_servers.is_empty();
        if has_servers { grants } else { &[] }
    }

    /// What roles of the stage do. A text message is for a phone number, which is no resource, and
    /// for no topic.
    fn work(&self) -> Vec<Statement> {
        let topics = Statement {
            effect: Effect::Deny,
            ..allow(&["sns:Publish"], vec!["arn:aws:sns:*:*:*".into()])
        };
        let mut statements = self.statements(actions::WORK);
        statements.push(topics);
        statements
    }

    fn statements(&self, grants: &[Grant]) -> Vec<Statement> {
        let needed = |grant: &&Grant| {
            (self.identity.has_a_pool() || !grant.is_about_pools())
                && (self.identity.makes_a_pool() || !grant.is_for_ones_own_pool())
        };
        let needed = grants.iter().filter(needed);
        needed.map(|grant| self.statement(*grant)).collect()
    }

    fn statement(&self, grant: Grant) -> Statement {
        if let (Grant::OwnPools(actions), Some(pool)) = (grant, &self.identity.user_pool_id) {
            return self.within(pool, actions);
        }
        Statement {
            condition: self.condition(grant),
            ..allow(grant.actions(), self.resources(grant))
        }
    }

    /// What is done in a pool that exists already, and nothing that is done to it. It has nobody's tags;
    /// its ARN says which it is.
    fn within(&self, pool: &UserPoolId, actions: &[&'static str]) -> Statement {
        let makes_a_domain = self.identity.domain.existing.is_none();
        let is_within = |action: &&&str| {
            actions::ON_CLIENTS.contains(action)
                || (makes_a_domain && actions::ON_DOMAINS.contains(action))
        };
        let actions: Vec<_> = actions.iter().filter(is_within).copied().collect();
        let service = format!("cognito-idp:{}", pool.region());
        let arn = in_account(&service, &format!("userpool/{pool}"));
        allow(&actions, vec![arn.into()])
    }

    fn resources(&self, grant: Grant) -> Vec<Value<String>> {
        match grant {
            Grant::Anywhere(_) | Grant::Tagged(_) | Grant::ServiceLinkedRole(_) => {
                vec!["*".into()]
            }
            Grant::Stacks(_) => {
                let own = self.has_resources.then_some("-resources/*");
                let all = ["-identity/*", "-skill/*"].into_iter().chain(own);
                all.map(|end| self.stack(end)).collect()
            }
            Grant::DeliveryStack(_) => vec![self.stack("-delivery/*")],
            Grant::Buckets(_) => vec![self.bucket().into()],
            Grant::State(_) => {
                let state = self.bucket().and("/stages/").parameter(self.stage);
                vec![state.and(".json").into()]
            }
            Grant::Zone(_) => {
                let zone = self.domain.map(|domain| &domain.hosted_zone_id);
                let arn = |id| Value::Literal(format!("arn:aws:route53:::hostedzone/{id}"));
                zone.map(arn).into_iter().collect()
            }
            Grant::Changes(_) => vec!["arn:aws:route53:::change/*".into()],
            Grant::Certificate(_) => {
                let certificate = self
                    .domain
                    .and_then(|domain| domain.certificate_arn.as_ref());
                let arn = |arn: &CertificateArn| Value::Literal(arn.to_string());
                certificate.map(arn).into_iter().collect()
            }
            Grant::Code(_) => {
                let code = self.bucket().and("/code/").parameter(self.stage);
                vec![code.and("/*").into()]
            }
            Grant::Pools(_) | Grant::OwnPools(_) | Grant::NewPools(_) => {
                vec![in_account("cognito-idp:*", "userpool/*").into()]
            }
            Grant::Functions(_) => ["", ":*"]
                .map(|end| self.own("lambda:*", "function:", end))
                .into(),
            Grant::LogGroups(_) => {
                let kind = format!("log-group:{}", names::LOG_GROUPS);
                ["", ":*"].map(|end| self.own("logs:*", &kind, end)).into()
            }
            Grant::Roles(_) | Grant::BoundedRoles(_) | Grant::PassedRoles(_) => {
                let path = in_account("iam:", &format!("role/{}/", self.name));
                vec![path.parameter(self.stage).and("/*").into()]
            }
        }
    }

    fn condition(&self, grant: Grant) -> Option<Condition> {
        Some(match grant {
            Grant::OwnPools(_) => Condition {
                string_equals: self.tags(RESOURCE_TAGS).into(),
                // Nor does one get another stage's tags.
                string_equals_if_exists: self.tags(REQUEST_TAGS).into(),
            },
            Grant::Tagged(_) => equal(self.tags(REQUEST_TAGS)),
            Grant::NewPools(_) => Condition {
                string_equals: self.tags(REQUEST_TAGS).into(),
                // One that exists is the stage's own, or nobody's.
                string_equals_if_exists: self.tags(RESOURCE_TAGS).into(),
            },
            Grant::BoundedRoles(_) => {
                let boundary = self.stage_boundary.clone()?;
                equal([("iam:PermissionsBoundary", boundary)])
            }
            Grant::PassedRoles(service) => equal([("iam:PassedToService", service.into())]),
            Grant::ServiceLinkedRole(service) => equal([("iam:AWSServiceName", service.into())]),
            _ => return None,
        })
    }

    /// Something that is named after the stage.
    fn own(&self, service: &str, kind: &str, end: &str) -> Value<String> {
        in_account(service, &format!("{kind}{}-", self.name))
            .parameter(self.stage)
            .and(end)
            .into()
    }

    fn stack(&self, end: &str) -> Value<String> {
        self.own("cloudformation:*", "stack/", end)
    }

    /// The stack file's bucket in any region.
    fn bucket(&self) -> Sub {
        Sub::text(&format!("arn:aws:s3:::{}-", self.name))
            .pseudo(Pseudo::AccountId)
            .and("-*")
    }

    fn tags(&self, [stack, stage]: [&'static str; 2]) -> [(&'static str, Value<String>); 2] {
        [(stack, self.name.into()), (stage, self.stage.reference())]
    }
}

fn in_account(service: &str, kind: &str) -> Sub {
    Sub::text(&format!("arn:aws:{service}:"))
        .pseudo(Pseudo::AccountId)
        .and(&format!(":{kind}"))
}

fn equal<const N: usize>(keys: [(&'static str, Value<String>); N]) -> Condition {
    Condition {
        string_equals: IndexMap::from(keys),
        ..Condition::default()
    }
}

fn allow(action: &[&'static str], resource: Vec<Value<String>>) -> Statement {
    Statement {
        effect: Effect::Allow,
        principal: None,
        action: action.iter().map(|action| (*action).into()).collect(),
        resource,
        condition: None,
    }
}
