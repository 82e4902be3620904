//! The host of the sign-in pages: one, with a prefix of Cognito's own or a name of one's own.

use models::ids::UserPoolId;

use super::super::parameters;
use crate::cloudformation::{Constraint, Handle, Parameter, Template, Value};
use crate::resources::{
    AliasTarget, CLOUD_FRONT_ZONE, CustomDomainConfig, ManagedLoginBranding, RecordSet, RecordType,
    UserPoolDomain,
};
use crate::stack_file::{Pages, StackFile};

/// Declares the domain's name, which differs from stage to stage; one that the pool has already is not
/// made.
pub(super) fn parameter(template: &mut Template, stack: &StackFile) -> Option<Parameter<String>> {
    let domain = &stack.identity.domain;
    if domain.existing.is_some() {
        return None;
    }
    Some(if domain.custom.is_some() {
        template.parameter(
            parameters::DOMAIN_NAME,
            "The user pool domain, unique in the world",
            Constraint::Pattern {
                pattern: "^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?){2,}$",
                words: "must be a host below a domain of one's own, such as login.example.com",
            },
        )
    } else {
        template.parameter(
            parameters::DOMAIN_PREFIX,
            "Prefix of the user pool domain, unique in its region",
            Constraint::Pattern {
                pattern: "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
                words: "must be 1 to 63 of a-z, 0-9 and -, with - neither first nor last",
            },
        )
    })
}

/// What the template's output says of it.
pub(super) fn description(stack: &StackFile) -> &'static str {
    let domain = &stack.identity.domain;
    let own_host = match &domain.existing {
        Some(existing) => existing.as_str().contains('.'),
        None => domain.custom.is_some(),
    };
    if own_host {
        "The user pool domain"
    } else {
        "Prefix of the user pool domain"
    }
}

/// Adds the domain, and the record that leads to one's own.
pub(super) fn add(
    template: &mut Template,
    stack: &StackFile,
    name: &Parameter<String>,
    pool: &Value<UserPoolId>,
    branding: Option<&Handle<ManagedLoginBranding>>,
) {
    let custom = stack.identity.domain.custom.as_ref();
    let certificate = custom.and_then(|custom| custom.certificate_arn.as_ref());
    let managed = stack.identity.pages == Pages::ManagedLogin;
    // Without its style managed login shows "Login pages unavailable", so the style comes first.
    let domain = template.add_retained_after(
        super::DOMAIN,
        UserPoolDomain {
            user_pool_id: pool.clone(),
            domain: name.reference(),
            custom_domain_config: certificate.map(|certificate| CustomDomainConfig {
                certificate_arn: certificate.to_string(),
            }),
            managed_login_version: if managed { 2 } else { 1 },
        },
        branding,
    );
    if let Some(custom) = custom {
        template.add_retained(
            super::DOMAIN_RECORD,
            RecordSet {
                hosted_zone_id: custom.hosted_zone_id.to_string(),
                name: name.reference(),
                kind: RecordType::A,
                alias_target: AliasTarget {
                    dns_name: domain.get(&UserPoolDomain::CLOUD_FRONT_DISTRIBUTION),
                    hosted_zone_id: CLOUD_FRONT_ZONE,
                    evaluate_target_health: false,
                },
            },
        );
    }
}
