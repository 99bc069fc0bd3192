//! The interface: what people see and press.
pub mod kit;
