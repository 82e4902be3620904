//! The grammar of policy documents, as far as IAM checks it when one is stored.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use serde_json::Value;

use crate::base::error::AwsError;

/// Parses a document, or refuses it as IAM does. Effects are written as documented.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html>
pub(super) fn check(document: &str) -> Result<Value, AwsError> {
    let policy = parse(document)?;
    for statement in statements(&policy) {
        let effect = &statement["Effect"];
        if effect != "Allow" && effect != "Deny" {
            return Err(malformed("The policy failed legacy parsing"));
        }
    }
    Ok(policy)
}

fn parse(document: &str) -> Result<Value, AwsError> {
    let policy: Value = serde_json::from_str(document)
        .map_err(|_| malformed("This policy contains invalid Json"))?;
    if !policy.is_object() {
        return Err(malformed("Syntax errors in policy."));
    }
    if let Some(version) = policy.get("Version")
        && version != "2012-10-17"
        && version != "2008-10-17"
    {
        return Err(malformed("The policy must contain a valid version string"));
    }
    let statements = statements(&policy);
    if policy.get("Statement").is_none() {
        return Err(malformed("Syntax errors in policy."));
    }
    for statement in statements {
        let has_effect = allows(statement) || is_effect(statement, "Deny");
        let has_action = statement
            .get("Action")
            .or(statement.get("NotAction"))
            .is_some();
        if !has_effect || !has_action {
            return Err(malformed("Syntax errors in policy."));
        }
    }
    Ok(policy)
}

/// [`check`] for the policy of a role's trust: every statement names a principal. Here IAM takes
/// `ALLOW` for `Allow`.
pub(super) fn check_trust(document: &str) -> Result<Value, AwsError> {
    let policy = parse(document)?;
    for statement in statements(&policy) {
        if statement.get("Principal").is_none() {
            return Err(malformed("Missing required field Principal"));
        }
        if statement.get("Resource").is_some() {
            return Err(malformed("Has prohibited field Resource"));
        }
    }
    Ok(policy)
}

/// True for a statement that allows something, in upper or lower case.
pub(super) fn allows(statement: &Value) -> bool {
    is_effect(statement, "Allow")
}

fn is_effect(statement: &Value, effect: &str) -> bool {
    let said = statement["Effect"].as_str();
    said.is_some_and(|said| said.eq_ignore_ascii_case(effect))
}

/// The statements of a policy, which may be one or a list.
pub(super) fn statements(policy: &Value) -> &[Value] {
    match &policy["Statement"] {
        Value::Array(statements) => statements,
        Value::Null => &[],
        single => std::slice::from_ref(single),
    }
}

fn malformed(message: &str) -> AwsError {
    AwsError::bad_request("MalformedPolicyDocument", message)
}
