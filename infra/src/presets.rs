//! Stack files for the ways to sign in that docs/identity.md describes.

/// Names and texts, sorted by name.
pub const ALL: &[(&str, &str)] = &[
    (
        "custom-domain",
        include_str!("../presets/custom-domain.toml"),
    ),
    (
        "email-or-phone",
        include_str!("../presets/email-or-phone.toml"),
    ),
    ("email", include_str!("../presets/email.toml")),
    (
        "login-with-amazon",
        include_str!("../presets/login-with-amazon.toml"),
    ),
    ("phone-mfa", include_str!("../presets/phone-mfa.toml")),
    ("phone-otp", include_str!("../presets/phone-otp.toml")),
    ("profile-api", include_str!("../presets/profile-api.toml")),
];

/// The text of a preset.
pub fn text(name: &str) -> Option<&'static str> {
    let (_, text) = ALL.iter().find(|(known, _)| *known == name)?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_preset() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
        let entries = std::fs::read_dir(folder).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        files.sort();
        let mut names: Vec<_> = ALL
            .iter()
            .map(|(name, _)| std::ffi::OsString::from(format!("{name}.toml")))
            .collect();
        names.sort();
        assert_eq!(files, names);
    }
}
