//! Comparing one live document with what a template declares and with what was left behind.

use serde_json::Value;

use crate::aws::document::Document;
use crate::aws::members::{Members, is_absence};
use crate::diff::change::{Change, Field, Kind, fields};
use crate::template::Resource;

/// A pool's second factors, which another operation reads and writes than the rest.
pub(super) const FACTORS: &str = "EnabledMfas";

/// Properties that a description does not show, or that nobody can change.
const UNSEEN: &[&str] = &[
    "AliasAttributes",
    "GenerateSecret",
    "Schema",
    "UsernameAttributes",
    "UsernameConfiguration",
];

/// How one resource differs.
#[derive(Debug, Default)]
pub(super) struct Compared {
    name: String,
    kind: String,
    /// Somebody has deleted it.
    gone: bool,
    /// Fields that the template declares.
    declared: Vec<Field>,
    /// Fields that it does not mention.
    others: Vec<Field>,
}

impl Compared {
    pub(super) fn is_empty(&self) -> bool {
        !self.gone && self.declared.is_empty() && self.others.is_empty()
    }

    /// Whether there is something that CloudFormation can put back.
    pub(super) fn is_declared(&self) -> bool {
        self.gone || !self.declared.is_empty()
    }

    /// The same with one more field of the template's.
    pub(super) fn with(mut self, field: Field) -> Self {
        if !self.gone {
            self.declared.push(field);
        }
        self
    }

    /// What putting it back does. A resource that is gone is made again.
    pub(super) fn change(&self) -> Option<Change> {
        if self.is_empty() {
            return None;
        }
        let all = self.declared.iter().chain(&self.others).cloned().collect();
        let kind = if self.gone {
            Kind::Added
        } else {
            Kind::Changed
        };
        Some(Change {
            resource_type: Some(self.kind.clone()),
            ..Change::new(kind, self.name.clone(), all)
        })
    }

    /// The fields by the names of the live document.
    pub(super) fn live_fields(&self) -> Vec<Field> {
        let mut all: Vec<_> = self.declared.iter().chain(&self.others).cloned().collect();
        for field in &mut all {
            if let Some(name) = field.path.first_mut() {
                *name = live_name(name).to_owned();
            }
        }
        all
    }
}

/// What a description calls a property.
fn live_name(property: &str) -> &str {
    if property == "UserPoolName" {
        "Name"
    } else {
        property
    }
}

/// Compares a live document with its resource and with what a deployment left behind.
pub(super) fn compare(
    name: &str,
    resource: &Resource,
    live: Option<&Document>,
    left: Option<&Document>,
) -> Compared {
    let mut compared = Compared {
        name: name.to_owned(),
        kind: resource.kind.clone(),
        gone: live.is_none(),
        ..Compared::default()
    };
    let Some(live) = live else {
        return compared;
    };
    compared.declared = declared_differences(resource, live);
    if let Some(left) = left {
        // Services normalise what they store: as long as it stays so, it is nobody's doing.
        let normalised = declared_differences(resource, left);
        compared
            .declared
            .retain(|field| !normalised.contains(field));
    }
    let others = left.map_or_else(Vec::new, |left| fields(live, left));
    compared.others = others
        .into_iter()
        .filter(|field| tells_a_change(field) && !declares(&resource.properties, &field.path))
        .collect();
    compared
}

fn declared_differences(resource: &Resource, live: &Document) -> Vec<Field> {
    let mut found = Vec::new();
    for (property, declared) in &resource.properties {
        if !UNSEEN.contains(&property.as_str()) {
            let path = vec![property.clone()];
            differences(&path, declared, live.get(live_name(property)), &mut found);
        }
    }
    found
}

/// Where a live value is not what is declared. What is declared is all that counts: services fill
/// in the rest.
fn differences(path: &[String], declared: &Value, live: Option<&Value>, found: &mut Vec<Field>) {
    if is_call(declared) {
        return;
    }
    if let (Value::Object(members), None | Some(Value::Object(_))) = (declared, live) {
        for (name, member) in members {
            let path: Vec<_> = path.iter().cloned().chain([name.clone()]).collect();
            differences(&path, member, live.and_then(|live| live.get(name)), found);
        }
    } else if !(same(declared, live) || live.is_none() && is_absence(path, declared)) {
        let (live, declared) = (live.cloned(), Some(declared.clone()));
        found.push(Field::new(path.to_vec(), live, declared));
    }
}

/// Whether a field is known, and another value than none: what Cognito began to show by itself is nobody's
/// doing.
fn tells_a_change(field: &Field) -> bool {
    let name = field.path.first().map_or("", String::as_str);
    let known = Members::of_pools().writes(name) || Members::of_clients().writes(name);
    let same = match (&field.before, &field.after) {
        (Some(value), None) | (None, Some(value)) => is_absence(&field.path, value),
        _ => false,
    };
    known && !same
}

/// What only the service knows is not compared.
fn is_call(value: &Value) -> bool {
    value.as_object().is_some_and(|members| {
        members.len() == 1
            && members
                .keys()
                .all(|name| name == "Ref" || name.starts_with("Fn::"))
    })
}

fn same(declared: &Value, live: Option<&Value>) -> bool {
    match (declared, live) {
        (Value::Array(declared), Some(Value::Array(live))) => {
            // Cognito keeps its lists as sets.
            declared.len() == live.len()
                && declared
                    .iter()
                    .all(|one| is_call(one) || live.iter().any(|other| same(one, Some(other))))
        }
        (Value::Object(members), Some(live @ Value::Object(_))) => members
            .iter()
            .all(|(name, member)| same(member, live.get(name))),
        (declared, Some(live)) => declared == live || text(declared) == text(live),
        // Nothing is shown of what is off or empty.
        (Value::Bool(on), None) => !on,
        (Value::Array(items), None) => items.is_empty(),
        (_, None) => false,
    }
}

/// Templates may quote numbers.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether the template says something of what is at a path of the live document.
fn declares(properties: &Document, path: &[String]) -> bool {
    let Some((name, rest)) = path.split_first() else {
        return false;
    };
    let property = properties
        .iter()
        .find(|(property, _)| live_name(property) == name);
    let Some((_, mut value)) = property else {
        return false;
    };
    for name in rest {
        match value {
            Value::Object(members) if !is_call(value) => match members.get(name) {
                Some(member) => value = member,
                None => return false,
            },
            _ => return true,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(value: &Value) -> Document {
        value.as_object().unwrap().clone()
    }

    fn resource(properties: &Value) -> Resource {
        Resource {
            kind: "AWS::Cognito::UserPool".to_owned(),
            properties: document(properties),
            attributes: Document::new(),
        }
    }

    fn told(compared: &Compared) -> Vec<String> {
        let change = compared.change();
        let fields = change.iter().flat_map(|change| &change.fields);
        fields.map(|field| field.path.join("/")).collect()
    }

    #[test]
    fn what_services_fill_in_or_sort_is_no_drift() {
        let declared = resource(&json!({
            "UserPoolName": "guide",
            "Policies": {"PasswordPolicy": {"MinimumLength": 8}},
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false},
            "AutoVerifiedAttributes": ["email", "phone_number"],
            "RecoveryMechanisms": [{"Name": "a", "Priority": 1}, {"Name": "b", "Priority": 2}],
            "SmsConfiguration": {"SnsCallerArn": {"Fn::GetAtt": ["Role", "Arn"]}},
            "IssuerConfiguration": {"Type": "ORIGINAL"},
            "Schema": [{"Name": "name"}],
        }));
        let live = document(&json!({
            "Name": "guide",
            "Policies": {"PasswordPolicy": {"MinimumLength": 8, "RequireNumbers": true}},
            "AutoVerifiedAttributes": ["phone_number", "email"],
            "RecoveryMechanisms": [{"Name": "b", "Priority": 2}, {"Priority": 1, "Name": "a"}],
            "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::1:role/x"},
            "LambdaConfig": {},
        }));
        let compared = compare("UserPool", &declared, Some(&live), Some(&live));
        assert!(compared.is_empty(), "{compared:?}");
    }

    #[test]
    fn a_pool_that_shows_no_form_of_issuer_has_the_original_one() {
        let live = document(&json!({"Name": "guide"}));
        for (form, drift) in [
            ("ORIGINAL", &[][..]),
            ("UPDATED", &["IssuerConfiguration/Type"]),
        ] {
            let declared = json!({"UserPoolName": "guide", "IssuerConfiguration": {"Type": form}});
            let declared = resource(&declared);
            let compared = compare("UserPool", &declared, Some(&live), None);
            assert_eq!(told(&compared), drift, "{form}");
        }
    }

    #[test]
    fn each_field_is_found_where_it_is() {
        let declared = resource(&json!({
            "UserPoolName": "guide",
            "Policies": {"PasswordPolicy": {"MinimumLength": 12}},
        }));
        let left = document(&json!({
            "Name": "guide",
            "Policies": {"PasswordPolicy": {"MinimumLength": 12, "RequireNumbers": true}},
            "LambdaConfig": {},
        }));
        let live = document(&json!({
            "Name": "other",
            "Policies": {"PasswordPolicy": {"MinimumLength": 6, "RequireNumbers": false}},
            "LambdaConfig": {"PreSignUp": "arn"},
            "BrandNewConfiguration": {},
        }));
        let compared = compare("UserPool", &declared, Some(&live), Some(&left));
        assert_eq!(
            told(&compared),
            [
                "UserPoolName",
                "Policies/PasswordPolicy/MinimumLength",
                "Policies/PasswordPolicy/RequireNumbers",
                "LambdaConfig/PreSignUp",
            ]
        );
        assert!(compared.is_declared());
        let put_back = crate::diff::change::apply(&live, &compared.live_fields());
        let again = compare("UserPool", &declared, Some(&put_back), Some(&left));
        assert!(again.is_empty(), "{again:?}");
        // What this version does not know of is kept.
        assert_eq!(put_back["BrandNewConfiguration"], json!({}));
    }

    #[test]
    fn what_the_service_made_of_a_value_is_no_drift() {
        let declared = resource(&json!({"SmsAuthenticationMessage": " code {####}"}));
        let stored = document(&json!({"SmsAuthenticationMessage": "code {####}"}));
        let compared = compare("UserPool", &declared, Some(&stored), Some(&stored));
        assert!(compared.is_empty());
        let live = document(&json!({"SmsAuthenticationMessage": "{####}"}));
        let compared = compare("UserPool", &declared, Some(&live), Some(&stored));
        assert_eq!(told(&compared), ["SmsAuthenticationMessage"]);
    }

    #[test]
    fn a_deleted_resource_is_added_again() {
        let compared = compare("Domain", &resource(&json!({"Domain": "guide"})), None, None);
        let change = compared.change().unwrap();
        assert_eq!(change.kind, Kind::Added);
        assert!(compared.is_declared());
    }
}
