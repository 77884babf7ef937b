//! Files: what is taken away becomes one, and what is brought is read from one.

use super::environment::{document, window};
use crate::app::{Brought, Msg, Unreadable};
use gloo_events::{EventListener, EventListenerOptions};
use js_sys::{Array, Uint8Array};
use scenario::read::DOCUMENT_MAX;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, File, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement, Url,
};
use yew::Callback;

/// Pixels of a picture for each unit of the diagram: sharp on dense screens and in print.
const PIXELS: f64 = 2.0;

fn blob(bytes: &[u8], mime: &str) -> Option<Blob> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let kind = BlobPropertyBag::new();
    kind.set_type(mime);
    Blob::new_with_u8_array_sequence_and_options(&parts, &kind).ok()
}

/// Offers a file to the person, as a download.
pub fn save(name: &str, mime: &str, text: &str) {
    if let Some(blob) = blob(text.as_bytes(), mime) {
        save_blob(name, &blob);
    }
}

fn save_blob(name: &str, blob: &Blob) {
    let (Some(document), Ok(url)) = (document(), Url::create_object_url_with_blob(blob)) else {
        return;
    };
    if let Some(anchor) = document
        .create_element("a")
        .ok()
        .and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok())
    {
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    // The browser has begun to read it; a page that kept every file would grow for ever.
    let _ = Url::revoke_object_url(&url);
}

/// Offers a picture as pixels: the browser draws it, and what it drew becomes the file.
pub fn save_png(name: String, svg: &str) {
    let Some((blob, image)) =
        blob(svg.as_bytes(), "image/svg+xml").zip(HtmlImageElement::new().ok())
    else {
        return;
    };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else {
        return;
    };
    image.set_src(&url);
    spawn_local(async move {
        let decoded = JsFuture::from(image.decode()).await.is_ok();
        if let Some(canvas) = decoded.then(|| drawn(&image)).flatten() {
            let done = Closure::once_into_js(move |blob: Option<Blob>| {
                if let Some(blob) = blob {
                    save_blob(&name, &blob);
                }
            });
            // A canvas that cannot be read makes no file; there is nothing foreign on this one.
            let _ = canvas.to_blob(done.unchecked_ref());
        }
        let _ = Url::revoke_object_url(&url);
    });
}

fn drawn(image: &HtmlImageElement) -> Option<HtmlCanvasElement> {
    let canvas: HtmlCanvasElement = document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    let (width, height) = (
        f64::from(image.natural_width()) * PIXELS,
        f64::from(image.natural_height()) * PIXELS,
    );
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: web_sys::CanvasRenderingContext2d =
        canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context
        .draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)
        .ok()?;
    Some(canvas)
}

/// Reads a file that was chosen or dropped. One that is too large is not even read.
pub fn read(file: File, send: Callback<Msg>) {
    spawn_local(async move {
        let text = if file.size() > DOCUMENT_MAX as f64 {
            Err(Unreadable::TooLarge)
        } else {
            let text = JsFuture::from(file.text()).await.ok();
            text.and_then(|text| text.as_string())
                .ok_or(Unreadable::Closed)
                // The browser puts this in place of what is not UTF-8.
                .and_then(|text| match text.contains(['\u{fffd}', '\0']) {
                    true => Err(Unreadable::NotText),
                    false => Ok(text),
                })
        };
        let file = Some(file.name());
        send.emit(Msg::Import(Brought { file, text }));
    });
}

/// A text that is no file.
fn text(text: String) -> Msg {
    Msg::Import(Brought {
        file: None,
        text: Ok(text),
    })
}

/// Hears what is pasted into the page or dropped onto it, for as long as it lives.
pub fn listeners(send: &Callback<Msg>) -> Vec<EventListener> {
    let Some(window) = window() else {
        return Vec::new();
    };
    let active = EventListenerOptions::enable_prevent_default();
    let pasted = send.clone();
    let dropped = send.clone();
    vec![
        EventListener::new(&window, "paste", move |event| {
            let Some(event) = event.dyn_ref::<web_sys::ClipboardEvent>() else {
                return;
            };
            let text = event
                .clipboard_data()
                .and_then(|data| data.get_data("text/plain").ok())
                .unwrap_or_default();
            let into_a_field = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA"));
            // Anything else that is on the clipboard was not meant for the page.
            let meant = text.trim_start().starts_with('{') || text.contains('#');
            if meant && !into_a_field {
                pasted.emit(self::text(text));
            }
        }),
        // Without this the browser would leave the page for the file.
        EventListener::new_with_options(&window, "dragover", active, |event| {
            event.prevent_default();
        }),
        EventListener::new_with_options(&window, "drop", active, move |event| {
            event.prevent_default();
            let data = event
                .dyn_ref::<web_sys::DragEvent>()
                .and_then(web_sys::DragEvent::data_transfer);
            let Some(data) = data else { return };
            match data.files().and_then(|files| files.get(0)) {
                Some(file) => read(file, dropped.clone()),
                None => {
                    if let Ok(text) = data.get_data("text/plain")
                        && !text.is_empty()
                    {
                        dropped.emit(self::text(text));
                    }
                }
            }
        }),
    ]
}
