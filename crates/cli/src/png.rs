//! An exported SVG as pixels.

use crate::output::Failure;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// Pixels for one unit of the picture: enough for a screen of twice the density, and for print.
const SCALE: f32 = 2.0;
/// No side is longer than this, however large the scenario is.
const SIDE_MAX: f32 = 8_000.0;

/// What stands for "any font without serifs", the first that is there.
const PLAIN: [&str; 5] = [
    "DejaVu Sans",
    "Liberation Sans",
    "Noto Sans",
    "Arial",
    "Helvetica",
];

/// The PNG of a picture.
///
/// # Errors
/// If the system has no font: a picture without its names would be of no use.
pub fn draw(svg: &str) -> Result<Vec<u8>, Failure> {
    let mut options = Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_system_fonts();
    // Where no font of the picture's list is there, any will do; by itself the library would leave the texts out.
    let any = fonts.faces().flat_map(|face| &face.families).next();
    let Some((any, _)) = any.cloned() else {
        return Err(failure(
            "this system has no fonts, and the PNG would have no names; install one (on Debian: apt-get install fonts-dejavu-core, for Korean fonts-noto-cjk), or export --as svg",
        ));
    };
    let known = |family: &str| {
        let families = fonts.faces().flat_map(|face| &face.families);
        families.into_iter().any(|(name, _)| name == family)
    };
    let plain = PLAIN.into_iter().find(|family| known(family));
    let plain = plain.map_or(any, String::from);
    fonts.set_sans_serif_family(plain);
    let tree = Tree::from_str(svg, &options).map_err(|error| failure(&error.to_string()))?;
    let size = tree.size();
    let scale = SCALE.min(SIDE_MAX / size.width().max(size.height()));
    let pixels = |length: f32| (length * scale).ceil() as u32;
    let mut pixmap = Pixmap::new(pixels(size.width()), pixels(size.height()))
        .ok_or_else(|| failure("the picture has no size"))?;
    let transform = Transform::from_scale(scale, scale);
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    pixmap
        .encode_png()
        .map_err(|error| failure(&error.to_string()))
}

fn failure(message: &str) -> Failure {
    Failure::Input(vec![format!("the PNG cannot be drawn: {message}")])
}
