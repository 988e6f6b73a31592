use serde_json::json;

use super::*;
use hookline::script::{RESULT_BYTES_MAX, THROWN_CHARS_MAX};

#[tokio::test]
async fn a_script_is_the_body_of_a_function_of_its_input() {
    let lab = Lab::new(1);
    let input = r#"{"zip":"02134","age_numeric":42.0,"none":null,"__proto__":"x"}"#;
    for (source, result) in [
        ("return input", json!({"zip": "02134", "age_numeric": 42, "none": null, "__proto__": "x"})),
        (
            "return {score: input.age_numeric * 2, tags: {zip: input.zip}} // yes",
            json!({"score": 84, "tags": {"zip": "02134"}}),
        ),
        ("const f = (a, ...b) => [...b, a]; return f(1, 2, 3)", json!([2, 3, 1])),
        ("let m = /^0(?<rest>\\d+)$/.exec(input.zip); return m.groups.rest", json!("2134")),
        ("return new Map([['a', 1]]).get('a') + [3, 1].sort()[0] + Math.max(1, 2)", json!(4)),
        (
            "return [JSON.parse('[1]')[0], typeof Math.random(), 'é€😀'.normalize('NFC')]",
            json!([1, "number", "é€😀"]),
        ),
        ("return new Date(0).toISOString() + new Date(0).getHours()", json!("1970-01-01T00:00:00.000Z0")),
        ("return Date.now() > 1.7e12", json!(true)),
        ("return undefined", json!(null)),
        ("", json!(null)),
        ("input.zip", json!(null)),
        ("return () => 1", json!(null)),
        (
            "return {a: undefined, b: NaN, c: -0, d: 1e21, e: 0.1}",
            json!({"b": null, "c": 0, "d": 1e21, "e": 0.1}),
        ),
    ] {
        assert_eq!(lab.scripts.run(source, input, ENOUGH_MS).await, Ok(result), "{source}");
    }
}

#[tokio::test]
async fn nothing_outside_of_the_language_is_there() {
    let lab = Lab::new(1);
    let names = [
        "require",
        "process",
        "std",
        "os",
        "console",
        "print",
        "fetch",
        "setTimeout",
        "scriptArgs",
        "Worker",
    ];
    for name in names {
        assert_eq!(lab.run(&format!("return typeof {name}")).await, Ok("undefined".into()), "{name}");
    }
    assert!(message(lab.run("import os from 'os'; return 1").await).contains("SyntaxError"));
    let result = message(lab.run("return import('os')").await);
    assert!(result.contains("promise"), "{result}");
}

#[tokio::test]
async fn scripts_share_nothing() {
    let lab = Lab::new(1);
    let leave = "globalThis.left = 1; Array.prototype.left = 2; Object.prototype.toJSON = () => 3; return [].left + {}.toJSON()";
    assert_eq!(lab.run(leave).await, Ok(5.into()));
    let look = "return [typeof left, typeof [].left, {}]";
    assert_eq!(lab.run(look).await, Ok(json!(["undefined", "undefined", {}])));
    // In strict mode, so nothing is left by mistake either.
    assert!(message(lab.run("left = 1").await).contains("ReferenceError"));
}

#[tokio::test]
async fn what_is_wrong_with_a_script_is_said() {
    let lab = Lab::new(1);
    for (source, expected) in [
        ("return 1 +", "SyntaxError: "),
        ("\n\nlet a = 1 1", "(line 3)"),
        ("}) ; ({", "SyntaxError: it closes a bracket"),
        ("return nobody", "ReferenceError: nobody is not defined"),
        ("\nfunction f() {\n throw new TypeError('bad input') }\nf()", "TypeError: bad input (line 3)"),
        ("throw 'just text'", "just text"),
        ("throw {code: 5}", "it threw a value of the type object"),
        ("throw undefined", "it threw a value of the type undefined"),
        ("let a = {}; a.a = a; return a", "circular"),
        ("return 1n", "BigInt"),
        ("return Promise.resolve(1)", "returned a promise"),
        ("return (async () => 1)()", "returned a promise"),
        ("return '\\ud800'", "can't be kept"),
        ("return JSON.parse('['.repeat(500) + ']'.repeat(500))", "can't be kept"),
        ("return {toJSON() { throw new Error('no') }}", "Error: no"),
        ("return '\0'", "write \\0"),
    ] {
        let said = message(lab.run(source).await);
        assert!(said.contains(expected), "{source}: {said}");
    }
    let said = message(lab.run("throw new Error('é'.repeat(100000))").await);
    assert_eq!(said.chars().count(), THROWN_CHARS_MAX);
    assert!(message(lab.scripts.run("return 1", "{\"a\":", ENOUGH_MS).await).contains("SyntaxError"));
    // None of that ended the process.
    assert_eq!(lab.processes().len(), 1);
}

#[tokio::test]
async fn a_result_has_a_size() {
    let lab = Lab::new(1);
    let most = RESULT_BYTES_MAX - 2;
    assert_eq!(lab.run(&format!("return 'x'.repeat({most})")).await, Ok("x".repeat(most).into()));
    let said = message(lab.run(&format!("return 'x'.repeat({most} + 1)")).await);
    assert!(said.contains("65537 bytes"), "{said}");
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(5 * 1024 * 1024));
    assert!(message(lab.scripts.run("return 1", &long, ENOUGH_MS).await).contains("too large"));
}
