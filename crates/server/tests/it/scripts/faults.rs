//! Scripts that never end, or take all there is.

use hookline_domain::flow::ScriptFailure::{Memory, Threw, Timeout};

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::*;

/// Takes minutes within one built-in.
const SEARCH: &str = "return 'a'.repeat(8e6).includes('a'.repeat(4e6) + 'b')";

#[tokio::test]
async fn a_loop_is_stopped_in_time() {
    let lab = Lab::new(1);
    for source in [
        "for (;;);",
        "while (true) { try { for (;;); } catch { } finally { continue } }",
        "let i = 0; for (;;) i++",
        "for (;;) JSON.stringify({a: [1, 2, 3]})",
        "const f = () => { try { return f() } catch { return f() } }; f()",
        "return {toJSON() { for (;;); }}",
        "return new Proxy({}, {get() { for (;;); }, ownKeys() { for (;;); }})",
        "(function* () { for (;;) yield 1 })().forEach(() => {})",
        "throw {toString() { for (;;); }, get message() { for (;;); }}",
        "const e = new Error(); Object.defineProperty(e, 'message', {get() { for (;;); }}); throw e",
        "/^(a+)+$/.test('a'.repeat(40) + 'b')",
        "[...Array(1000).keys()].sort(() => { for (;;); })",
    ] {
        // Some are over at once because they are wrong, or throw what nobody asks further.
        let failure = lab.stopped(source, SHORT_MS).await;
        let in_time = failure == Timeout || (source.starts_with("throw {") && matches!(failure, Threw(_)));
        assert!(in_time, "{failure:?}: {source}");
    }
}

#[tokio::test]
async fn memory_ends() {
    let lab = Lab::new(1);
    for source in [
        "let all = []; for (;;) all.push(new Array(1000).fill(0))",
        "let s = 'x'; for (;;) s += s.slice(0, 1e6) + Math.random()",
        "return new Array(3e7).fill('x')",
        "return new Uint8Array(2 ** 30).length",
        "return 'x'.repeat(2 ** 29).split('')",
        "let o = {}; for (let i = 0; ; i++) o['k' + i] = {i}",
        "let m = new Map(); for (let i = 0; ; i++) m.set({}, i)",
    ] {
        let failure = lab.stopped(source, ENOUGH_MS).await;
        assert_eq!(failure, Memory, "{source}");
    }
}

#[tokio::test]
async fn recursion_ends() {
    let lab = Lab::new(1);
    for source in [
        "const f = n => f(n + 1) + 1; return f(0)",
        "const f = () => [1].map(f); return f()",
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return JSON.stringify(a)",
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a",
        "const p = {get x() { return this.x }}; return p.x",
        "return eval('('.repeat(1e6))",
        "return new RegExp('('.repeat(1e5))",
        "return JSON.parse('['.repeat(1e6))",
    ] {
        let failure = lab.stopped(source, ENOUGH_MS).await;
        assert!(matches!(&failure, Threw(_) | Memory), "{failure:?}: {source}");
    }
}

#[tokio::test]
async fn a_huge_built_in_is_stopped() {
    let lab = Lab::new(1);
    for source in [
        "return JSON.stringify(new Array(2 ** 20).fill({a: 'x'.repeat(1000)}))",
        "return [].join.call({length: 2 ** 53 - 1}, '')",
        "return [].lastIndexOf.call({length: 2 ** 53 - 1}, 1)",
        "return [].reverse.call({length: 2 ** 53 - 1})",
        "const a = []; for (let i = 0; i < 1e5; i++) a.push(Math.random()); for (;;) a.sort().reverse()",
        SEARCH,
    ] {
        assert_eq!(lab.stopped(source, SHORT_MS).await, Timeout, "{source}");
    }
    for source in [
        "return 'x'.padEnd(2 ** 30 - 1).length + 'y'.padStart(2 ** 30 - 1).toUpperCase()",
        "return Array.from({length: 2 ** 32 - 1})",
        "return new Array(4e6).fill('x').toSorted()",
    ] {
        assert_eq!(lab.stopped(source, ENOUGH_MS).await, Memory, "{source}");
    }
    for source in
        ["return 'x'.repeat(2 ** 30)", "let s = 'x'; for (;;) s += s", "return (3n ** 3000000n).toString()"]
    {
        let failure = lab.stopped(source, ENOUGH_MS).await;
        assert!(matches!(&failure, Threw(_)), "{failure:?}: {source}");
    }
}

#[tokio::test]
async fn what_heeds_no_limit_is_killed() {
    let lab = Lab::new(1);
    assert_eq!(lab.run("return 1").await, Ok(1.into()));
    let before = lab.processes();
    assert_eq!(lab.stopped(SEARCH, SHORT_MS).await, Timeout);
    lab.all_end(&before).await;
    assert_eq!(lab.processes().len(), 1, "another has taken its place");
}

#[tokio::test]
async fn a_process_ends_itself_if_nobody_is_left_to_kill_it() {
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_hookline"))
        .arg("script-worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let request = json!({"source": SEARCH, "input": "{}", "timeout_ms": SHORT_MS}).to_string();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&u32::try_from(request.len()).unwrap().to_le_bytes()).await.unwrap();
    input.write_all(request.as_bytes()).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(60), child.wait()).await;
    // By the limit on its computing: 2 seconds more than the script may take.
    const XCPU: i32 = 24;
    assert_eq!(ended.expect("it ends").unwrap().signal(), Some(XCPU));
}
