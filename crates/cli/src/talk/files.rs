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
    use tempfile::TempDir;

    use super::*;

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
