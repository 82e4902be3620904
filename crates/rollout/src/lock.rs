//! Whose turn it is to change a stage. Pure, but for what is asked of the operating system.
//!
//! All times are those of the service that keeps the state: the clocks of two machines differ.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{fmt, fs};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A process that deploys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
        let Self {
            user, host, pid, ..
        } = self;
        write!(f, "{}@{} (process {pid})", printable(user), printable(host))
    }
}

/// A text of somebody else's without what a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// A taken lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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

    /// When it falls to the next, if the holder stays silent.
    pub fn expires(&self) -> Timestamp {
        self.renewed
            .saturating_add(LIFETIME)
            .unwrap_or(Timestamp::MAX)
    }
}

/// A lock as somebody else sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldLock {
    /// The number that tells it from every other lock of the stage.
    pub fence: u64,
    /// Who holds it.
    pub owner: Owner,
    /// When it was taken.
    pub since: Timestamp,
    /// When it falls to the next, if the holder stays silent.
    pub expires: Timestamp,
    /// How long ago it was taken, in seconds; negative if its holder's clock ran ahead.
    pub age_seconds: i64,
    /// How long ago its holder last said that it is alive, in seconds.
    pub silent_seconds: i64,
}

impl HeldLock {
    /// The lock with this fence, at this time.
    pub(crate) fn new(fence: u64, lock: &Lock, now: Timestamp) -> Self {
        let ago = |then: Timestamp| now.duration_since(then).as_secs();
        Self {
            fence,
            owner: lock.owner.clone(),
            since: lock.since,
            expires: lock.expires(),
            age_seconds: ago(lock.since),
            silent_seconds: ago(lock.renewed),
        }
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
    fn a_clock_that_ran_ahead_is_seen_and_ends_nothing() {
        let lock = Lock::new(owner("a", 1), at(7_200));
        let turn = Turn::decide(Some(&lock), &owner("b", 2), at(0), |_| true);
        assert_eq!(turn, Turn::Taken(lock.clone()));
        let held = HeldLock::new(7, &lock, at(0));
        assert_eq!((held.age_seconds, held.silent_seconds), (-7_200, -7_200));
        assert_eq!(held.expires, at(7_260));
    }

    #[test]
    fn no_time_is_out_of_range() {
        for then in [Timestamp::MIN, Timestamp::MAX] {
            for now in [Timestamp::MIN, Timestamp::MAX] {
                let lock = Lock::new(owner("a", 1), then);
                Turn::decide(Some(&lock), &owner("b", 2), now, |_| true);
                HeldLock::new(u64::MAX, &lock, now);
            }
        }
    }

    #[test]
    fn what_an_owner_is_called_cannot_drive_a_terminal() {
        let owner = Owner {
            host: "\u{1b}[2Jhost".to_owned(),
            ..owner("a", 1)
        };
        assert_eq!(owner.to_string(), "ada@[2Jhost (process 1)");
    }

    #[test]
    fn this_process_lives() {
        assert!(is_alive(std::process::id()));
    }
}
