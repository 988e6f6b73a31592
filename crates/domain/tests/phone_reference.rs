//! Phone numbers, compared with Google's library on thousands of generated inputs.
//!
//! The inputs come from `scripts/phone_reference.py`: from the file that `HOOKLINE_PHONE_REFERENCE` names,
//! or else by running the script. No difference is allowed, because none is known: 0 in 205,000 inputs with
//! numbering plans of version 9.0.42 on both sides. Different versions do differ, so raise them together.

use std::path::{Path, PathBuf};
use std::process::Command;

use hookline_domain::phone::{Country, normalize};

/// Fewer inputs than this would prove little.
const INPUTS_MIN: usize = 1_000;

const HOW_TO: &str = "make the reference with\n  \
    python3 -m venv .venv && .venv/bin/pip install -r scripts/requirements.txt\n  \
    .venv/bin/python scripts/phone_reference.py > target/phone_reference.tsv\n\
    and set HOOKLINE_PHONE_REFERENCE to that file (an absolute path), or only make the venv";

fn reference() -> String {
    if let Some(path) = std::env::var_os("HOOKLINE_PHONE_REFERENCE") {
        return std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; {HOW_TO}", path.display()));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let in_venv = root.join(".venv/bin/python");
    let python = if in_venv.exists() { in_venv } else { PathBuf::from("python3") };
    let output = Command::new(&python)
        .arg(root.join("scripts/phone_reference.py"))
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; {HOW_TO}", python.display()));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}\n{HOW_TO}");
    String::from_utf8(output.stdout).expect("the script writes UTF-8")
}

#[test]
fn agrees_with_googles_library() {
    let reference = reference();
    let mut inputs = 0;
    let mut accepted = 0;
    let mut differences = Vec::new();
    for line in reference.split_terminator('\n') {
        let fields: Vec<&str> = line.split('\t').collect();
        let [input, country, expected] = fields[..] else { panic!("three fields: {line:?}") };
        let country: Country = country.parse().expect("the script and the crate know the same countries");
        let expected = (!expected.is_empty()).then_some(expected);
        let found = normalize(input, country);
        inputs += 1;
        accepted += usize::from(expected.is_some());
        if found.as_deref() != expected {
            differences.push(format!("{input:?} in {country}: expected {expected:?}, found {found:?}"));
        }
    }
    println!("{inputs} inputs, {accepted} of them numbers, {} differences", differences.len());
    assert!(inputs >= INPUTS_MIN && accepted >= inputs / 3, "{inputs} inputs, {accepted} numbers; {HOW_TO}");
    assert!(
        differences.is_empty(),
        "{} differences in {inputs} inputs (is phonenumbers in scripts/requirements.txt still at the metadata \
         version of rlibphonenumber?):\n{}",
        differences.len(),
        differences.join("\n")
    );
}
