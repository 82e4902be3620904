//! Samples that come near to what was said, for who wonders why an utterance means what it means.

use serde::Serialize;

use super::{Model, Part};
use crate::words::words;

/// A sample, and how near it comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Near {
    /// The intent that has the sample.
    pub intent: String,
    /// Its words, with slots in braces.
    pub sample: String,
    /// 100 is the same words; a slot stands for any word.
    pub percent: usize,
}

/// Less has nothing to do with what was said.
const LEAST_PERCENT: usize = 40;

impl Model {
    /// The `most` samples that come nearest to the best of some readings, nearest first.
    pub fn near(&self, readings: &[Vec<String>], most: usize) -> Vec<Near> {
        let mut all: Vec<Near> = Vec::new();
        for intent in &self.intents {
            let known = self.language.built_in.iter();
            let phrases = known.filter(|(name, _)| *name == intent.name);
            let phrases = phrases.flat_map(|(_, phrases)| *phrases).map(|phrase| {
                let words = words(self.language, phrase);
                words.into_iter().map(Part::Word).collect::<Vec<_>>()
            });
            let phrases: Vec<_> = phrases.collect();
            for sample in intent.samples.iter().chain(&phrases) {
                let percent = readings.iter().map(|reading| alike(sample, reading)).max();
                let percent = percent.unwrap_or_default();
                if percent >= LEAST_PERCENT {
                    let shown = sample.iter().map(|part| match part {
                        Part::Word(word) => word.clone(),
                        Part::Slot(index) => format!("{{{}}}", intent.slots[*index].0),
                    });
                    let separator = if self.language.spaced { " " } else { "" };
                    all.push(Near {
                        intent: intent.name.clone(),
                        sample: shown.collect::<Vec<_>>().join(separator),
                        percent,
                    });
                }
            }
        }
        // The model's order decides between equals.
        all.sort_by_key(|near| std::cmp::Reverse(near.percent));
        all.truncate(most);
        all
    }
}

/// How much of a sample and an utterance is the same, in percent: by the words that would have to be
/// added, left out or replaced (Levenshtein). A slot takes any number of words, at least one.
fn alike(sample: &[Part], utterance: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=utterance.len()).collect();
    for part in sample {
        let mut next = vec![row[0] + 1];
        for (index, said) in utterance.iter().enumerate() {
            let differs = matches!(part, Part::Word(word) if word != said);
            let replaced = row[index] + usize::from(differs);
            let left_out = row[index + 1] + 1;
            // The slot goes on.
            let added = next[index] + usize::from(matches!(part, Part::Word(_)));
            let cost = match index {
                // A slot is not empty.
                0 if !differs && matches!(part, Part::Slot(_)) => replaced.min(left_out),
                _ => replaced.min(left_out).min(added),
            };
            next.push(cost);
        }
        row = next;
    }
    let longest = sample.len().max(utterance.len()).max(1);
    let distance = row.last().copied().unwrap_or_default().min(longest);
    (longest - distance) * 100 / longest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::language::Language;

    #[test]
    fn the_nearest_come_first_and_what_is_far_does_not_come() {
        let language = Language::of_locale("en-US").unwrap();
        let model = json!({ "languageModel": {
            "invocationName": "guide",
            "intents": [
                { "name": "AMAZON.HelpIntent" },
                { "name": "NameIntent", "samples": ["what is my name", "my name"] },
                {
                    "name": "InfoIntent",
                    "slots": [{ "name": "info", "type": "AMAZON.SearchQuery" }],
                    "samples": ["what is my {info}", "sing a song of {info}"],
                },
            ],
        } });
        let model = Model::compile(language, &model);
        let said = vec![words(language, "what is your name")];
        let near: Vec<(String, usize)> = model
            .near(&said, 3)
            .into_iter()
            .map(|near| (near.sample, near.percent))
            .collect();
        assert_eq!(
            near,
            [
                ("what is my name".to_owned(), 75),
                ("what is my {info}".to_owned(), 75),
            ]
        );
        let said = vec![words(language, "what is my first pet")];
        assert_eq!(model.near(&said, 1)[0].percent, 100);
        assert_eq!(model.near(&[words(language, "help")], 9)[0].percent, 100);
    }
}
