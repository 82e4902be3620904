//! Which processor a program is for.

use std::path::Path;

/// An ELF header up to the machine.
const HEADER: usize = 20;
/// <https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html>
const X86_64: u16 = 62;
const AARCH64: u16 = 183;

/// Refuses a program that this machine cannot run, with a sentence that says so. What is not an
/// ELF file, such as a script, is left to the operating system.
pub(super) fn check(program: &Path, head: &[u8]) -> Result<(), String> {
    let Some(machine) = elf_machine(head) else {
        return Ok(());
    };
    let built_for = match machine {
        X86_64 => "x86_64",
        AARCH64 => "arm64",
        _ => "another processor",
    };
    let here = match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    };
    let format_error = format!("fork/exec {}: exec format error", program.display());
    if !cfg!(target_os = "linux") {
        return Err(format!(
            "{format_error}: the bootstrap is a Linux program and this machine runs {}; the local \
             stage runs programs built for this machine",
            std::env::consts::OS
        ));
    }
    if built_for != here {
        return Err(format!(
            "{format_error}: the bootstrap is built for {built_for} and this machine is {here}; \
             the local stage runs programs built for this machine"
        ));
    }
    Ok(())
}

fn elf_machine(head: &[u8]) -> Option<u16> {
    let head: &[u8; HEADER] = head.first_chunk()?;
    if !head.starts_with(b"\x7fELF") {
        return None;
    }
    // Byte 5 says how the rest is ordered: 1 is little-endian.
    let machine = [head[18], head[19]];
    Some(match head[5] {
        2 => u16::from_be_bytes(machine),
        _ => u16::from_le_bytes(machine),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(machine: u16) -> Vec<u8> {
        let mut head = b"\x7fELF\x02\x01\x01".to_vec();
        head.resize(18, 0);
        head.extend(machine.to_le_bytes());
        head
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn only_this_machines_programs_pass() {
        let program = Path::new("/var/task/bootstrap");
        let (own, foreign, name) = match std::env::consts::ARCH {
            "aarch64" => (AARCH64, X86_64, "x86_64"),
            _ => (X86_64, AARCH64, "arm64"),
        };
        assert_eq!(check(program, &elf(own)), Ok(()));
        let refused = check(program, &elf(foreign)).unwrap_err();
        assert!(refused.contains(&format!("built for {name}")), "{refused}");
        let refused = check(program, &elf(243)).unwrap_err();
        assert!(refused.contains("another processor"), "{refused}");
    }

    #[test]
    fn a_script_is_no_elf_file() {
        assert_eq!(check(Path::new("x"), b"#!/usr/bin/env python3\n"), Ok(()));
        assert_eq!(check(Path::new("x"), b""), Ok(()));
    }
}
