//! `AWS::IAM::Role`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Handler, HandlerError, Made, Properties, tag_changes, text};

pub(super) fn create(handler: &Handler<'_>, wanted: &Properties) -> Result<Made, HandlerError> {
    let name = match wanted.get("RoleName").and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => handler.generated_name(64),
    };
    let mut input = json!({
        "RoleName": name,
        "AssumeRolePolicyDocument": document(&wanted["AssumeRolePolicyDocument"]),
    });
    for member in [
        "Path",
        "Description",
        "MaxSessionDuration",
        "PermissionsBoundary",
        "Tags",
    ] {
        if let Some(value) = wanted.get(member) {
            input[member] = value.clone();
        }
    }
    let created = handler.iam("CreateRole", &input)?;
    apply_policies(handler, &name, &Properties::new(), wanted)
        .map_err(|error| error.after_making(&name))?;
    Ok(made(&name, &created["Role"]))
}

pub(super) fn update(
    handler: &Handler<'_>,
    name: &str,
    before: &Properties,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let trust = document(&wanted["AssumeRolePolicyDocument"]);
    handler.iam(
        "UpdateAssumeRolePolicy",
        &json!({ "RoleName": name, "PolicyDocument": trust }),
    )?;
    let description = text(wanted, "Description");
    let seconds = wanted
        .get("MaxSessionDuration")
        .cloned()
        .unwrap_or(json!(3600));
    handler.iam(
        "UpdateRole",
        &json!({
            "RoleName": name,
            "Description": description,
            "MaxSessionDuration": seconds,
        }),
    )?;
    apply_policies(handler, name, before, wanted)?;
    match wanted.get("PermissionsBoundary") {
        boundary if boundary == before.get("PermissionsBoundary") => {}
        Some(boundary) => {
            let input = json!({ "RoleName": name, "PermissionsBoundary": boundary });
            handler.iam("PutRolePermissionsBoundary", &input)?;
        }
        None => {
            let input = json!({ "RoleName": name });
            handler.iam("DeleteRolePermissionsBoundary", &input)?;
        }
    }
    let (added, gone) = tag_changes(before, wanted);
    if !gone.is_empty() {
        handler.iam("UntagRole", &json!({ "RoleName": name, "TagKeys": gone }))?;
    }
    if !added.is_empty() {
        let tags: Vec<Value> = added
            .into_iter()
            .map(|(key, value)| json!({ "Key": key, "Value": value }))
            .collect();
        handler.iam("TagRole", &json!({ "RoleName": name, "Tags": tags }))?;
    }
    let read = handler.iam("GetRole", &json!({ "RoleName": name }))?;
    Ok(made(name, &read["Role"]))
}

pub(super) fn delete(handler: &Handler<'_>, name: &str) -> Result<(), HandlerError> {
    let input = json!({ "RoleName": name });
    let inline = handler.iam("ListRolePolicies", &input)?;
    for policy in inline["PolicyNames"].as_array().into_iter().flatten() {
        let input = json!({ "RoleName": name, "PolicyName": policy });
        handler.iam("DeleteRolePolicy", &input)?;
    }
    let attached = handler.iam("ListAttachedRolePolicies", &input)?;
    for policy in attached["AttachedPolicies"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let input = json!({ "RoleName": name, "PolicyArn": policy["PolicyArn"] });
        handler.iam("DetachRolePolicy", &input)?;
    }
    handler.iam("DeleteRole", &input).map(drop)
}

pub(super) fn take_up(handler: &Handler<'_>, name: &str) -> Result<Made, HandlerError> {
    let role = handler.iam("GetRole", &json!({ "RoleName": name }))?;
    Ok(made(name, &role["Role"]))
}

fn made(name: &str, role: &Value) -> Made {
    Made::new(
        name,
        json!({ "Arn": role["Arn"], "RoleId": role["RoleId"] }),
    )
}

/// Brings inline and managed policies from what they were to what they are to be.
fn apply_policies(
    handler: &Handler<'_>,
    role: &str,
    before: &Properties,
    wanted: &Properties,
) -> Result<(), HandlerError> {
    let (old, new) = (inline(before), inline(wanted));
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        handler.iam(
            "DeleteRolePolicy",
            &json!({ "RoleName": role, "PolicyName": name }),
        )?;
    }
    for (name, policy) in &new {
        handler.iam(
            "PutRolePolicy",
            &json!({ "RoleName": role, "PolicyName": name, "PolicyDocument": policy }),
        )?;
    }
    let (old, new) = (managed(before), managed(wanted));
    for arn in old.iter().filter(|arn| !new.contains(arn)) {
        let input = json!({ "RoleName": role, "PolicyArn": arn });
        handler.iam("DetachRolePolicy", &input)?;
    }
    for arn in new.iter().filter(|arn| !old.contains(arn)) {
        let input = json!({ "RoleName": role, "PolicyArn": arn });
        handler.iam("AttachRolePolicy", &input)?;
    }
    Ok(())
}

fn inline(properties: &Properties) -> BTreeMap<String, String> {
    let policies = properties.get("Policies").and_then(Value::as_array);
    policies
        .into_iter()
        .flatten()
        .filter_map(|policy| {
            let name = policy["PolicyName"].as_str()?.to_owned();
            Some((name, document(&policy["PolicyDocument"])))
        })
        .collect()
}

fn managed(properties: &Properties) -> Vec<&str> {
    let arns = properties
        .get("ManagedPolicyArns")
        .and_then(Value::as_array);
    arns.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// A policy document is JSON, or text that holds JSON.
pub(super) fn document(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
