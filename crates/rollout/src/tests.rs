//! The crate as a whole: which of its top-level modules import which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules that each module imports, and from which file.
type Imports = BTreeMap<String, BTreeMap<String, PathBuf>>;

#[test]
fn no_module_imports_one_that_imports_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let imports = imports(&source);
    assert!(imports.len() > 20, "{:?}", imports.keys());
    let cycles = cycles(&imports);
    assert!(
        cycles.is_empty(),
        "modules import each other in a circle; move what both need into a module below them:\n{}",
        cycles.join("\n")
    );
}

#[test]
fn every_module_has_a_layer_and_imports_none_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let layers = layers(&fs::read_to_string(source.join("lib.rs")).unwrap());
    let imports = imports(&source);
    let modules: Vec<_> = imports.keys().collect();
    let listed: Vec<_> = layers.keys().collect();
    assert_eq!(modules, listed, "modules, and the layers that lib.rs lists");
    for (module, others) in &imports {
        for (other, file) in others {
            let file = file.display();
            assert!(
                layers[other] >= layers[module],
                "{file} imports {other}, which is in a layer above {module}"
            );
        }
    }
}

#[test]
fn a_circle_is_told_with_the_files_that_close_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("steps")).unwrap();
    write("lib.rs", "use crate::steps;");
    write("steps.rs", "use super::plan;\n// use crate::error;");
    write(
        "steps/skill.rs",
        "use super::plan; use crate::error::Error;",
    );
    write(
        "plan.rs",
        "use crate::{\n    error::{self, Error},\n    live,\n};",
    );
    write("live.rs", "fn skill() { crate::steps::skill() }");
    write("error.rs", "");
    let told = cycles(&imports(folder.path()));
    assert_eq!(
        told,
        ["live, plan, steps: live.rs imports steps; plan.rs imports live; steps.rs imports plan"]
    );
}

fn imports(source: &Path) -> Imports {
    let mut imports = Imports::new();
    for file in files(source) {
        let path = file.strip_prefix(source).unwrap();
        let module = path.iter().next().map(Path::new).unwrap();
        let module = module.file_stem().unwrap().to_str().unwrap();
        // Both may import everything.
        if ["lib", "tests"].contains(&module) {
            continue;
        }
        let found = imports.entry(module.to_owned()).or_default();
        let is_top_level = path.iter().count() == 1 || path.ends_with(format!("{module}/mod.rs"));
        for name in named(&fs::read_to_string(&file).unwrap(), is_top_level) {
            if name != module {
                found.entry(name).or_insert_with(|| path.to_owned());
            }
        }
    }
    for name in imports.values().flat_map(BTreeMap::keys) {
        assert!(
            imports.contains_key(name),
            "`crate::{name}` is no module: name it by the module that it is in"
        );
    }
    imports
}

/// The layer of each module, 1 on top, as the crate's documentation lists them.
fn layers(documentation: &str) -> BTreeMap<String, usize> {
    let mut layer = None;
    let mut found = BTreeMap::new();
    for line in documentation
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
    {
        let number = line
            .split_once(". ")
            .and_then(|(number, _)| number.trim().parse().ok());
        layer = number.or(layer);
        let names = line.split('`').skip(1).step_by(2);
        found.extend(names.filter_map(|name| Some((name.to_owned(), layer?))));
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (folders, mut found): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    found.extend(folders.iter().flat_map(|folder| files(folder)));
    found
}

/// The top-level modules that a text names by their paths.
fn named(text: &str, is_top_level: bool) -> BTreeSet<String> {
    let lines = text.lines();
    let code = lines.map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    let code = code.collect::<Vec<_>>().join("\n");
    // Inside a test module of the file, `super` is the file itself.
    let code = if is_top_level {
        let (own, tests) = code.split_once("\nmod tests {").unwrap_or((&code, ""));
        format!("{}{tests}", own.replace("super::", "crate::"))
    } else {
        code
    };
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => {
                found.insert(head(rest));
            }
        }
    }
    found
}

/// The first names of the paths in a group, whose bracket is open.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 1;
    let mut found = Vec::new();
    let mut path = String::new();
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => found.push(std::mem::take(&mut path)),
            other => path.push(other),
        }
        if depth == 0 {
            break;
        }
    }
    found.push(path);
    let found = found.iter().map(|path| head(path.trim()));
    found.filter(|name| !name.is_empty()).collect()
}

fn head(path: &str) -> String {
    let is_name = |character: &char| character.is_alphanumeric() || *character == '_';
    path.chars().take_while(is_name).collect()
}

/// One line for each set of modules that import each other, directly or by way of others.
fn cycles(imports: &Imports) -> Vec<String> {
    let reached: BTreeMap<_, _> = imports
        .keys()
        .map(|module| (module, reachable(imports, module)))
        .collect();
    let mut cycles = BTreeSet::new();
    for (module, from_here) in &reached {
        let back = |other: &&&String| reached[**other].contains(*module);
        let circle: BTreeSet<_> = from_here.iter().filter(back).copied().collect();
        if !circle.is_empty() {
            cycles.insert(circle);
        }
    }
    let told = cycles.into_iter().map(|circle| {
        let names: Vec<_> = circle.iter().map(|name| name.as_str()).collect();
        let inside = circle.iter().flat_map(|module| &imports[*module]);
        let inside = inside.filter(|(other, _)| circle.contains(other));
        let inside = inside.map(|(other, file)| format!("{} imports {other}", file.display()));
        let inside: Vec<_> = inside.collect();
        format!("{}: {}", names.join(", "), inside.join("; "))
    });
    told.collect()
}

fn reachable<'a>(imports: &'a Imports, from: &str) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = imports[from].keys().collect();
    while let Some(module) = open.pop() {
        if found.insert(module) {
            open.extend(imports[module].keys());
        }
    }
    found
}
