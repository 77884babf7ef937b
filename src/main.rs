//! The page's entry.

use msa_playground::web::App;

fn main() {
    console_error_panic_hook::set_once();
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    if let Some(root) = root {
        // What told the person to wait has done so.
        root.set_inner_html("");
        yew::Renderer::<App>::with_root(root).render();
    }
}
