//! Floor 6: the browser. The only place that knows of elements, addresses, storage and the clock on the wall.

mod engine;
mod environment;
mod forecast;
mod keys;
mod observe;
pub mod paint;
mod root;
mod scene;

pub use root::App;
