//! Locks that no deployment gives back.

use serde_json::{Value, json};

use crate::command::Said;
use crate::real::Real;
use crate::state::{read, write};
use crate::terminal::Terminal;

/// The lock of a process of another machine whose clock runs ahead.
fn ahead() -> Value {
    json!({
        "owner": { "host": "build-7", "machine": "another", "pid": 4711, "user": "ada" },
        "since": "2099-01-01T00:00:00Z",
        "renewed": "2099-01-01T00:00:00Z",
    })
}

/// A deployed stage whose state has that lock, and the number of the lock.
fn locked() -> (Real, u64) {
    let real = Real::start();
    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let mut state = read(&real, "dev");
    state["lock"] = ahead();
    write(&real, "dev", &state);
    let fence = state["fence"].as_u64().unwrap();
    (real, fence)
}

/// The same as a deployment that has something to do.
fn deploy(real: &Real) -> Said {
    let stack = std::fs::read_to_string(real.file("stack.toml")).unwrap();
    let stack = format!("{stack}[lambda]\nlog-retention = \"14d\"\n");
    std::fs::write(real.file("stack.toml"), stack).unwrap();
    real.deploy(&["--json"], &real.developer())
}

/// No Amazon developer is needed.
fn unlock(real: &Real, more: &[&str]) -> Said {
    let mut arguments = vec!["unlock", "dev", "--json"];
    arguments.extend(more);
    real.run(&arguments, &[])
}

#[test]
fn a_lock_that_does_not_end_is_broken_by_its_number() {
    let (real, fence) = locked();
    let refused = deploy(&real);
    assert_eq!(refused.json()["error"]["code"], "LOCKED");
    let command = format!("cargo xtask unlock dev --fence {fence}");
    assert!(refused.stderr.contains(&command), "{}", refused.stderr);

    // Nobody is there to ask: everything is said, and nothing is done.
    let refused = unlock(&real, &[]);
    let answer = refused.json();
    assert_eq!(answer["error"]["code"], "CONFIRM", "{}", refused.stderr);
    assert_eq!(answer["calls"]["mutating"], 0, "{answer}");
    for part in ["ada@build-7 (process 4711)", "in the future", "2099-01-01"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    let hint = answer["error"]["hint"].as_str().unwrap();
    assert_eq!(hint, format!("add --fence {fence}"));

    // Another lock than the one that was seen stays.
    let refused = unlock(&real, &["--fence", &(fence + 1).to_string()]);
    let answer = refused.json();
    assert_eq!(answer["error"]["code"], "LOCKED", "{}", refused.stderr);
    assert_eq!(answer["calls"]["mutating"], 0, "{answer}");
    assert_eq!(read(&real, "dev")["lock"], ahead());

    let said = unlock(&real, &["--fence", &fence.to_string()]);
    assert!(said.success, "{}", said.stderr);
    let answer = said.json();
    assert_eq!(answer["stage"], "dev");
    assert_eq!(answer["broken"]["fence"], fence);
    assert_eq!(answer["broken"]["owner"]["host"], "build-7");
    assert_eq!(answer["calls"], json!({ "reading": 3, "mutating": 1 }));
    assert_eq!(read(&real, "dev").get("lock"), None);

    let again = unlock(&real, &["--fence", &fence.to_string()]);
    assert!(again.success, "{}", again.stderr);
    assert_eq!(again.json()["broken"], Value::Null);
    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    assert_eq!(read(&real, "dev")["fence"], fence + 1);
    assert!(real.stage.end("-TERM"));
}

#[test]
fn whoever_sits_there_sees_the_lock_and_is_asked() {
    let (real, fence) = locked();
    for (answer, broken) in [("", false), ("n", false), ("y", true)] {
        let command = real.command(&["unlock", "dev"], &[]);
        let mut terminal = Terminal::run(command);
        let seen = terminal.asked("break this lock? [y/N] ");
        for part in ["ada@build-7", "process 4711", &format!("fence {fence}")] {
            assert!(seen.contains(part), "{part}: {seen}");
        }
        terminal.type_in(answer);
        let said = terminal.ended();
        assert_eq!(said.success, broken, "{}", said.stderr);
        assert_eq!(read(&real, "dev").get("lock").is_none(), broken);
        if !broken {
            assert!(said.stderr.contains("error[CONFIRM]"), "{}", said.stderr);
        }
    }
    assert!(real.stage.end("-TERM"));
}

#[test]
fn a_lock_that_has_run_out_is_taken_over_by_the_next() {
    let (real, fence) = locked();
    let mut state = read(&real, "dev");
    for time in ["since", "renewed"] {
        state["lock"][time] = "2026-01-01T00:00:00Z".into();
    }
    write(&real, "dev", &state);
    let said = deploy(&real);
    assert!(said.success, "{}", said.stderr);
    let state = read(&real, "dev");
    assert_eq!(state["fence"], fence + 1);
    assert_eq!(state.get("lock"), None);
    assert!(real.stage.end("-TERM"));
}
