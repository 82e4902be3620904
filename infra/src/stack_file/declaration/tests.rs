use proptest::prelude::*;
use proptest::strategy::Union;
use serde_json::json;

use super::*;
use crate::StackFile;

fn read(file: &Value) -> Result<StackFile, String> {
    let text = toml::to_string(file).unwrap();
    toml::from_str(&text).map_err(|error| format!("{text}\n{error}"))
}

/// Values that a schema allows, with every table that may be written, or not.
fn allowed(schema: &Value) -> BoxedStrategy<Value> {
    let list = |member: &str| schema[member].as_array().cloned().unwrap_or_default();
    let several = |schemas: Vec<Value>| Union::new(schemas.iter().map(allowed)).boxed();
    // Where a schema cannot say everything, there are examples.
    if schema.get("examples").is_some() {
        return proptest::sample::select(list("examples")).boxed();
    }
    if let Some(word) = schema.get("const") {
        return Just(word.clone()).boxed();
    }
    if schema.get("enum").is_some() {
        return proptest::sample::select(list("enum")).boxed();
    }
    if schema.get("oneOf").is_some() || schema.get("anyOf").is_some() {
        return several([list("oneOf"), list("anyOf")].concat());
    }
    match schema["type"].as_str() {
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        Some("integer") => {
            let limit = |member: &str, usual| schema[member].as_i64().unwrap_or(usual);
            (limit("minimum", 0)..=limit("maximum", 9))
                .prop_map(Value::from)
                .boxed()
        }
        Some("array") => {
            let items = proptest::collection::vec(allowed(&schema["items"]), 0..4);
            let distinct = items.prop_map(|mut items| {
                let mut seen = Vec::new();
                items.retain(|item| {
                    !seen.contains(item) && {
                        seen.push(item.clone());
                        true
                    }
                });
                Value::from(items)
            });
            distinct.boxed()
        }
        Some("object") => table(schema),
        _ => text(schema["pattern"].as_str().unwrap_or("^[ -~]*$"))
            .prop_map(Value::from)
            .boxed(),
    }
}

/// Texts of a pattern, which begins and ends with anchors.
fn text(pattern: &str) -> impl Strategy<Value = String> + use<> {
    let inner = pattern
        .strip_prefix('^')
        .and_then(|rest| rest.strip_suffix('$'));
    proptest::string::string_regex(inner.unwrap()).unwrap()
}

fn table(schema: &Value) -> BoxedStrategy<Value> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let members = schema["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let mut whole = Just(json!({})).boxed();
    for (name, schema) in members {
        let always = required.contains(&json!(name));
        let member = (any::<bool>(), allowed(&schema));
        whole = (whole, member)
            .prop_map(move |(mut table, (written, value))| {
                if written || always {
                    table[&name] = value;
                }
                table
            })
            .boxed();
    }
    for (pattern, schema) in schema["patternProperties"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let members = proptest::collection::vec((text(pattern), allowed(schema)), 0..3);
        whole = (whole, members)
            .prop_map(|(mut table, members)| {
                for (name, value) in members {
                    table[&name] = value;
                }
                table
            })
            .boxed();
    }
    whole
}

/// A file with one more key, and whatever the tables around that need.
fn with(key: &str, value: Value) -> Value {
    let mut file = json!({ "name": "guide" });
    let (tables, name) = key.rsplit_once('.').unwrap_or(("", key));
    let mut table = &mut file;
    let mut path = String::new();
    for step in tables.split('.').filter(|step| !step.is_empty()) {
        path = format!("{path}{}{step}", if path.is_empty() { "" } else { "." });
        let declared = keys().iter().find(|key| key.path == path);
        let example = declared.and_then(|key| key.schema["examples"].get(0));
        let usual = declared.and_then(|key| key.schema.get("default"));
        let needed = example.or(usual).filter(|value| value.is_object());
        let step = if step == "*" { "level" } else { step };
        table = &mut table[step];
        if table.is_null() {
            *table = needed.cloned().unwrap_or_else(|| json!({}));
        }
    }
    table[name] = value;
    file
}

/// Files with one value that is not allowed each: of another kind, beside the words, out of range, or unknown.
fn refused() -> Vec<(String, Value)> {
    let mut files = vec![("unknown".to_owned(), with("no-such-key", json!(1)))];
    for key in keys() {
        let schema = &key.schema;
        let mut bad = vec![match schema["type"].as_str() {
            Some("integer") => json!("7"),
            _ => json!(7),
        }];
        let is_text = schema["type"] == "string" || schema.get("oneOf").is_some();
        bad.extend(is_text.then(|| json!("no § word")));
        bad.extend((schema["type"] == "array").then(|| json!(["no § word"])));
        bad.extend(schema["minimum"].as_i64().map(|least| json!(least - 1)));
        bad.extend(schema["maximum"].as_i64().map(|most| json!(most + 1)));
        let values = bad.into_iter().map(|value| with(&key.path, value));
        let unknown = key
            .properties()
            .is_some()
            .then(|| with(&format!("{}.no-such-key", key.path), json!(1)));
        let found = values.chain(unknown).enumerate();
        files.extend(found.map(|(index, file)| (format!("{}-{index}", key.path), file)));
    }
    files
}

/// Leaves a file to the validator that `cargo xtask ci --only stack-schema` asks, if it has said where.
fn leave(folder: &str, name: &str, file: &Value) {
    if let Some(cases) = std::env::var_os("STACK_SCHEMA_CASES") {
        let folder = std::path::Path::new(&cases).join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let name = name.replace('*', "NAME");
        std::fs::write(
            folder.join(format!("{name}.toml")),
            toml::to_string(file).unwrap(),
        )
        .unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_the_schema_allows_is_read(file in allowed(&schema()), number in any::<u32>()) {
        leave("good", &format!("generated-{number}"), &file);
        prop_assert!(read(&file).is_ok(), "{:?}", read(&file));
    }
}

#[test]
fn what_a_type_refuses_is_not_allowed() {
    let files = refused();
    assert!(files.len() > 100, "only {} files", files.len());
    for (name, file) in files {
        leave("bad", &name, &file);
        assert!(read(&file).is_err(), "{name}: {file:#}");
    }
}

#[test]
fn every_key_is_described_and_every_default_is_the_types() {
    for key in keys() {
        assert!(
            key.description().ends_with(['.', ')']),
            "{}: {}",
            key.path,
            key.description()
        );
        if let Some(value) = key
            .schema
            .get("default")
            .filter(|_| !key.path.contains('*'))
        {
            let written = with(&key.path, value.clone());
            let mut silent = written.clone();
            let (table, name) = key.path.rsplit_once('.').unwrap_or(("", &key.path));
            let table = format!("/{}", table.replace('.', "/"));
            let table = silent.pointer_mut(table.trim_end_matches('/')).unwrap();
            table.as_object_mut().unwrap().remove(name);
            assert_eq!(read(&written), read(&silent), "{}", key.path);
        }
    }
}

/// Keys of a file find what is declared around them.
#[test]
fn a_key_is_found_by_what_is_written() {
    for (key, page) in [
        ("lambda.memory", Some("configuration-memory")),
        (
            "identity.attributes.custom.plan.type",
            Some("user-pool-settings-attributes"),
        ),
        ("identity.domain.custom.name", Some("add-custom-domain")),
        ("stages.dev.region", None),
        ("nothing", None),
    ] {
        let source = of(key, Key::source);
        assert_eq!(source.is_some(), page.is_some(), "{key}");
        assert!(source.is_none_or(|source| source.contains(page.unwrap_or_default())));
    }
    assert!(of("stages.dev.region", Key::later) == Some(Later::Never));
}
