use infra::stack_file::declaration::{self, Key, Later};
use serde_json::Value;

use super::*;
use crate::state::PoolRecord;

fn stack(text: &str) -> StackFile {
    StackFile::parse(&format!("name = \"guide\"\n{text}"), "stack.toml").unwrap()
}

fn made_by(text: &str) -> StageState {
    StageState {
        pool: Some(PoolRecord {
            id: "eu-west-1_AbCdEf123".parse().unwrap(),
            made_with: ImmutablePoolSettings::wanted(&stack(text))
                .unwrap()
                .unwrap(),
        }),
        ..StageState::default()
    }
}

#[test]
fn a_record_is_what_the_stack_file_wanted() {
    let state = made_by(
        "[identity.attributes]\nrequired = [\"given_name\"]\ncustom = { seats = \"number\" }",
    );
    let text = |required, data_type: &str| serde_json::json!({ "dataType": data_type, "required": required, "mutable": true });
    let json = serde_json::to_value(&state).unwrap();
    assert_eq!(
        json["pool"],
        serde_json::json!({
            "id": "eu-west-1_AbCdEf123",
            "madeWith": {
                "usernameAttributes": ["email"],
                "aliasAttributes": [],
                "caseSensitive": false,
                "schema": {
                    "given_name": text(true, "String"),
                    "name": text(true, "String"),
                    "seats": text(false, "Number"),
                },
            },
        })
    );
    assert_eq!(serde_json::from_value::<StageState>(json).unwrap(), state);
}

#[test]
fn a_state_of_an_earlier_version_is_read_and_refuses_nothing() {
    let earlier: StageState = serde_json::from_str("{\"fence\": 3}").unwrap();
    assert_eq!(earlier.pool, None);
    let phone = stack("[identity]\nsign-in = [\"phone\"]\nrecovery = [\"phone\"]");
    assert_eq!(check_recorded_pool(&phone, &earlier, &[]), Ok(()));
}

#[test]
fn only_what_can_be_added_may_differ() {
    let custom = "identity.attributes.custom = { plan = \"text\" }";
    for (made, wanted, what) in [
        (
            "",
            "[identity]\nself-sign-up = false\nplan = \"plus\"",
            None,
        ),
        ("", custom, None),
        (custom, custom, None),
        (
            "",
            "[identity]\nsign-in = [\"email\", \"phone\"]",
            Some("UsernameAttributes would be email, phone_number"),
        ),
        (
            "",
            "[identity]\nsign-in = [\"username\"]",
            Some("AliasAttributes would be email"),
        ),
        (
            "",
            "identity.attributes.required = [\"nickname\"]",
            Some("whether attribute nickname is required would be true"),
        ),
        (
            "identity.attributes.required = [\"nickname\"]",
            "",
            Some("whether attribute nickname is required would be false"),
        ),
        (
            custom,
            "",
            Some("whether there is a custom attribute plan would be false"),
        ),
        (
            custom,
            "identity.attributes.custom = { plan = \"number\" }",
            Some("the type of the custom attribute plan would be Number"),
        ),
    ] {
        let state = made_by(made);
        let judged = check_recorded_pool(&stack(wanted), &state, &[]);
        assert_eq!(
            check_recorded_pool(&stack(wanted), &state, &[Guard::SignInAttributes]),
            Ok(())
        );
        let Some(what) = what else {
            assert_eq!(judged, Ok(()), "{made} {wanted}");
            continue;
        };
        let error = judged.unwrap_err();
        assert_eq!(error.code(), "GUARD_SIGN_IN_ATTRIBUTES");
        let told = format!("{} {:?}", error.message(), error.causes());
        assert!(told.contains(what), "{what}: {told}");
        assert!(told.contains("eu-west-1_AbCdEf123"), "{told}");
    }
}

#[test]
fn case_and_whether_it_can_be_changed_are_compared_too() {
    let usual = made_by("");
    let made = usual.pool.unwrap().made_with;
    let mut other = made.clone();
    other.case_sensitive = true;
    other.schema.get_mut("name").unwrap().mutable = false;
    let found = other.differences(&made, other.schema.keys());
    let found: Vec<_> = found.into_iter().map(|one| one.what).collect();
    assert_eq!(
        found,
        [
            "case-sensitivity of user names would be false, and the pool was created with true",
            "whether attribute name can be changed would be true, and the pool was created with false",
        ]
    );
}

#[test]
fn who_makes_no_pool_contradicts_none() {
    let state = made_by("");
    for other in [
        "identity.user-pool-id = \"us-east-1_AbCdEf123\"",
        "[identity]\nprovider = 'login-with-amazon'\n[linking]\n\
         profile-source = 'login-with-amazon'\nscopes = ['profile']",
    ] {
        assert_eq!(check_recorded_pool(&stack(other), &state, &[]), Ok(()));
    }
}

/// A value of a key beside the usual one.
fn another(key: &Key) -> Option<Value> {
    let schema = key.schema();
    let words = |schema: &Value| {
        let words = schema["oneOf"].as_array().into_iter().flatten();
        words.map(|word| word["const"].clone()).collect::<Vec<_>>()
    };
    let example = schema["examples"].get(0).cloned();
    example.or_else(|| match schema.get("default")? {
        Value::Bool(usual) => Some((!usual).into()),
        Value::Array(usual) => {
            let mut words = words(&schema["items"]).into_iter();
            words
                .find(|word| !usual.contains(word))
                .map(|word| vec![word].into())
        }
        usual => words(schema).into_iter().find(|word| word != usual),
    })
}

/// A pool refuses to change by exactly those keys that are declared to be fixed.
#[test]
fn what_is_fixed_is_declared_to_be() {
    let usual = ImmutablePoolSettings::wanted(&stack("")).unwrap().unwrap();
    let (mut tried, mut fixed) = (0, 0);
    for key in declaration::keys() {
        if let Some(Later::Guarded(guard)) = key.later() {
            assert!(guard.parse::<Guard>().is_ok(), "{}: {guard}", key.path);
        }
        let Some(value) = another(key).filter(|_| key.path.starts_with("identity.")) else {
            continue;
        };
        let steps = key.path.rsplit('.');
        let mut file = steps.fold(value, |value, step| serde_json::json!({ step: value }));
        file["name"] = "guide".into();
        // Not by the rules across keys: one key alone is another.
        let stack: StackFile = serde_json::from_value(file).unwrap();
        let Some(other) = ImmutablePoolSettings::wanted(&stack).unwrap() else {
            continue;
        };
        let refused = |made: &ImmutablePoolSettings, wanted| {
            !made.differences(wanted, made.schema.keys()).is_empty()
        };
        let expected = match key.later() {
            Some(Later::Never) => (true, true),
            Some(Later::OnlyAdded) => (false, true),
            _ => (false, false),
        };
        let found = (refused(&usual, &other), refused(&other, &usual));
        assert_eq!(found, expected, "{}", key.path);
        tried += 1;
        fixed += usize::from(found.1);
    }
    assert!(tried >= 12 && fixed == 3, "{fixed} of {tried}");
}
