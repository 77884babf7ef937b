//! The page: what it knows and does ([`app`]), how it looks ([`view`]), and the browser around it ([`web`]).
//!
//! Everything that runs without a browser is in `crates/`. ARCHITECTURE.md has the map.

pub mod app;
pub mod view;
pub mod web;
