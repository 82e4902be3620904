//! Whose turn it is to change a stage. Pure, but for what is asked of the operating system.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{fmt, fs};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A process that deploys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Owner {
    /// The machine's name, for people.
    pub host: String,
    /// What tells this machine, this boot and this process namespace from all others.
    pub machine: String,
    /// The process on that machine.
    pub pid: u32,
    /// Who runs it, as far as the environment says.
    pub user: String,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{} (process {})", self.user, self.host, self.pid)
    }
}

/// A taken lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lock {
    owner: Owner,
    since: Timestamp,
    renewed: Timestamp,
}

/// How long a silent holder keeps its turn.
const LIFETIME: SignedDuration = SignedDuration::from_secs(60);

impl Lock {
    /// Taken now.
    pub fn new(owner: Owner, now: Timestamp) -> Self {
        Self {
            owner,
            since: now,
            renewed: now,
        }
    }

    /// The holder is alive.
    pub fn renew(&mut self, now: Timestamp) {
        self.renewed = now;
    }

    /// Who holds it.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// When it was taken.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// When it falls to the next, if the holder stays silent.
    pub fn expires(&self) -> Timestamp {
        self.renewed
            .saturating_add(LIFETIME)
            .unwrap_or(Timestamp::MAX)
    }
}

/// The answer to "may I?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Nobody has it, or its holder is gone.
    Free,
    /// Somebody has it.
    Taken(Lock),
}

impl Turn {
    /// A lock is free when it has expired, or when its holder ran on this machine and does not any
    /// more: a killed deployment can be rerun at once.
    pub fn decide(
        current: Option<&Lock>,
        asking: &Owner,
        now: Timestamp,
        is_alive: impl Fn(u32) -> bool,
    ) -> Self {
        let Some(lock) = current else {
            return Self::Free;
        };
        let gone = lock.owner.machine == asking.machine && !is_alive(lock.owner.pid);
        if gone || lock.expires() <= now {
            Self::Free
        } else {
            Self::Taken(lock.clone())
        }
    }
}

impl Owner {
    /// This process.
    pub fn this_process(user: String) -> Self {
        let read = |path: &str| {
            fs::read_to_string(path)
                .ok()
                .map(|text| text.trim().to_owned())
        };
        // Process numbers mean something within one boot and one namespace only. Where that cannot
        // be told, no other process is ever taken for one of the same machine.
        let namespace = fs::read_link("/proc/self/ns/pid").ok();
        let machine = read("/proc/sys/kernel/random/boot_id")
            .zip(namespace)
            .map_or_else(
                || Uuid::new_v4().to_string(),
                |(boot, namespace)| format!("{boot} {}", namespace.display()),
            );
        Self {
            host: read("/etc/hostname").unwrap_or_else(|| "this machine".to_owned()),
            machine,
            pid: std::process::id(),
            user,
        }
    }
}

/// Whether a process of this machine lives. When it cannot be told, it does.
pub fn is_alive(pid: u32) -> bool {
    if Path::new("/proc/self").exists() {
        return Path::new("/proc").join(pid.to_string()).exists();
    }
    #[expect(clippy::disallowed_methods, reason = "it needs no environment")]
    let mut ps = Command::new("ps");
    ps.env_clear()
        .args(["-p", &pid.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_or(true, |status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(machine: &str, pid: u32) -> Owner {
        Owner {
            host: "workstation".to_owned(),
            machine: machine.to_owned(),
            pid,
            user: "ada".to_owned(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_silent_holder_loses_its_turn_after_a_minute() {
        let lock = Lock::new(owner("a", 1), at(0));
        let turn = |now| Turn::decide(Some(&lock), &owner("b", 2), at(now), |_| true);
        assert_eq!(turn(59), Turn::Taken(lock.clone()));
        assert_eq!(turn(60), Turn::Free);
    }

    #[test]
    fn renewal_keeps_it() {
        let mut lock = Lock::new(owner("a", 1), at(0));
        lock.renew(at(45));
        let turn = Turn::decide(Some(&lock), &owner("b", 2), at(100), |_| true);
        assert_eq!(turn, Turn::Taken(lock));
    }

    #[test]
    fn a_dead_process_of_this_machine_holds_nothing() {
        let lock = Lock::new(owner("a", 1), at(0));
        let turn = |machine| Turn::decide(Some(&lock), &owner(machine, 2), at(1), |_| false);
        assert_eq!(turn("a"), Turn::Free);
        assert_eq!(turn("b"), Turn::Taken(lock.clone()));
    }

    #[test]
    fn this_process_lives() {
        assert!(is_alive(std::process::id()));
    }
}
