//! A browser on this machine, where there is one.

use std::io::IsTerminal as _;
use std::process::Stdio;

use crate::{child, workspace};

/// Opens an address in the browser of the person who called the command. `false` if there is none: without
/// a terminal, in continuous integration, and on a machine without a desktop.
///
/// Arguments of a program can be read by every user of a machine, and the address of a stage lets people in. So
/// what is opened is a file that only this user can read, which leads there.
pub(crate) fn open(address: &str) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let desktop = !cfg!(all(unix, not(target_os = "macos")))
        || is_set("DISPLAY")
        || is_set("WAYLAND_DISPLAY");
    if !std::io::stderr().is_terminal() || is_set("CI") || !desktop {
        return false;
    }
    let file = workspace::target().join("open-in-browser.html");
    if rollout::files::replace_private(&file, leading_to(address).as_bytes()).is_err() {
        return false;
    }
    let opener = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let mut opener = child::command(opener);
    opener.arg(&file).stdin(Stdio::null());
    opener.stdout(Stdio::null()).stderr(Stdio::null());
    opener.spawn().is_ok()
}

/// A page that leads to an address at once.
fn leading_to(address: &str) -> String {
    let address = address.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<!doctype html><meta charset=\"utf-8\"><title>Voicelink</title>\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <meta http-equiv=\"refresh\" content=\"0;url={address}\">\
         <a href=\"{address}\">Go on</a>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_keeps_its_parameters() {
        let page = leading_to("http://127.0.0.1:1/a?b=c&d=\"e\"");
        assert!(page.contains("content=\"0;url=http://127.0.0.1:1/a?b=c&amp;d=&quot;e&quot;\""));
    }
}
