//! Messages to visitors: their texts in each language, how they go out, and what follows when they don't.
//!
//! All of it is pure. Templates are filled with values that are handed in as words; time, the jitter of pauses and the
//! bytes of a signing secret are handed in, too; what is sent by whom, and when, is decided elsewhere.

pub mod attempts;
pub mod compose;
pub mod details;
mod json;
pub mod links;
pub mod message;
pub mod template;
pub mod texts;
pub mod times;
pub mod visit;
pub mod webhook;

pub use attempts::{Next, Outcome, RetryAfter, next, next_recall};
pub use compose::{Composed, Composer};
pub use details::copy_details;
pub use links::{mailto, sms};
pub use message::{Rendered, render};
pub use template::{Place, Placeholder, Template, TemplateError, Values};
pub use times::Style;
pub use visit::{PassError, VisitPass};

#[cfg(test)]
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
