//! `docs/your-skill.md`, followed step by step: who does what it says has the example in the end.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use infra::{OwnResources, StackFile};
use tempfile::TempDir;
use toml::{Table, Value};

use crate::command::{root, run};

/// Files of the example that are made by a command, or are about where it lies.
const OF_ITS_PLACE: [&str; 5] = [
    ".gitignore",
    "Cargo.lock",
    "README.md",
    "infra/templates/",
    "stack.schema.json",
];

/// The text of every block in a language, and every link to a file of the example, in the order of the page.
enum Instruction {
    /// TOML that belongs into a file.
    Write(String, Table),
    /// A file that is copied from the example.
    Copy(String),
}

fn instructions(page: &str) -> Vec<Instruction> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line == "```toml" {
            let body: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            let file = body[0].strip_prefix("# ").unwrap_or("stack.toml");
            found.push(Instruction::Write(
                file.to_owned(),
                body.join("\n").parse().unwrap(),
            ));
        }
        for (_, link) in line
            .match_indices("](../examples/taxi/")
            .map(|(at, _)| line[at..].split_at(19))
        {
            let path = link.split(')').next().unwrap();
            found.push(Instruction::Copy(path.to_owned()));
        }
    }
    found
}

/// Adds what a block says: members of tables, entries of arrays of tables, other values in the place of what was there.
fn add(table: &mut Table, block: Table) {
    for (name, value) in block {
        match (table.get_mut(&name), value) {
            (Some(Value::Table(there)), Value::Table(more)) => add(there, more),
            (Some(Value::Array(there)), Value::Array(more)) if more.iter().all(Value::is_table) => {
                there.extend(more);
            }
            (_, value) => drop(table.insert(name, value)),
        }
    }
}

fn table(path: &Path) -> Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

/// The files below a folder that are not built, with their contents.
fn files(folder: &Path, below: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        if ["target", "dist", ".github"].contains(&path.as_str()) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            files(folder, &path, found);
        } else if !OF_ITS_PLACE.iter().any(|other| path.starts_with(other)) {
            found.insert(path, fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn who_follows_the_page_has_the_example() {
    let home = TempDir::new().unwrap();
    let page = fs::read_to_string(root().join("docs/your-skill.md")).unwrap();
    let example = root().join("examples/taxi");
    let made = home.path().join("taxi");

    let (_, command) = page.split_once("cargo xtask new ../taxi ").unwrap();
    let arguments: Vec<_> = command.lines().next().unwrap().split('"').collect();
    let [before, name, after] = arguments[..] else {
        panic!("{arguments:?}");
    };
    let words = before
        .split_whitespace()
        .chain([name])
        .chain(after.split_whitespace());
    let mut arguments = vec!["new", made.to_str().unwrap()];
    arguments.extend(words);
    arguments.extend(["--from", root().to_str().unwrap()]);
    let said = run(home.path(), &arguments);
    assert!(said.success, "{}", said.stderr);

    for instruction in instructions(&page) {
        match instruction {
            Instruction::Write(file, block) => {
                let path = made.join(file);
                let mut written = table(&path);
                add(&mut written, block);
                fs::write(path, toml::to_string(&written).unwrap()).unwrap();
            }
            Instruction::Copy(file) => {
                let path = made.join(&file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::copy(example.join(&file), path).unwrap();
            }
        }
    }

    let stack = |folder: &Path| {
        let resources = fs::read_to_string(folder.join(OwnResources::FILE)).unwrap();
        let resources = OwnResources::parse(&resources, OwnResources::FILE).unwrap();
        let text = fs::read_to_string(folder.join("stack.toml")).unwrap();
        StackFile::parse_with(&text, "stack.toml", Some(resources)).unwrap()
    };
    assert_eq!(stack(&made), stack(&example));
    let (mut ours, mut theirs) = (BTreeMap::new(), BTreeMap::new());
    files(&made, "", &mut ours);
    files(&example, "", &mut theirs);
    for (file, text) in theirs {
        let copy = ours.remove(&file);
        let copy = copy.unwrap_or_else(|| panic!("the page does not make {file}"));
        if file.ends_with("Cargo.toml") {
            let without_patches = |path: &Path| {
                let mut table = table(&path.join(&file));
                table.remove("patch");
                table
            };
            assert_eq!(without_patches(&made), without_patches(&example), "{file}");
        } else if file != "stack.toml" {
            assert!(copy == text, "the page makes another {file}");
        }
    }
    assert!(ours.is_empty(), "{:?}", ours.keys());

    let stack_file = made.join("stack.toml");
    for command in ["render", "check"] {
        let said = run(
            home.path(),
            &[command, "--stack", stack_file.to_str().unwrap()],
        );
        assert!(said.success, "{}", said.stderr);
    }
}
