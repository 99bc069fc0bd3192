//! What fuzzing keeps, changed a little, through the same functions: nothing panics, and nothing takes up room without bound.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
mod fuzzing;

/// How many inputs each target is given.
const INPUTS: usize = 200;
/// By how many bytes the program may grow: a message has 64 KB at most, and a box keeps not much more.
const GROWTH: u64 = 16 << 20;

/// Numbers that look random, and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// One to eight changes: bytes written over, cut off, left out, said again, or lengths and numbers made as large as can be.
    fn altered(&mut self, original: &[u8]) -> Vec<u8> {
        let mut bytes = original.to_vec();
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(16)).min(bytes.len());
            match self.below(6) {
                0 | 1 if end > at => bytes[at] = self.below(256) as u8,
                2 => drop(bytes.drain(at..end)),
                3 => bytes.extend_from_within(at..end),
                4 if self.below(4) == 0 => bytes.truncate(at),
                _ => drop(bytes.splice(at..end, vec![[0xff, 0x5b, 0x9b, 0xbb][self.below(4)]; end - at])),
            }
        }
        bytes
    }
}

/// The most room that this program ever had, where the system tells.
fn most_room() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmPeak:"))?;
    Some(peak.split_whitespace().next()?.parse::<u64>().ok()? << 10)
}

#[test]
fn no_bytes_make_box_or_app_panic_or_take_up_room_without_bound() {
    let seeds = fuzzing::seeds::seeds();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let kept = |name: &str| -> Vec<Vec<u8>> {
        let mut files: Vec<_> = fs::read_dir(corpus.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let begins = seeds.iter().filter(|(of, _)| *of == name).map(|(_, seed)| seed.clone());
        files.iter().map(|path| fs::read(path).unwrap()).chain(begins).collect()
    };
    let targets = fuzzing::TARGETS.map(|(name, target)| (name, target, kept(name)));
    for (_, target, kept) in &targets {
        kept.iter().for_each(|input| target(input));
    }
    let before = most_room();
    let mut dice = Dice(1);
    for (name, target, kept) in &targets {
        for _ in 0..INPUTS {
            let original = dice.below(kept.len());
            let input = dice.altered(&kept[original]);
            // It is shown when the target does not hold.
            println!("{name}: {input:02x?}");
            target(&input);
        }
        if let (Some(before), Some(now)) = (before, most_room()) {
            println!("{name}: {} bytes more", now - before);
            assert!(now - before < GROWTH, "{name}: {} bytes more", now - before);
        }
    }
}
