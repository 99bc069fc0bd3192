//! The journal in memory does what every journal does.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::rc::Rc;

use common::journal_contract::Place;
use latchbook::journal::MemoryJournal;

#[derive(Default)]
struct Memory(Rc<MemoryJournal>);

impl Place for Memory {
    type Journal = Rc<MemoryJournal>;

    fn handle(&self) -> Self::Journal {
        Rc::clone(&self.0)
    }
}

macro_rules! native_test {
    ($name:ident) => {
        #[test]
        fn $name() {
            pollster::block_on(common::journal_contract::$name(&Memory::default()));
        }
    };
}

journal_contract!(native_test);
