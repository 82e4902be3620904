//! What each role of the delivery stack may do, and on what.
//!
//! Tests compare it with the calls of a recorded rollout, and with what Amazon's resource schemas say
//! that CloudFormation's handlers call.

/// Actions, and where they are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// On everything, because IAM knows nothing narrower.
    Anywhere(&'static [&'static str]),
    /// On the stage's identity stack and skill stacks.
    Stacks(&'static [&'static str]),
    /// On the stage's delivery stack.
    DeliveryStack(&'static [&'static str]),
    /// On the stack file's buckets.
    Buckets(&'static [&'static str]),
    /// On the stage's state in them.
    State(&'static [&'static str]),
    /// On the stage's bundles in them.
    Code(&'static [&'static str]),
    /// On every user pool of the account.
    Pools(&'static [&'static str]),
    /// On user pools with the stage's tags.
    OwnPools(&'static [&'static str]),
    /// On everything, as long as it gets the stage's tags.
    Tagged(&'static [&'static str]),
    /// On user pools that get the stage's tags, and have nobody else's.
    NewPools(&'static [&'static str]),
    /// On the stage's functions.
    Functions(&'static [&'static str]),
    /// On their log groups.
    LogGroups(&'static [&'static str]),
    /// On the stage's roles.
    Roles(&'static [&'static str]),
    /// On them as long as they are under the stage's boundary.
    BoundedRoles(&'static [&'static str]),
    /// On the hosted zone of a sign-in domain of one's own.
    Zone(&'static [&'static str]),
    /// On changes of any hosted zone.
    Changes(&'static [&'static str]),
    /// On its certificate.
    Certificate(&'static [&'static str]),
    /// The stage's roles may be handed to a service.
    PassedRoles(&'static str),
    /// A service may be given the role that it always has.
    ServiceLinkedRole(&'static str),
}

impl Grant {
    /// Whether it is for user pools alone.
    pub fn is_about_pools(self) -> bool {
        let pools = "cognito-idp";
        match self {
            Self::PassedRoles(service) | Self::ServiceLinkedRole(service) => {
                service.contains(pools)
            }
            grant => grant.actions().iter().all(|one| one.starts_with(pools)),
        }
    }

    /// True if it is for making a pool, or what is only made in one's own: not needed where a pool exists
    /// already.
    pub(super) fn is_for_ones_own_pool(self) -> bool {
        let makes = matches!(
            self,
            Self::Tagged(_) | Self::NewPools(_) | Self::PassedRoles(_) | Self::ServiceLinkedRole(_)
        );
        (makes && self.is_about_pools()) || MAKE_SCOPES.contains(&self)
    }

    /// The actions.
    pub fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Anywhere(actions)
            | Self::Stacks(actions)
            | Self::DeliveryStack(actions)
            | Self::Buckets(actions)
            | Self::State(actions)
            | Self::Code(actions)
            | Self::Pools(actions)
            | Self::OwnPools(actions)
            | Self::Tagged(actions)
            | Self::NewPools(actions)
            | Self::Functions(actions)
            | Self::LogGroups(actions)
            | Self::Roles(actions)
            | Self::BoundedRoles(actions)
            | Self::Zone(actions)
            | Self::Changes(actions)
            | Self::Certificate(actions) => actions,
            Self::PassedRoles(_) => &["iam:PassRole"],
            Self::ServiceLinkedRole(_) => &["iam:CreateServiceLinkedRole"],
        }
    }
}

/// What a plan reads: no secret of an app client among it.
pub const PLAN: &[Grant] = &[
    Grant::Stacks(&[
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:DetectStackResourceDrift",
        "cloudformation:GetTemplate",
    ]),
    Grant::DeliveryStack(&["cloudformation:DescribeStacks"]),
    // A pool that lost its stack is found by its tags, so that all are looked at.
    Grant::Pools(&[
        "cognito-idp:DescribeManagedLoginBrandingByClient",
        "cognito-idp:DescribeUserPool",
        "cognito-idp:GetUserPoolMfaConfig",
        "cognito-idp:ListUserPoolClients",
    ]),
    Grant::Anywhere(&[
        "cognito-idp:DescribeUserPoolDomain",
        "cognito-idp:ListUserPools",
    ]),
    // Which types can be compared is no stack's own.
    Grant::Anywhere(&[
        "cloudformation:BatchDescribeTypeConfigurations",
        "s3:ListAllMyBuckets",
    ]),
    // Drift detection reads with the rights of whoever asks for it.
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
    Grant::Functions(&[
        "lambda:GetAlias",
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionRecursionConfig",
        "lambda:GetFunctionScalingConfig",
        "lambda:GetProvisionedConcurrencyConfig",
        "lambda:GetRuntimeManagementConfig",
    ]),
    // Without it, an object that is not there is a denied one.
    Grant::Buckets(&["s3:ListBucket"]),
    Grant::State(&["s3:GetObject"]),
    Grant::Code(&["s3:GetObject"]),
];

/// What a plan reads besides, where people sign in at a domain of one's own.
pub const PLAN_DOMAIN: &[Grant] = &[
    Grant::Certificate(&["acm:DescribeCertificate"]),
    Grant::Zone(&["route53:GetHostedZone", "route53:ListResourceRecordSets"]),
];

/// Reading of a plan besides, where the stack file has resource servers.
pub const PLAN_SCOPES: &[Grant] = &[Grant::Pools(&["cognito-idp:DescribeResourceServer"])];

/// What a deployment calls besides.
pub const CHANGE: &[Grant] = &[
    Grant::Stacks(&[
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DeleteStack",
        "cloudformation:DescribeChangeSet",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:TagResource",
        "cloudformation:UntagResource",
        "cloudformation:UpdateTerminationProtection",
    ]),
    Grant::OwnPools(&[
        "cognito-idp:DescribeUserPoolClient",
        "cognito-idp:UpdateUserPool",
        "cognito-idp:UpdateUserPoolClient",
    ]),
    Grant::Buckets(&[
        "s3:CreateBucket",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketVersioning",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
    ]),
    Grant::State(&["s3:PutObject"]),
    Grant::Code(&["s3:PutObject"]),
    // Whether Alexa may invoke what was deployed.
    Grant::Functions(&["lambda:GetPolicy"]),
];

/// What CloudFormation makes the resources with: the `handlers.permissions` of their types, as far as
/// the stacks use what they are for.
/// <https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html>
pub const MAKE: &[Grant] = &[
    Grant::Tagged(&["cognito-idp:CreateUserPool"]),
    Grant::NewPools(&["cognito-idp:TagResource"]),
    Grant::OwnPools(&[
        "cognito-idp:AddCustomAttributes",
        "cognito-idp:CreateManagedLoginBranding",
        "cognito-idp:CreateUserPoolClient",
        "cognito-idp:CreateUserPoolDomain",
        "cognito-idp:DeleteManagedLoginBranding",
        "cognito-idp:DeleteUserPool",
        "cognito-idp:DeleteUserPoolClient",
        "cognito-idp:DeleteUserPoolDomain",
        "cognito-idp:DescribeManagedLoginBranding",
        "cognito-idp:DescribeManagedLoginBrandingByClient",
        "cognito-idp:DescribeUserPool",
        "cognito-idp:DescribeUserPoolClient",
        "cognito-idp:GetUserPoolMfaConfig",
        "cognito-idp:ListTagsForResource",
        "cognito-idp:ListUserPoolClientSecrets",
        "cognito-idp:ListUserPoolClients",
        "cognito-idp:SetUserPoolMfaConfig",
        "cognito-idp:UntagResource",
        "cognito-idp:UpdateManagedLoginBranding",
        "cognito-idp:UpdateUserPool",
        "cognito-idp:UpdateUserPoolClient",
        "cognito-idp:UpdateUserPoolDomain",
    ]),
    Grant::Anywhere(&[
        "cognito-idp:DescribeUserPoolDomain",
        "cognito-idp:ListUserPools",
    ]),
    Grant::Anywhere(&[
        "iam:ListRoles",
        "lambda:ListFunctions",
        "logs:DescribeIndexPolicies",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
    ]),
    // Cognito sends e-mail through Amazon SES with it.
    // https://docs.aws.amazon.com/cognito/latest/developerguide/using-service-linked-roles.html
    Grant::ServiceLinkedRole("email.cognito-idp.amazonaws.com"),
    Grant::BoundedRoles(&[
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
    ]),
    Grant::Roles(&[
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
    ]),
    Grant::PassedRoles("cognito-idp.amazonaws.com"),
    Grant::PassedRoles("lambda.amazonaws.com"),
    Grant::Functions(&[
        "lambda:AddPermission",
        "lambda:CreateAlias",
        "lambda:CreateFunction",
        "lambda:DeleteAlias",
        "lambda:DeleteFunction",
        "lambda:DeleteFunctionConcurrency",
        "lambda:DeleteProvisionedConcurrencyConfig",
        "lambda:GetAlias",
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionConfiguration",
        "lambda:GetFunctionRecursionConfig",
        "lambda:GetFunctionScalingConfig",
        "lambda:GetPolicy",
        "lambda:GetProvisionedConcurrencyConfig",
        "lambda:GetRuntimeManagementConfig",
        "lambda:ListAliases",
        "lambda:ListVersionsByFunction",
        "lambda:PublishVersion",
        "lambda:PutFunctionConcurrency",
        "lambda:PutFunctionRecursionConfig",
        "lambda:PutFunctionScalingConfig",
        "lambda:PutProvisionedConcurrencyConfig",
        "lambda:PutRuntimeManagementConfig",
        "lambda:RemovePermission",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    ]),
    Grant::Code(&["s3:GetObject", "s3:GetObjectVersion"]),
    Grant::LogGroups(&[
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DeleteRetentionPolicy",
        "logs:GetDataProtectionPolicy",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
    ]),
];

/// The same for resource servers.
pub const MAKE_SCOPES: &[Grant] = &[Grant::OwnPools(&[
    "cognito-idp:CreateResourceServer",
    "cognito-idp:DeleteResourceServer",
    "cognito-idp:DescribeResourceServer",
    "cognito-idp:ListResourceServers",
    "cognito-idp:UpdateResourceServer",
])];

/// Of all that is granted on user pools, what is about app clients and their style: it does not touch
/// the pool that they are in, and is granted on one that exists already. Nothing is deleted there:
/// what the stage has in such a pool is retained, and IAM could not tell it from what others have.
pub const ON_CLIENTS: &[&str] = &[
    "cognito-idp:CreateManagedLoginBranding",
    "cognito-idp:CreateUserPoolClient",
    "cognito-idp:DescribeManagedLoginBranding",
    "cognito-idp:DescribeManagedLoginBrandingByClient",
    "cognito-idp:DescribeUserPoolClient",
    "cognito-idp:ListUserPoolClientSecrets",
    "cognito-idp:ListUserPoolClients",
    "cognito-idp:UpdateManagedLoginBranding",
    "cognito-idp:UpdateUserPoolClient",
];

/// The same about domains, where one is made.
pub const ON_DOMAINS: &[&str] = &[
    "cognito-idp:CreateUserPoolDomain",
    "cognito-idp:UpdateUserPoolDomain",
];

/// The same for a domain of one's own and its record.
pub const MAKE_DOMAIN: &[Grant] = &[
    Grant::Zone(&[
        "route53:ChangeResourceRecordSets",
        "route53:GetHostedZone",
        "route53:ListResourceRecordSets",
    ]),
    // Cognito has the host served by a distribution of its own, with the rights of whoever asks.
    // https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html
    Grant::Anywhere(&["cloudfront:updateDistribution", "route53:ListHostedZones"]),
    Grant::Changes(&["route53:GetChange"]),
];

/// The most that any role of the delivery stack may do, whatever somebody adds to it later: the
/// services above, and roles of the stage under the stage's own boundary.
pub const BOUNDARY: &[Grant] = &[
    Grant::Anywhere(&["cognito-idp:*"]),
    Grant::Anywhere(&[
        "cloudformation:*",
        "iam:ListRoles",
        "iam:PassRole",
        "lambda:*",
        "logs:*",
        "s3:*",
    ]),
    Grant::ServiceLinkedRole("email.cognito-idp.amazonaws.com"),
    Grant::BoundedRoles(&[
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
    ]),
    // Everything else of roles but to lift a boundary.
    Grant::Roles(&[
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:Get*",
        "iam:List*",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole*",
    ]),
];

/// The most that roles of the stage may do: what the function and the user pool do with theirs. A
/// fork whose function calls other services adds them here, and bootstraps the stage again.
pub const WORK: &[Grant] = &[
    Grant::LogGroups(&["logs:CreateLogStream", "logs:PutLogEvents"]),
    // Text messages of a user pool.
    Grant::Anywhere(&["sns:Publish"]),
];
