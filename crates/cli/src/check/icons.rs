//! Icons of the store: square, of one size each.
//!
//! <https://developer.amazon.com/docs/alexa/devconsole/launch-your-skill.html>

use std::path::Path;

/// What ask-cli and SMAPI take for a file of the package itself.
const OWN: &str = "file://";

/// What is wrong with an icon, as far as that can be seen without fetching it.
pub(super) fn problem(package: &Path, uri: &str, side: usize) -> Option<String> {
    let Some(path) = uri.strip_prefix(OWN) else {
        return (!uri.starts_with("https://"))
            .then(|| format!("{uri} is neither a file of the package nor an https address"));
    };
    let file = package.join(path);
    match imagesize::size(&file) {
        Ok(size) if size.width == side && size.height == side => None,
        Ok(size) => Some(format!(
            "{path} has {} by {} pixels instead of {side} by {side}",
            size.width, size.height
        )),
        Err(error) => Some(format!("{path} cannot be used: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a PNG file, which is all that tells its size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }

    #[test]
    fn a_file_of_the_package_is_measured() {
        let package = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(package.path().join(name), bytes).unwrap();
        };
        write("good.png", &png(108, 108));
        write("wide.png", &png(109, 108));
        write("text.png", b"not a picture");
        let problem = |uri: &str| problem(package.path(), uri, 108);
        assert_eq!(problem("file://good.png"), None);
        assert_eq!(
            problem("file://wide.png").unwrap(),
            "wide.png has 109 by 108 pixels instead of 108 by 108"
        );
        for unusable in ["file://text.png", "file://none.png", "icons/good.png"] {
            assert!(problem(unusable).is_some(), "{unusable}");
        }
        assert_eq!(problem("https://example.com/icon.png"), None);
    }
}
