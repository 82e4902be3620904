//! Whether a program starts on Lambda, read from the program itself.

use std::path::Path;

use infra::stack_file::Architecture;
use object::Endianness;
use object::elf::{DT_NEEDED, EM_AARCH64, EM_X86_64, FileHeader64};
use object::read::elf::{Dyn as _, FileHeader as _};
use rollout::error::{Code, Error};

/// The C library of `provided.al2023`, as `2.x`
/// ([runtimes](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html)).
const GLIBC: u32 = 34;

/// The shared libraries of `provided.al2023` that a Rust program may need.
const LIBRARIES: [&str; 7] = [
    "ld-linux-aarch64.so.1",
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
];

/// What a program asks of the machine that it starts on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Needs {
    machine: u16,
    libraries: Vec<String>,
    /// Versions of symbols, as `GLIBC_2.34`.
    versions: Vec<String>,
}

/// A program that was linked against more than Lambda has does not start there.
pub(super) fn runs_on_lambda(program: &Path, architecture: Architecture) -> Result<(), Error> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Error::new(
            Code::Build,
            format!("cannot read {}: {error}", program.display()),
        )
        .hint("Lambda runs Linux programs; is something else set as the build target?")
    };
    let bytes = std::fs::read(program).map_err(|error| unreadable(&error))?;
    let needs = needs(&bytes).map_err(|error| unreadable(&error))?;
    match unmet(&needs, architecture) {
        None => Ok(()),
        Some(unmet) => Err(Error::new(Code::Build, format!("the Lambda {unmet}")).hint(
            "build on an older Linux, or set lambda.architecture in stack.toml to another than \
             this machine's, which is then built with cargo-zigbuild",
        )),
    }
}

/// What `provided.al2023` does not have, if anything.
fn unmet(needs: &Needs, architecture: Architecture) -> Option<String> {
    let machine = match architecture {
        Architecture::Arm64 => EM_AARCH64,
        Architecture::X86_64 => EM_X86_64,
    };
    if needs.machine != machine {
        return Some(format!(
            "was built for another machine than {architecture:?}"
        ));
    }
    let lacks = |library: &&String| !LIBRARIES.contains(&library.as_str());
    if let Some(library) = needs.libraries.iter().find(lacks) {
        return Some(format!(
            "needs {library}, which provided.al2023 does not have"
        ));
    }
    let newest = needs.versions.iter().filter_map(|version| {
        let minor = version.strip_prefix("GLIBC_2.")?;
        minor.split('.').next()?.parse::<u32>().ok()
    });
    let newest = newest.max()?;
    (newest > GLIBC).then(|| format!("needs glibc 2.{newest}, and provided.al2023 has 2.{GLIBC}"))
}

fn needs(bytes: &[u8]) -> object::read::Result<Needs> {
    let header = FileHeader64::<Endianness>::parse(bytes)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;
    let mut needs = Needs {
        machine: header.e_machine(endian),
        libraries: Vec::new(),
        versions: Vec::new(),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if let Some((entries, strings)) = sections.dynamic(endian, bytes)? {
        let strings = sections.strings(endian, bytes, strings)?;
        for entry in entries {
            if entry.tag32(endian) == Some(DT_NEEDED) {
                needs.libraries.push(text(entry.string(endian, strings)?));
            }
        }
    }
    if let Some((mut files, strings)) = sections.gnu_verneed(endian, bytes)? {
        let strings = sections.strings(endian, bytes, strings)?;
        while let Some((_, mut versions)) = files.next()? {
            while let Some(version) = versions.next()? {
                needs.versions.push(text(version.name(endian, strings)?));
            }
        }
    }
    Ok(needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_test_is_a_program_for_this_machine() {
        let program = std::env::current_exe().unwrap();
        let needs = needs(&std::fs::read(program).unwrap()).unwrap();
        assert!(
            needs.libraries.contains(&"libc.so.6".to_owned()),
            "{needs:?}"
        );
        assert!(
            needs
                .versions
                .iter()
                .any(|name| name.starts_with("GLIBC_2.")),
            "{needs:?}"
        );
        let other = match super::super::host() {
            Architecture::Arm64 => Architecture::X86_64,
            Architecture::X86_64 => Architecture::Arm64,
        };
        assert!(unmet(&needs, other).unwrap().contains("another machine"));
        assert!(super::needs(b"#!/bin/sh\n").is_err());
    }

    #[test]
    fn what_lambda_lacks_is_named() {
        let good = Needs {
            machine: EM_X86_64,
            libraries: vec!["libgcc_s.so.1".to_owned(), "libc.so.6".to_owned()],
            versions: ["GLIBC_2.9", "GLIBC_2.2.5", "GLIBC_2.34", "GCC_3.0"]
                .map(str::to_owned)
                .to_vec(),
        };
        assert_eq!(unmet(&good, Architecture::X86_64), None);
        let mut newer = good.clone();
        newer.versions.push("GLIBC_2.39".to_owned());
        assert!(
            unmet(&newer, Architecture::X86_64)
                .unwrap()
                .contains("2.39")
        );
        let mut linked = good;
        linked.libraries.push("libssl.so.3".to_owned());
        assert!(
            unmet(&linked, Architecture::X86_64)
                .unwrap()
                .contains("libssl.so.3")
        );
    }
}
