//! The variables that each program gets. Pure.

use crate::environment::{CALL_TIMEOUT, DIST, LOCAL_STAGE};

/// Variables that some programs need, and why.
pub(crate) struct Rule {
    /// Names of the programs, without folder and extension; every program where there are none. A `*` at
    /// the end stands for any ending.
    pub(crate) programs: &'static [&'static str],
    /// Names of variables, in upper case; a `*` at the end stands for any ending that does not sound like
    /// a secret.
    pub(crate) variables: &'static [&'static str],
    /// What they are for, as docs/environment.md says it.
    pub(crate) purpose: &'static str,
}

/// Everything that a program can get; what is not here stays with the commands.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        programs: &[],
        variables: &[
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "TMPDIR",
            "XDG_*",
            "LD_LIBRARY_PATH",
            "DYLD_LIBRARY_PATH",
            "DYLD_FALLBACK_LIBRARY_PATH",
        ],
        purpose: "who calls, and where things are",
    },
    Rule {
        programs: &[],
        variables: &[
            "LANG",
            "LANGUAGE",
            "LC_*",
            "TZ",
            "TERM",
            "COLORTERM",
            "COLUMNS",
            "LINES",
            "NO_COLOR",
            "FORCE_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "CI",
        ],
        purpose: "language and terminal",
    },
    Rule {
        programs: &[],
        variables: &[
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
        ],
        purpose: "the way to the internet, also in lower case",
    },
    Rule {
        programs: &[],
        variables: &["ASDF_*", "MISE_*", "NODENV_*", "PYENV_*", "VOLTA_HOME"],
        purpose: "version managers, which find the program that is meant",
    },
    Rule {
        programs: &[],
        variables: &[
            "SYSTEMROOT",
            "SYSTEMDRIVE",
            "WINDIR",
            "COMSPEC",
            "PATHEXT",
            "OS",
            "USERNAME",
            "USERPROFILE",
            "HOMEDRIVE",
            "HOMEPATH",
            "APPDATA",
            "LOCALAPPDATA",
            "PROGRAMDATA",
            "PROGRAMFILES",
            "PROGRAMFILES(X86)",
            "TEMP",
            "TMP",
            "NUMBER_OF_PROCESSORS",
            "PROCESSOR_ARCHITECTURE",
        ],
        purpose: "the same on Windows",
    },
    Rule {
        programs: RUST,
        variables: &[
            "CARGO",
            "CARGO_*",
            "RUSTUP_*",
            "RUST_*",
            "RUSTC",
            "RUSTC_*",
            "RUSTDOC",
            "RUSTFLAGS",
            "RUSTDOCFLAGS",
            "PROPTEST_*",
            "INSTA_*",
        ],
        purpose: "cargo's and the compiler's own settings, and those of the tests",
    },
    Rule {
        programs: RUST,
        variables: &[
            "CC",
            "CC_*",
            "CXX",
            "CXX_*",
            "AR",
            "AR_*",
            "LD",
            "NM",
            "RANLIB",
            "RANLIB_*",
            "CFLAGS",
            "CFLAGS_*",
            "CXXFLAGS",
            "CXXFLAGS_*",
            "CPPFLAGS",
            "LDFLAGS",
            "HOST_CC",
            "HOST_CXX",
            "HOST_AR",
            "HOST_CFLAGS",
            "TARGET_CC",
            "TARGET_CXX",
            "TARGET_AR",
            "TARGET_CFLAGS",
            "CPATH",
            "C_INCLUDE_PATH",
            "CPLUS_INCLUDE_PATH",
            "LIBRARY_PATH",
            "PKG_CONFIG*",
            "SDKROOT",
            "DEVELOPER_DIR",
            "MACOSX_DEPLOYMENT_TARGET",
            "NIX_*",
            "INCLUDE",
            "LIB",
            "LIBPATH",
            "VCINSTALLDIR",
            "VCTOOLSINSTALLDIR",
            "VSINSTALLDIR",
            "VSCMD_ARG_TGT_ARCH",
            "WINDOWSSDKDIR",
            "WINDOWSSDKVERSION",
            "UNIVERSALCRTSDKDIR",
            "UCRTVERSION",
        ],
        purpose: "the C compiler and the linker",
    },
    Rule {
        programs: RUST,
        variables: &[LOCAL_STAGE.name, DIST.name, CALL_TIMEOUT.name],
        purpose: "`cargo xtask …`, which the steps of `cargo xtask ci` run",
    },
    Rule {
        programs: &["python*", "pip*"],
        variables: &["PIP_*", "REQUESTS_CA_BUNDLE"],
        purpose: "where Python packages come from",
    },
    Rule {
        programs: &["node", "npm"],
        variables: &["NPM_CONFIG_*", "NODE_EXTRA_CA_CERTS"],
        purpose: "where npm packages come from",
    },
    Rule {
        programs: &["xdg-open"],
        variables: &[
            "BROWSER",
            "DBUS_SESSION_BUS_ADDRESS",
            "DESKTOP_SESSION",
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "XAUTHORITY",
        ],
        purpose: "the desktop, whose browser opens a page",
    },
    Rule {
        programs: &["gh"],
        variables: &[
            "GH_CONFIG_DIR",
            "GH_HOST",
            "GH_TOKEN",
            "GH_ENTERPRISE_TOKEN",
            "GITHUB_TOKEN",
            "GITHUB_ENTERPRISE_TOKEN",
        ],
        purpose: "who asks GitHub",
    },
];

/// Programs that compile, and what cargo has compiled.
const RUST: &[&str] = &[
    "cargo", "cargo-*", "rustup", "rustc", "xtask", "xtask-*", "bench",
];

/// The variables by which `cargo run` describes xtask; passed on to another cargo, they would make it build
/// crates again that read them.
const OF_CARGO_RUN: [&str; 4] = [
    "CARGO_PKG_*",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_BIN_NAME",
];

/// Ends of names whose values are secrets, such as `CARGO_REGISTRIES_OURS_TOKEN`.
const SECRETS: [&str; 9] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "KEY",
    "CREDENTIALS",
    "CONFIRMATION",
    "AUTH",
];

/// Whether a program gets a variable.
pub(crate) fn is_for(program: &str, variable: &str) -> bool {
    // Windows takes both names in any case, and proxies are often written in lower case.
    let program = program.to_ascii_lowercase();
    let variable = variable.to_ascii_uppercase();
    if OF_CARGO_RUN.iter().any(|name| matches(name, &variable)) {
        return false;
    }
    RULES.iter().any(|rule| {
        let programs = rule.programs;
        (programs.is_empty() || programs.iter().any(|name| matches(name, &program)))
            && rule.variables.iter().any(|name| {
                matches(name, &variable) && (!name.ends_with('*') || !is_secret(&variable))
            })
    })
}

/// Whether a name is what a pattern says.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// Whether a name sounds like that of a secret.
pub(crate) fn is_secret(variable: &str) -> bool {
    SECRETS.iter().any(|end| variable.ends_with(end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cargo_gets_its_settings_and_nothing_of_a_deployment() {
        for name in [
            "PATH",
            "CARGO_HOME",
            "CARGO_REGISTRIES_OURS_INDEX",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER",
            "RUSTUP_TOOLCHAIN",
            "CC_aarch64-unknown-linux-gnu",
            "https_proxy",
            "VOICELINK_LOCAL_STAGE",
        ] {
            assert!(is_for("cargo", name), "{name}");
        }
        for name in [
            "AWS_PROFILE",
            "ASK_VENDOR_ID",
            "CARGO_PKG_NAME",
            "CARGO_REGISTRY_TOKEN",
            "CARGO_REGISTRIES_OURS_SECRET_KEY",
            "PIP_INDEX_URL",
            "VOICELINK_ENDPOINTS",
            "PATHS",
        ] {
            assert!(!is_for("cargo", name), "{name}");
        }
    }

    #[test]
    fn programs_get_what_is_theirs() {
        assert!(is_for("pip", "PIP_INDEX_URL") && is_for("python3", "PIP_INDEX_URL"));
        assert!(is_for("npm", "npm_config_registry"));
        assert!(!is_for("npm", "npm_config_//npm.example/:_authToken"));
        assert!(is_for("gh", "GITHUB_TOKEN") && !is_for("git", "GITHUB_TOKEN"));
        assert!(is_for("xtask-0123456789abcdef", "RUST_BACKTRACE"));
        assert!(!is_for("ask", "RUST_BACKTRACE"));
    }

    proptest! {
        /// Only GitHub's own program gets one, by its whole name.
        #[test]
        fn no_name_that_sounds_like_a_secret_is_for_a_program(
            rule in 0..RULES.len(),
            variable in 0..64_usize,
            middle in "[A-Z_]{0,8}",
            end in 0..SECRETS.len(),
            program in "cargo|cargo-deny|rustc|xtask|python3|pip|node|npm|git|ask",
        ) {
            let variables = RULES[rule].variables;
            let start = variables[variable % variables.len()].trim_end_matches('*');
            let name = format!("{start}{middle}{}", SECRETS[end]);
            prop_assert!(!is_for(&program, &name), "{name}");
        }
    }
}
