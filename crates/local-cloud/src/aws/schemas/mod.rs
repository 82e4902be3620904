//! Amazon's own resource schemas, reduced to facts.
//!
//! Templates are judged by these, never by the types that wrote them. [`from_cfn_lint`] makes the files that the crate
//! `facts` has from the copies that cfn-lint ships; a check in continuous integration compares them with the pinned
//! version of it.

mod coerce;
mod reduce;
mod source;
mod validate;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use facts::cloudformation::FILES;
use serde_json::Value;

pub use self::reduce::reduce;
pub use self::source::{SourceError, file_name, from_cfn_lint, stale};

/// The type that is made only where the stage was built for it.
const TABLE: &str = "AWS::DynamoDB::Table";

/// The resource types that a local stage can make.
pub fn types() -> impl Iterator<Item = &'static str> {
    let names = FILES.iter().map(|(name, _)| *name);
    names.filter(|name| Schema::of(name).is_some())
}

/// The facts about one resource type.
#[derive(Debug)]
pub struct Schema {
    document: Value,
    create_only: Vec<String>,
    read_only: Vec<String>,
    primary_identifier: Vec<String>,
}

static SCHEMAS: LazyLock<BTreeMap<&'static str, Schema>> = LazyLock::new(|| {
    FILES
        .iter()
        .filter_map(|(name, text)| Some((*name, Schema::new(serde_json::from_str(text).ok()?))))
        .collect()
});

impl Schema {
    /// The schema of a resource type, if a local stage can make it.
    pub fn of(resource_type: &str) -> Option<&'static Self> {
        let is_made = resource_type != TABLE || cfg!(feature = "dynamodb");
        SCHEMAS.get(resource_type).filter(|_| is_made)
    }

    fn new(document: Value) -> Self {
        let names = |list: &str| -> Vec<String> {
            document[list]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|pointer| pointer.as_str()?.strip_prefix("/properties/"))
                // A nested property counts as part of the one that holds it.
                .filter(|name| !name.contains('/'))
                .map(str::to_owned)
                .collect()
        };
        Self {
            create_only: names("createOnlyProperties"),
            read_only: names("readOnlyProperties"),
            primary_identifier: names("primaryIdentifier"),
            document,
        }
    }

    /// The reduced schema as JSON.
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// Whether changing the property replaces the resource.
    pub fn is_create_only(&self, property: &str) -> bool {
        self.create_only.iter().any(|name| name == property)
    }

    /// True if a change of the property can replace the resource. `KeySchema` of a table is said to do so under a
    /// condition, which any change of it meets: nothing else of a key can change.
    pub fn can_replace(&self, property: &str) -> bool {
        let is_key = self.document["typeName"] == TABLE && property == "KeySchema";
        is_key || self.is_create_only(property)
    }

    /// Whether the property is only ever an attribute, never written.
    pub fn is_read_only(&self, property: &str) -> bool {
        self.read_only.iter().any(|name| name == property)
    }

    /// The properties that tell one resource from another.
    pub fn primary_identifier(&self) -> &[String] {
        &self.primary_identifier
    }

    /// Whether there is a property or attribute of this name.
    pub fn has(&self, property: &str) -> bool {
        self.document["properties"].get(property).is_some()
    }

    /// The property that holds tags, where CloudFormation adds those of the stack.
    pub fn tag_property(&self) -> Option<&str> {
        let tagging = &self.document["tagging"];
        (tagging["taggable"] == true)
            .then(|| tagging["tagProperty"].as_str())
            .flatten()
            .and_then(|pointer| pointer.strip_prefix("/properties/"))
    }

    /// Whether CloudFormation also adds its own `aws:cloudformation:*` tags.
    pub fn has_system_tags(&self) -> bool {
        self.document["tagging"]["cloudFormationSystemTags"] == true
    }

    /// Turns scalars into the type that the schema asks for, as CloudFormation does: `"8"` becomes
    /// a number where a number belongs, and `false` a text where a text belongs.
    #[must_use]
    pub fn coerce(&self, properties: Value) -> Value {
        coerce::coerce(&self.document, &self.document, properties)
    }

    /// What is wrong with the properties, in Amazon's words; empty when nothing is.
    pub fn violations(&self, properties: &Value) -> Vec<String> {
        validate::violations(&self.document, properties)
    }

    fn resolve<'schema>(document: &'schema Value, schema: &'schema Value) -> &'schema Value {
        let target = schema["$ref"]
            .as_str()
            .and_then(|reference| document.pointer(reference.trim_start_matches('#')));
        target.unwrap_or(schema)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn replacing_a_pool_is_not_in_the_schema_but_replacing_a_client_is() {
        let pool = Schema::of("AWS::Cognito::UserPool").unwrap();
        assert!(pool.create_only.is_empty());
        assert_eq!(pool.tag_property(), Some("UserPoolTags"));
        let client = Schema::of("AWS::Cognito::UserPoolClient").unwrap();
        assert!(client.is_create_only("GenerateSecret"));
        assert!(client.is_read_only("ClientSecret"));
        assert_eq!(client.tag_property(), None);
    }

    #[test]
    fn an_unquoted_off_is_refused() {
        let pool = Schema::of("AWS::Cognito::UserPool").unwrap();
        let properties = pool.coerce(json!({ "MfaConfiguration": false }));
        assert_eq!(
            pool.violations(&properties),
            ["#/MfaConfiguration: failed validation constraint for keyword [enum]"]
        );
    }
}
