//! The canvas that lies over the diagram.

use super::environment::{document, window};
use super::paint::Palette;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// The canvas and what was last known of it.
pub struct Canvas {
    /// Its element.
    pub element: HtmlCanvasElement,
    /// What draws on it.
    pub ctx: CanvasRenderingContext2d,
    /// The page's colours.
    pub palette: Palette,
}

impl Canvas {
    /// The canvas of the page, if it is there.
    pub fn find() -> Option<Canvas> {
        let element: HtmlCanvasElement =
            document()?.get_element_by_id("overlay")?.dyn_into().ok()?;
        let ctx = element.get_context("2d").ok()??.dyn_into().ok()?;
        let style = window()?.get_computed_style(&element).ok()??;
        let property = |name: &str| {
            let value = style.get_property_value(name).unwrap_or_default();
            value.trim().to_string()
        };
        Some(Canvas {
            element,
            ctx,
            palette: Palette::read(property),
        })
    }

    /// Sizes it for the screen.
    pub fn fit(&self) -> Option<()> {
        let ratio = window()?.device_pixel_ratio().clamp(1.0, 3.0);
        let width = (f64::from(self.element.client_width()) * ratio) as u32;
        let height = (f64::from(self.element.client_height()) * ratio) as u32;
        if (self.element.width(), self.element.height()) != (width, height) {
            self.element.set_width(width);
            self.element.set_height(height);
        }
        Some(())
    }
}
