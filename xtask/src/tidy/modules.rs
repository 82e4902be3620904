//! Modules: none imports one that imports it; and where a crate's documentation lists layers, none imports one
//! of a layer above its own. In such a crate a module is held like a crate: those inside it are in no circle.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::named;
use super::{Finding, Tree};

/// Folders whose modules are in circles that are still to be broken. The list only gets shorter.
const NOT_YET: &[&str] = &[
    "crates/cli/src",
    "crates/local-cloud/src/alexa",
    "crates/local-cloud/src/cloudformation",
    "crates/local-cloud/src/cognito",
    "crates/local-cloud/src/lambda",
    "crates/rollout/src/aws",
    "crates/rollout/src/package",
    "crates/rollout/src/state",
    "crates/rollout/src/steps",
    "crates/skill-kit/src",
    "infra/src",
];

/// A source file and the path of its module, without `crate`.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
    path: Vec<&'a str>,
}

/// The modules that each module imports, each with the first place where it does.
type Imports = BTreeMap<String, BTreeMap<String, Finding>>;

pub(super) fn all(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let roots = tree.ending("src/lib.rs").chain(tree.ending("src/main.rs"));
    for (root, text) in roots {
        let (folder, _) = root.rsplit_once('/').unwrap_or_default();
        let sources = sources(tree, root, folder, text);
        let imports = imports(&sources, &[], text);
        let layers = layers(text);
        findings.extend(held(root, folder, circles(&imports)));
        if layers.is_empty() {
            continue;
        }
        findings.extend(out_of_layer(root, &imports, &layers));
        for source in sources.iter().filter(|source| source.path.len() == 1) {
            let folder = format!("{folder}/{}", source.path.join("/"));
            let imports = self::imports(&sources, &source.path, source.text);
            findings.extend(held(source.file, &folder, circles(&imports)));
        }
    }
    findings
}

/// The circles in a folder, unless it is known to have some.
fn held(file: &str, folder: &str, circles: Vec<Finding>) -> Vec<Finding> {
    match (NOT_YET.contains(&folder), circles.is_empty()) {
        (false, _) => circles,
        (true, false) => Vec::new(),
        (true, true) => {
            let what = format!("no circle is left: take {folder} off the list in tidy/modules.rs");
            vec![Finding::new(file, 1, what)]
        }
    }
}

/// The files of a crate, but for its root and for tests of the crate as a whole.
fn sources<'a>(tree: &'a Tree, root: &str, folder: &str, text: &str) -> Vec<Source<'a>> {
    let declared: BTreeSet<_> = text
        .lines()
        .filter_map(|line| Some(line.strip_suffix(';')?.rsplit_once("mod ")?.1))
        .filter(|name| *name != "tests")
        .collect();
    let files = tree.ending(".rs").filter_map(|(file, text)| {
        let path = file.strip_prefix(folder)?.strip_prefix('/')?;
        let path = path.strip_suffix(".rs")?;
        let path = path.strip_suffix("/mod").unwrap_or(path);
        let path: Vec<_> = path.split('/').collect();
        let is_declared = file != root && declared.contains(path.first()?);
        is_declared.then_some(Source { file, text, path })
    });
    files.collect()
}

/// The imports between the modules of the crate, or of the one at `outer`, whose own text is given.
fn imports(sources: &[Source], outer: &[&str], text: &str) -> Imports {
    let depth = outer.len();
    let inside = || {
        let is_inside = |source: &&Source| source.path.starts_with(outer);
        let inside = sources.iter().filter(is_inside);
        inside.filter_map(|source| Some((source, *source.path.get(depth)?)))
    };
    let mut imports = Imports::new();
    for (_, module) in inside() {
        imports.entry(module.to_owned()).or_default();
    }
    let shown = shown(text, &imports);
    for (source, module) in inside() {
        let found = imports.entry(module.to_owned()).or_default();
        for (line, path) in named(source.text, &source.path) {
            let (Some(name), true) = (path.get(depth), path.iter().zip(outer).all(|(a, b)| a == b))
            else {
                continue;
            };
            let name = shown.get(name).unwrap_or(name);
            if name != module {
                let place = Finding::new(source.file, line, format!("imports {name}"));
                found.entry(name.clone()).or_insert(place);
            }
        }
    }
    // The others are items of the outer module itself.
    let modules: BTreeSet<_> = imports.keys().cloned().collect();
    for found in imports.values_mut() {
        found.retain(|name, _| modules.contains(name) || depth == 0);
    }
    imports
}

/// Names that a module imports from the modules inside it, and which one has them.
fn shown(text: &str, modules: &Imports) -> BTreeMap<String, String> {
    let uses = text.match_indices("use ").filter_map(|(at, key)| {
        let before = text.get(..at)?.rsplit('\n').next()?;
        let shown = text.get(at + key.len()..)?.split(';').next()?;
        let shown = shown.trim_start_matches("self::");
        let module = shown.split("::").next()?;
        let is_import = before.is_empty() || before.starts_with("pub");
        (is_import && modules.contains_key(module)).then_some((module, shown))
    });
    let items = uses.flat_map(|(module, shown)| {
        let names = shown.split(|next: char| !(next.is_alphanumeric() || next == '_'));
        let names = names.filter(move |name| !name.is_empty() && *name != module);
        names.map(move |name| (name.to_owned(), module.to_owned()))
    });
    items.collect()
}

/// The layer of each module, 1 on top, as a crate's documentation lists them.
fn layers(text: &str) -> BTreeMap<&str, usize> {
    let mut layer = None;
    let mut found = BTreeMap::new();
    for line in text.lines().map_while(|line| line.strip_prefix("//!")) {
        let number = line.split_once(". ");
        layer = number
            .and_then(|(number, _)| number.trim().parse().ok())
            .or(layer);
        let names = line.split('`').skip(1).step_by(2);
        found.extend(names.filter_map(|name| Some((name, layer?))));
    }
    found
}

fn out_of_layer(root: &str, imports: &Imports, layers: &BTreeMap<&str, usize>) -> Vec<Finding> {
    let at_root = |what: String| Finding::new(root, 1, what);
    let without = imports
        .keys()
        .filter(|module| !layers.contains_key(module.as_str()))
        .map(|module| {
            at_root(format!(
                "{module} is in none of the layers that are listed here"
            ))
        });
    let gone = layers
        .keys()
        .filter(|module| !imports.contains_key(**module))
        .map(|module| at_root(format!("{module} is listed in a layer and is no module")));
    let mut findings: Vec<_> = without.chain(gone).collect();
    for (module, found) in imports {
        for (name, place) in found {
            let what = match (layers.get(name.as_str()), layers.get(module.as_str())) {
                (None, _) => {
                    format!("`crate::{name}` is no module: name it by the module that it is in")
                }
                (Some(there), Some(here)) if there < here => {
                    format!("imports {name}, which is in a layer above {module}")
                }
                _ => continue,
            };
            findings.push(Finding {
                what,
                ..place.clone()
            });
        }
    }
    findings
}

/// One finding for each set of modules that import each other, directly or by way of others.
fn circles(imports: &Imports) -> Vec<Finding> {
    let mut circles = BTreeSet::new();
    for module in imports.keys() {
        let from_here = reachable(imports, module);
        let is_back = |other: &&&str| reachable(imports, other).contains(module.as_str());
        let circle: BTreeSet<_> = from_here.iter().filter(is_back).copied().collect();
        if circle.contains(module.as_str()) {
            circles.insert(circle);
        }
    }
    let findings = circles.into_iter().filter_map(|circle| {
        let modules = circle.iter().filter_map(|module| imports.get(*module));
        let inside = modules.flatten();
        let mut inside = inside.filter(|(name, _)| circle.contains(name.as_str()));
        let (_, first) = inside.next()?;
        let others: Vec<_> = inside.map(|(_, place)| place.to_string()).collect();
        let names: Vec<_> = circle.iter().copied().collect();
        let what = format!(
            "{}, and {} import each other in a circle; move what both need into a module below them: {}",
            first.what,
            names.join(", "),
            others.join("; ")
        );
        Some(Finding { what, ..first.clone() })
    });
    findings.collect()
}

fn reachable<'a>(imports: &'a Imports, from: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for name in imports.get(module).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(name.as_str()) {
                open.push(name);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tree: &Tree) -> Vec<String> {
        all(tree).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_circle_is_told_with_the_places_that_close_it() {
        let tree = Tree::from([
            (
                "x/src/lib.rs",
                "mod error;\nmod live;\nmod plan;\npub mod steps;\npub use error::Error;\n",
            ),
            (
                "x/src/steps/mod.rs",
                "use super::plan;\n// use crate::error;",
            ),
            ("x/src/steps/skill.rs", "use super::super::Error;"),
            (
                "x/src/plan.rs",
                "use crate::{\n    error::{self, Error},\n    live,\n};",
            ),
            (
                "x/src/live.rs",
                "fn skill() { crate::steps::skill() }\nmod tests {\nuse super::*;\n}",
            ),
            ("x/src/error.rs", "fn f() { crate::Error }"),
        ]);
        assert_eq!(
            found(&tree),
            [
                "x/src/live.rs:1: imports steps, and live, plan, steps import each other in a circle; \
                 move what both need into a module below them: x/src/plan.rs:1: imports live; \
                 x/src/steps/mod.rs:1: imports plan"
            ]
        );
    }

    #[test]
    fn a_module_imports_none_of_a_layer_above_its_own() {
        let tree = Tree::from([
            (
                "x/src/lib.rs",
                "//! Layers:\n//!\n//! 1. walks: `plan`, `gone`\n//! 2. `error`\n\nmod error;\nmod plan;\nmod new;",
            ),
            ("x/src/plan.rs", "use crate::error::Error;"),
            ("x/src/error.rs", "use crate::plan;\nuse crate::Plan;"),
            ("x/src/new/mod.rs", "use a::A;"),
            ("x/src/new/a.rs", "use super::b;"),
            ("x/src/new/b.rs", "use crate::new::A;"),
            ("x/src/new/c.rs", "use super::b;"),
        ]);
        let found = found(&tree);
        let all = found.join("\n");
        for expected in [
            "x/src/lib.rs:1: new is in none of the layers that are listed here",
            "x/src/lib.rs:1: gone is listed in a layer and is no module",
            "x/src/error.rs:1: imports plan, which is in a layer above error",
            "x/src/error.rs:2: `crate::Plan` is no module: name it by the module that it is in",
            // Inside a module, what it imports from the modules inside it is theirs.
            "x/src/new/a.rs:1: imports b, and a, b import each other in a circle",
        ] {
            assert!(all.contains(expected), "{expected}\n\n{all}");
        }
        assert_eq!(found.len(), 6, "and the circle of plan and error: {all}");
    }
}
