//! Prints docs/doors.md, for `cargo xtask docs`.

use std::fmt::Write as _;

#[expect(clippy::print_stdout, reason = "the result of a program")]
fn main() {
    println!("{}", page().trim_end());
}

/// Every door of a local stage, from the table that its routes are built from.
fn page() -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask docs`; do not edit. -->\n\n# The doors of a local stage\n\n\
         [local-stage.md](local-stage.md#who-may-call-it) says what the words mean.\n",
    );
    let mut listener = "";
    for door in local_cloud::doors() {
        if door.listener != listener {
            listener = door.listener;
            // Writing into a string cannot fail.
            let _ = write!(
                page,
                "\n## {listener}\n\n| method and path | caller shows | browsers | changes | at most |\n\
                 | --- | --- | --- | --- | --- |\n"
            );
        }
        let _ = writeln!(
            page,
            "| `{} {}`{} | {} | {} | {} | {} |",
            door.method,
            door.path,
            if door.note.is_empty() {
                String::new()
            } else {
                format!(", {}", door.note)
            },
            door.caller,
            door.browsers,
            if door.changes { "yes" } else { "no" },
            size(door.limit)
        );
    }
    page
}

fn size(bytes: usize) -> String {
    const MEGABYTE: usize = 1024 * 1024;
    format!("{} MB", bytes.div_ceil(MEGABYTE))
}
