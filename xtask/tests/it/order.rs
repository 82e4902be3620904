//! Steps that do not need each other run at the same time, and it does not matter which ends first.

use serde_json::{Value, json};

use crate::console::{Console, only_pool};
use crate::plan::with;
use crate::stage::Stage;

/// More than a deployment makes.
const CALLS: u64 = 150;

/// Makes about half of the calls wait, each time others and differently long.
fn shuffle(console: &Console<'_>, seed: u64) {
    let mut random = seed;
    let mut rules = Vec::new();
    for call in 1..=CALLS {
        // Knuth's linear congruential generator.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let milliseconds = (random >> 59) * 3;
        if random >> 58 & 1 == 1 {
            let fault = json!({ "kind": "late", "milliseconds": milliseconds });
            rules.push(json!({ "call": call, "fault": fault }));
        }
    }
    console.device("control/faults", &json!({ "rules": rules }));
}

#[test]
fn whichever_step_ends_first_the_same_is_deployed() {
    for seed in 1..=5 {
        let stage = Stage::start();
        let console = Console::of(&stage);
        let deploy = |stack: &str| -> Value {
            shuffle(&console, seed);
            let (said, _) = with(&stage, stack, &["deploy", "--json"]);
            assert!(said.success, "seed {seed}: {}", said.stderr);
            said.json()
        };
        let first = deploy("");
        assert_eq!(console.skills().len(), 1);
        assert_eq!(first["userPoolId"], only_pool(&console));
        let more = "[linking]\nclient-authentication = \"body\"\n[lambda]\nmemory = 512\n\
                    regions = { default = \"us-east-1\", EU = \"eu-west-1\", FE = \"us-west-2\" }\n";
        let second = deploy(more);
        assert_eq!(second["skillId"], first["skillId"], "seed {seed}");
        console.device("control/faults", &json!({}));
        let (said, code) = with(&stage, more, &["plan", "--json"]);
        assert_eq!(code, Some(0), "seed {seed}: {}", said.stdout);
        assert!(stage.end("-TERM"));
    }
}
