//! The interface: what people see and press.

pub mod app;
pub mod dom;
pub mod edge;
pub mod forms;
pub mod keyring;
pub mod kit;
pub mod outbox;
pub mod pages;
pub mod prelude;
pub mod route;
pub mod router;
pub mod sample;
pub mod scan;
pub mod search;
pub mod state;
pub mod technician;
pub mod virtual_box;
pub mod visits;
pub mod words;
