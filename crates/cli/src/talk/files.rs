//! Finding conversation files.

use std::path::{Path, PathBuf};

use super::conversation::{Conversation, parse};
use super::known::Known;
use crate::failure::{Code, Failure};
use crate::workspace;

/// Every conversation of these files, and of the files in these folders, with a skill that knows this
/// much of people.
pub(super) fn read(places: &[PathBuf], known: &Known) -> Result<Vec<Conversation>, Failure> {
    let mut conversations = Vec::new();
    for place in places {
        for file in files(place)? {
            let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
            let shown = file.strip_prefix(workspace::root()).unwrap_or(&file);
            conversations.extend(parse(shown, &text, known)?);
        }
    }
    Ok(conversations)
}

/// The file, or the YAML files of the folder in the order of their names.
fn files(place: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !place.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let mut files = Vec::new();
    let entries = std::fs::read_dir(place).map_err(|error| unreadable(place, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| unreadable(place, &error))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::new(
            Code::Conversation,
            format!("no conversation file is in {}", place.display()),
        )
        .hint("conversation files end in .yaml; name another file or folder"));
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Conversation,
        format!("cannot read {}: {error}", path.display()),
    )
    .hint("name an existing file, or leave it out to take tests/conversations")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use story::Account;
    use tempfile::TempDir;

    use super::super::FOLDER;
    use super::*;

    /// The locales that the skill package has an interaction model for.
    fn locales() -> Vec<String> {
        let folder = workspace::skill_package().join("interactionModels/custom");
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn every_locale_hears_every_state_of_an_account() {
        let conversations = read(&[workspace::root().join(FOLDER)], &Known::these(&[])).unwrap();
        assert!(locales().len() >= 5);
        for locale in locales() {
            for account in Account::ALL {
                let held = conversations
                    .iter()
                    .any(|held| held.locale == locale && held.account == account);
                assert!(held, "{locale} lacks a conversation with {account:?}");
            }
            // A speaker whom Alexa recognises: with an account of their own, and without.
            for account in [Account::Linked, Account::NotLinked] {
                let mut voices = (conversations.iter())
                    .filter(|held| held.locale == locale)
                    .flat_map(|held| held.voices.values());
                let held = voices.any(|voice| *voice == account);
                assert!(held, "{locale} lacks a voice with {account:?}");
            }
        }
        let turns: BTreeSet<_> = conversations
            .iter()
            .flat_map(|held| {
                let place = (held.locale.as_str(), held.account.name());
                held.turns
                    .iter()
                    .map(move |turn| (place, turn.say.as_str()))
            })
            .collect();
        assert!(turns.len() >= 60, "{} different turns", turns.len());
    }

    #[test]
    fn a_folder_without_conversations_and_a_missing_file_are_told() {
        let folder = TempDir::new().unwrap();
        let place = folder.path().to_owned();
        let refused = |place| {
            let read = read(&[place], &Known::these(&[]));
            read.unwrap_err().to_string()
        };
        let said = refused(place.clone());
        assert!(said.contains("no conversation file"), "{said}");
        let said = refused(place.join("a.yaml"));
        assert!(said.contains("a.yaml") && said.contains("hint: "), "{said}");
    }
}
