//! Where the schemas come from: the copies that cfn-lint ships.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use facts::cloudformation::FILES;
use serde_json::Value;

use super::reduce;

/// Why the copies could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file is missing or unreadable.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A file is not JSON.
    #[error("{} is not JSON", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// This version of cfn-lint does not know a type.
    #[error("{} has no schema of {resource_type}", path.display())]
    Missing {
        /// The index of schemas.
        path: PathBuf,
        /// The type.
        resource_type: &'static str,
    },
}

/// The file of the crate `facts` that holds a type.
#[must_use]
pub fn file_name(resource_type: &str) -> String {
    format!("{}.json", resource_type.replace("::", "-"))
}

/// Reduces the schemas in cfn-lint's `data/schemas` folder: file name and text of every type.
pub fn from_cfn_lint(folder: &Path) -> Result<BTreeMap<String, String>, SourceError> {
    let index_path = folder.join("providers").join("us-east-1.json");
    let index = read(&index_path)?;
    FILES
        .iter()
        .map(|(resource_type, _)| {
            let hash = index[*resource_type]
                .as_str()
                .ok_or_else(|| SourceError::Missing {
                    path: index_path.clone(),
                    resource_type,
                })?;
            let path = folder.join("resources").join(format!("{hash}.json"));
            let text = format!("{:#}\n", reduce(&read(&path)?));
            Ok((file_name(resource_type), text))
        })
        .collect()
}

/// The committed files that differ from what [`from_cfn_lint`] makes of `folder`.
pub fn stale(folder: &Path) -> Result<Vec<String>, SourceError> {
    let fresh = from_cfn_lint(folder)?;
    Ok(FILES
        .iter()
        .map(|(resource_type, committed)| (file_name(resource_type), *committed))
        .filter(|(name, committed)| fresh.get(name).is_none_or(|fresh| fresh != committed))
        .map(|(name, _)| name)
        .collect())
}

fn read(path: &Path) -> Result<Value, SourceError> {
    let text = std::fs::read_to_string(path).map_err(|source| SourceError::Read {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_str(&text).map_err(|source| SourceError::Json {
        path: path.to_owned(),
        source,
    })
}
