//! What must hold of everything that the parsers are given. `make fuzz` gives them millions of inputs that it makes up
//! (`fuzz/`, which includes `properties`); here they get the corpus in the repository, as an ordinary test.

mod properties;

use std::path::Path;

/// Of each corpus, that a parser takes; some it must refuse.
const TAKEN_MIN: usize = 2;

#[test]
fn every_file_of_the_corpus_keeps_its_parsers_properties() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, check) in properties::ALL {
        let folder = corpus.join(name);
        let files =
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let (mut count, mut taken) = (0, 0);
        for file in files {
            let path = file.expect("the folder can be read").path();
            println!("{}", path.display());
            taken += usize::from(check(&std::fs::read(&path).expect("the file can be read")));
            count += 1;
        }
        println!("{name} took {taken} of {count}");
        assert!(taken >= TAKEN_MIN && taken < count, "{name} took {taken} of {count} files");
    }
}

#[test]
fn every_target_of_the_fuzzer_is_one_of_these() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    let files = std::fs::read_dir(targets).expect("the folder is there");
    let mut found: Vec<String> = files
        .map(|file| file.expect("it can be read").path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    let mut named: Vec<&str> = properties::ALL.iter().map(|(name, _)| *name).collect();
    named.sort_unstable();
    assert_eq!(found, named);
}
