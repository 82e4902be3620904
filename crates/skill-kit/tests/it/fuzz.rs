//! Requests that are spoilt at random, the same ones in every run.

use serde_json::{Value, json};

use crate::people::{SKILL_ID, TOKEN};
use crate::samples::{pointers, requests};

/// Random numbers that are the same in every run
/// ([SplitMix64](https://doi.org/10.1145/2714064.2660195)).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(end).unwrap()).unwrap()
    }

    fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// Texts and numbers at the edges of what readers expect.
fn edges() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "null",
        "0",
        "LaunchRequest",
        "IntentRequest",
        "AMAZON.RepeatIntent",
        "a launch",
        "RequestInfoIntent",
        "en-US",
        "de",
        "-",
        "xx-",
        "2026-11-20T09:30:00Z",
        "9999-12-31T23:59:59Z",
        "-009999-01-01T00:00:00Z",
        "2026-11-20T09:30:60Z",
        "\u{0}",
        "\u{202e}",
        "</speak>",
        "<audio src=\"x\"/>",
        "&",
        "\u{1f600}",
        "ER_SUCCESS_MATCH",
        "emailAddress",
        "https://api.amazonalexa.com",
        "http://169.254.169.254",
        TOKEN,
        SKILL_ID,
    ];
    let mut edges: Vec<Value> = texts.map(Value::from).into();
    edges.extend([json!("x".repeat(9_000)), json!("\u{e9}".repeat(9_000))]);
    edges.extend([
        json!(0),
        json!(-1),
        json!(1.5),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
    ]);
    edges.extend([json!(true), json!(false), json!(null), json!([]), json!({})]);
    let mut deep = json!({ "value": 7 });
    for _ in 0..60 {
        deep = json!({ "type": "List", "values": [deep] });
    }
    edges.push(deep);
    edges
}

/// Changes one thing in a request, wherever the dice say.
fn change(request: &mut Value, dice: &mut Dice, edges: &[Value], donors: &[(String, Value)]) {
    let all = pointers(request);
    let pointer = dice.one_of(&all).clone();
    let from = &dice.one_of(donors).1;
    let donor_pointers = pointers(from);
    let donated = from
        .pointer(dice.one_of(&donor_pointers).as_str())
        .unwrap()
        .clone();
    let kind = dice.below(8);
    let name = ["name", "type", "value", "accessToken", "extra", ""][dice.below(6)];
    let target = request.pointer_mut(&pointer).unwrap();
    match (kind, target) {
        (0, Value::Object(fields)) => {
            fields.clear();
        }
        (1, Value::Object(fields)) if !fields.is_empty() => {
            let at = dice.below(fields.len());
            let member = fields.keys().nth(at).unwrap().clone();
            fields.remove(&member);
        }
        (2, Value::Object(fields)) => {
            fields.insert(name.to_owned(), donated);
        }
        (3, Value::Array(items)) => {
            items.insert(0, donated);
        }
        (4, target) => *target = json!([target.clone()]),
        (5, target) => *target = json!({ name: target.clone() }),
        (6, target) => *target = donated,
        (_, target) => *target = dice.one_of(edges).clone(),
    }
}

/// Requests with one to five changes; always the same ones.
pub(crate) fn fuzzed(count: usize, seed: u64) -> impl Iterator<Item = Value> {
    let (samples, edges, mut dice) = (requests(), edges(), Dice(seed));
    (0..count).map(move |_| {
        let mut request = dice.one_of(&samples).1.clone();
        for _ in 0..=dice.below(5) {
            change(&mut request, &mut dice, &edges, &samples);
        }
        request
    })
}
