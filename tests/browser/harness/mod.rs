//! What the tests stand on: a file server, a driver, and a page in a browser that is checked when a test ends.

mod driver;
mod page;
mod server;

pub use page::{Browser, Page, axe, base64, query};
pub use server::SUB_PATH;
