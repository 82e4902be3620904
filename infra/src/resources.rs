//! The resource types of the stacks, with the properties that the stacks use.
//!
//! Property names, values and attributes are those of the
//! [template reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html).

mod cognito;
mod iam;
mod lambda;
mod logs;
mod route53;

pub use cognito::*;
pub use iam::*;
pub use lambda::*;
pub use logs::*;
pub use route53::*;

use serde::Serialize;

use crate::cloudformation::{Kind, Value, known_later};

/// Gathers the resource types in one enum and names them.
macro_rules! resources {
    ($($name:ident, $type:literal, $reference:ty;)+) => {
        /// Any resource of the stacks; serializes as its properties.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        #[allow(missing_docs, reason = "each variant is the type of the same name")]
        pub enum Resource {
            $($name($name),)+
        }

        impl Resource {
            /// The name of the resource type, such as `AWS::Cognito::UserPool`.
            pub fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $name::TYPE,)+
                }
            }
        }

        $(
            impl Kind for $name {
                const TYPE: &'static str = $type;
                type Ref = $reference;
            }

            impl From<$name> for Resource {
                fn from(resource: $name) -> Self {
                    Self::$name(resource)
                }
            }
        )+
    };
}

resources! {
    Alias, "AWS::Lambda::Alias", AliasArn;
    Function, "AWS::Lambda::Function", FunctionName;
    LogGroup, "AWS::Logs::LogGroup", LogGroupName;
    ManagedLoginBranding, "AWS::Cognito::ManagedLoginBranding", BrandingId;
    ManagedPolicy, "AWS::IAM::ManagedPolicy", PolicyArn;
    OidcProvider, "AWS::IAM::OIDCProvider", ProviderArn;
    Permission, "AWS::Lambda::Permission", PermissionId;
    RecordSet, "AWS::Route53::RecordSet", RecordName;
    Role, "AWS::IAM::Role", RoleName;
    UserPool, "AWS::Cognito::UserPool", models::ids::UserPoolId;
    UserPoolClient, "AWS::Cognito::UserPoolClient", ClientId;
    UserPoolDomain, "AWS::Cognito::UserPoolDomain", DomainName;
    UserPoolResourceServer, "AWS::Cognito::UserPoolResourceServer", ResourceServerId;
    Version, "AWS::Lambda::Version", VersionArn;
}

known_later! {
    /// ARN of an alias of a function.
    AliasArn,
    /// ARN of a resource.
    Arn,
    /// Id of a managed login style.
    BrandingId,
    /// Id of an app client.
    ClientId,
    /// Host of an Amazon CloudFront distribution.
    DistributionHost,
    /// Name of a user pool domain.
    DomainName,
    /// Name of a function.
    FunctionName,
    /// Name of a log group.
    LogGroupName,
    /// Id of a statement in a function's policy.
    PermissionId,
    /// ARN of a policy.
    PolicyArn,
    /// ARN of an identity provider.
    ProviderArn,
    /// Name of a DNS record.
    RecordName,
    /// Id of a resource server.
    ResourceServerId,
    /// Name of a role.
    RoleName,
    /// ARN of a version of a function.
    VersionArn,
    /// Number of a version of a function.
    VersionNumber,
}

/// A tag on a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// The key.
    pub key: &'static str,
    /// The value.
    pub value: Value<String>,
}
