//! The browser. The only place that knows of elements, addresses, storage and the clock on the wall.

mod address;
mod canvas;
mod choice_runs;
mod engine;
mod environment;
mod files;
mod forecast;
mod host;
mod keys;
mod observe;
pub mod paint;
mod paint_bus;
mod root;
mod scene;
mod takeaway;

pub use root::App;
