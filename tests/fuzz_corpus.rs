//! What fuzzing has found worth keeping, through the same functions, with no fuzzer.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
mod fuzzing;

#[test]
fn what_is_kept_of_every_target_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in fuzzing::TARGETS {
        let files = fs::read_dir(corpus.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut ran = 0;
        for file in files {
            let path = file.unwrap().path();
            // It is shown when the target does not hold.
            println!("{}", path.display());
            target(&fs::read(&path).unwrap());
            ran += 1;
        }
        assert!(ran > 0, "nothing is kept of {name}");
    }
}

#[test]
fn what_every_corpus_begins_with_holds() {
    let seeds = fuzzing::seeds::seeds();
    for (name, target) in fuzzing::TARGETS {
        let mut ran = 0;
        for (_, seed) in seeds.iter().filter(|(of, _)| *of == name) {
            println!("{name}: {seed:02x?}");
            target(seed);
            ran += 1;
        }
        assert!(ran > 0, "{name} begins with nothing");
    }
}
