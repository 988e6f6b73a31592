//! The processes: how many, what they have, when they end.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::*;

const ENDLESS: &str = "for (;;);";

#[tokio::test]
async fn processes_are_started_when_needed_and_kept() {
    let lab = Lab::new(3);
    assert_eq!(lab.processes(), [0; 0]);
    for _ in 0..5 {
        assert_eq!(lab.run("return 1").await, Ok(1.into()));
        assert_eq!(lab.processes().len(), 1);
    }
}

#[tokio::test]
async fn many_scripts_at_once_share_few_processes() {
    let lab = Lab::new(2);
    let scripts = (0..50).map(|number| {
        let lab = &lab;
        async move {
            let source = format!("let n = 0; for (let i = 0; i < 10000; i++) n += {number}; return n");
            lab.run(&source).await
        }
    });
    for (number, result) in join_all(scripts).await.into_iter().enumerate() {
        assert_eq!(result, Ok((number * 10_000).into()));
    }
    assert_eq!(lab.processes().len(), 2);
}

#[tokio::test]
async fn a_script_waits_only_so_long_for_a_process() {
    let lab = Lab::new(1);
    assert_eq!(lab.run("return 1").await, Ok(1.into()));
    let (long, waits) = tokio::join!(lab.scripts.run(ENDLESS, "{}", 3_000), async {
        let started = Instant::now();
        (lab.run("return 1").await, started.elapsed())
    });
    assert_eq!((long, &waits.0), (Err(ScriptFailure::Timeout), &Err(ScriptFailure::Unavailable)));
    assert!(waits.1 < 2 * SOON, "{:?}", waits.1);
}

#[tokio::test]
async fn a_script_that_nobody_waits_for_is_killed() {
    let lab = Lab::new(1);
    assert_eq!(lab.run("return 1").await, Ok(1.into()));
    let busy = lab.processes();
    let given_up = tokio::time::timeout(Duration::from_millis(50), lab.run(ENDLESS)).await;
    assert!(given_up.is_err());
    // Its place is free at once, and its process ends.
    assert_eq!(lab.run("return 2").await, Ok(2.into()));
    lab.all_end(&busy).await;
    assert_eq!(lab.processes().len(), 1);
}

#[tokio::test]
async fn a_process_that_was_ended_by_others_is_replaced() {
    let lab = Lab::new(1);
    assert_eq!(lab.run("return 1").await, Ok(1.into()));
    let first = lab.processes();
    kill(first[0]);
    lab.all_end(&first).await;
    assert_eq!(lab.run("return 2").await, Ok(2.into()));
    // In the middle of a script it fails, and the next runs.
    let second = lab.processes();
    let (result, ()) = tokio::join!(lab.run(ENDLESS), async {
        let (started, before) = (Instant::now(), computed(second[0]));
        while computed(second[0]) < before + 2 {
            assert!(started.elapsed() < SOON, "the script does not run");
            tokio::task::yield_now().await;
        }
        kill(second[0]);
    });
    assert_eq!(result, Err(ScriptFailure::Memory));
    assert_eq!(lab.run("return 3").await, Ok(3.into()));
}

#[tokio::test]
async fn without_the_program_scripts_are_unavailable() {
    let program = Program { path: "/nonexistent/hookline".into(), name: "hookline".into() };
    let scripts = Scripts::new(program, 1);
    for _ in 0..2 {
        assert_eq!(scripts.run("return 1", "{}", ENOUGH_MS).await, Err(ScriptFailure::Unavailable));
    }
    // A program that says something else.
    let scripts = Scripts::new(Program { path: "/bin/echo".into(), name: "echo".into() }, 1);
    assert_eq!(scripts.run("return 1", "{}", ENOUGH_MS).await, Err(ScriptFailure::Unavailable));
}

#[tokio::test]
async fn a_process_has_nothing_of_the_servers() {
    // A file that the server would hand on to whatever it starts.
    let file = tempfile::tempfile().unwrap();
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).unwrap();
    let lab = Lab::new(1);
    assert_eq!(lab.run("return 1").await, Ok(1.into()));
    let folder = Path::new("/proc").join(lab.processes()[0].to_string());
    let variables = std::fs::read_to_string(folder.join("environ")).unwrap();
    assert_eq!(variables, "TZ=UTC0\0");
    let files = std::fs::read_dir(folder.join("fd")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(files.collect::<BTreeSet<_>>(), BTreeSet::from(["0".into(), "1".into(), "2".into()]));
    assert_eq!(std::fs::read_link(folder.join("cwd")).unwrap(), Path::new("/"));
    let limits = std::fs::read_to_string(folder.join("limits")).unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).expect(name);
        line[name.len()..].split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(limit("Max open files")[..2], ["3", "3"]);
    assert_eq!(limit("Max file size")[..2], ["0", "0"]);
    assert_eq!(limit("Max processes")[..2], ["0", "0"]);
    assert_eq!(limit("Max core file size")[..2], ["0", "0"]);
    assert_ne!(limit("Max cpu time")[0], "unlimited");
    assert_ne!(limit("Max address space")[1], "unlimited");
}

#[tokio::test]
async fn processes_end_with_the_server() {
    let lab = Lab::new(2);
    assert_eq!(lab.run("return 1").await, Ok(1.into()));
    let processes = lab.processes();
    let Lab { scripts, name } = lab;
    drop(scripts);
    let gone = Lab { scripts: Scripts::new(Program::this(), 1), name };
    gone.all_end(&processes).await;
}

/// By its id, as an operator would.
fn kill(id: u32) {
    let status = std::process::Command::new("kill").args(["-KILL", &id.to_string()]).status();
    assert!(status.expect("there is a kill").success());
}

/// How long a process has computed, in the system's ticks.
fn computed(id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("it lives");
    // Behind the name, in parentheses, which may have spaces in it.
    let fields = stat.rsplit_once(')').expect("a name").1;
    fields.split_whitespace().nth(11).and_then(|ticks| ticks.parse().ok()).expect("a number")
}
