//! `latchbook-box`, as the program that it is: on each kind of link, killed at any moment, and wrongly asked.

#[path = "../common/hands.rs"]
mod hands;
mod killed;
mod links;
mod program;
mod wrongly;
