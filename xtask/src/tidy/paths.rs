//! The paths that a source file names.

use super::line_of;

/// The paths from the root of the crate, without `crate`, that a file names by `crate` or `super`, each with
/// its line, for a file whose module has this path.
pub(super) fn named(text: &str, module: &[&str]) -> Vec<(usize, Vec<String>)> {
    let lines = text.split('\n');
    let code = lines.map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    let code = code.collect::<Vec<_>>().join("\n");
    // In the tests at the end of a file, `super` is the file itself.
    let tests = code.find("\nmod tests {").unwrap_or(code.len());
    let mut found = Vec::new();
    for key in ["crate::", "super::"] {
        for (at, _) in code.match_indices(key) {
            let before = code.get(..at).unwrap_or_default();
            let is_inner = |last: char| last.is_alphanumeric() || ['_', ':'].contains(&last);
            if before.ends_with(is_inner) {
                continue;
            }
            let mut rest = code.get(at..).unwrap_or_default();
            let mut start = match rest.strip_prefix("crate::") {
                Some(after) => {
                    rest = after;
                    Vec::new()
                }
                None => module.iter().map(|name| (*name).to_owned()).collect(),
            };
            if at > tests && key == "super::" {
                start.push("tests".to_owned());
            }
            while let Some(after) = rest.strip_prefix("super::") {
                rest = after;
                start.pop();
            }
            let mut paths = Vec::new();
            expand(rest, &start, &mut paths);
            found.extend(paths.into_iter().map(|path| (line_of(&code, at), path)));
        }
    }
    found.sort();
    found
}

/// The paths of a tree of imports at the start of a text. Gives the text behind it.
fn expand<'a>(text: &'a str, start: &[String], found: &mut Vec<Vec<String>>) -> &'a str {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    let end = text.find(|character| !is_name(character));
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    if !name.is_empty() {
        let path = [start, &[name.to_owned()]].concat();
        return match rest.strip_prefix("::") {
            Some(inner)
                if inner.starts_with(|next| is_name(next) || next == '{' || next == '*') =>
            {
                expand(inner, &path, found)
            }
            _ => {
                found.push(path);
                rest
            }
        };
    }
    let Some(mut rest) = text.strip_prefix('{') else {
        found.push(start.to_vec());
        return text;
    };
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('}') {
            return after;
        }
        // Behind the path there may be `as` and another name.
        let after = expand(rest, start, found);
        let Some(at) = after.find([',', '}']) else {
            return "";
        };
        rest = after.get(at..).unwrap_or_default();
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_in_trees_and_from_where_the_file_is() {
        let text = "use crate::{\n    error::{self, Error as E},\n    live, a::*,\n};\n\
                    use super::super::plan; // crate::comment\nfn f() { self::g(super::h(), x_crate::y) }\n\
                    #[cfg(test)]\nmod tests {\n    use super::*;\n    use super::super::b::C;\n}\n";
        let found = named(text, &["steps", "skill"]);
        let found: Vec<_> = found
            .into_iter()
            .map(|(line, path)| format!("{line} {}", path.join("::")))
            .collect();
        assert_eq!(
            found,
            [
                "1 a",
                "1 error::Error",
                "1 error::self",
                "1 live",
                "5 plan",
                "6 steps::h",
                "9 steps::skill",
                "10 steps::b::C",
            ]
        );
    }
}
