//! The journal: what happened as immutable facts, the ledger they fold into, and the decisions that make new ones.
//!
//! A user's action is a [`Command`](command::Command). [`decide`](decide::decide) is pure and answers facts or a
//! [`Refusal`](command::Refusal). The [`Desk`](desk::Desk), the one door to it all, appends the facts through the
//! [`Journal`](port::Journal) port in one durable transaction, and only then [`Ledger::apply`](ledger::Ledger::apply)
//! folds them in.

pub mod assign;
pub mod chain;
pub mod clock;
pub mod command;
pub mod decide;
pub mod desk;
pub mod fact;
pub mod import;
pub mod ledger;
mod packed;
pub mod port;
pub mod queries;
pub mod sample;
pub mod search;
pub mod taken;
pub mod terms;
pub mod visits;

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod tests;

pub use clock::Hlc;
pub use command::{Command, Refusal};
pub use decide::{Context, Decision, decide};
pub use desk::Desk;
pub use fact::{Entry, Fact, FactBody, Particulars};
pub use ledger::Ledger;
pub use port::{Journal, MemoryJournal};
