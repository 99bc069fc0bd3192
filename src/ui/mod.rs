//! The interface: what people see and press.

pub mod edge;
pub mod kit;
pub mod state;
pub mod words;
