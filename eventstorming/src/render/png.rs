//! A board as pixels, by resvg.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb::Database},
};

use super::{Board, Theme};

/// How a board becomes pixels.
///
/// The letters are those of the fonts of the machine, or of files that are named: none is brought
/// along, so the same board gives the same bytes where the fonts are the same. Where they differ,
/// each text still fits its note, because long lines are held to the width they were given.
#[derive(Debug, Clone, Default)]
#[must_use = "it is handed to `Board::png`"]
pub struct Pixels {
    width: Option<u32>,
    fonts: Vec<PathBuf>,
    alone: bool,
}

/// No picture was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PngError {
    /// There is no font to write with.
    #[error("no font is there to write with; install one, such as DejaVu Sans, or name a file")]
    NoFont,
    /// A font cannot be read.
    #[error("the font `{}` cannot be read", path.display())]
    Font {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The picture would have more pixels than can be held.
    #[error("a picture of {width} x {height} pixels is too large; make it narrower")]
    Size {
        /// How wide.
        width: u32,
        /// How high.
        height: u32,
    },
    /// resvg does not take the board.
    #[error("the board is refused by resvg")]
    Svg(#[source] resvg::usvg::Error),
    /// The pixels cannot be packed.
    #[error("the picture cannot be packed")]
    Packing(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Pixels {
    /// So many pixels wide; as wide as the board is without that.
    pub const fn width(mut self, pixels: u32) -> Self {
        self.width = Some(pixels);
        self
    }

    /// With the letters of this file as well: TrueType, OpenType or a collection of them.
    pub fn font(mut self, file: impl Into<PathBuf>) -> Self {
        self.fonts.push(file.into());
        self
    }

    /// With the letters of the files that are named and of no others: so the same board gives the
    /// same bytes on every machine.
    pub const fn only_named_fonts(mut self) -> Self {
        self.alone = true;
        self
    }

    fn database(&self) -> Result<Database, PngError> {
        let mut fonts = Database::new();
        if !self.alone {
            fonts.load_system_fonts();
        }
        for file in &self.fonts {
            fonts
                .load_font_file(file)
                .map_err(|source| unreadable(file, source))?;
        }
        // The families that a board asks for may all be missing: then it is one that is there.
        let upright = fonts.faces().find(|face| !face.monospaced);
        let face = upright.or_else(|| fonts.faces().next());
        let family = face.and_then(|face| face.families.first().map(|(name, _)| name.clone()));
        let Some(family) = family else {
            return Err(PngError::NoFont);
        };
        let known = |name: &str| {
            let mut faces = fonts.faces();
            faces.any(|face| face.families.iter().any(|(known, _)| known == name))
        };
        let usual = ["Arial", "Liberation Sans", "DejaVu Sans", "Noto Sans"];
        let sans = usual.into_iter().find(|name| known(name));
        fonts.set_sans_serif_family(sans.map_or(family, str::to_owned));
        Ok(fonts)
    }
}

fn unreadable(file: &Path, source: io::Error) -> PngError {
    PngError::Font {
        path: file.to_owned(),
        source,
    }
}

impl Board {
    /// The board as a PNG, light unless it is told to be dark.
    ///
    /// # Errors
    /// If there is no font to write with, one that is named cannot be read, or the picture would
    /// be too large.
    pub fn png(&self, pixels: &Pixels) -> Result<Vec<u8>, PngError> {
        let theme = match self.theme {
            Theme::Auto | Theme::Light => Theme::Light,
            Theme::Dark => Theme::Dark,
        };
        let svg = self.clone().theme(theme).svg();
        let fonts = pixels.database()?;
        let options = Options {
            font_family: fonts
                .family_name(&resvg::usvg::fontdb::Family::SansSerif)
                .to_owned(),
            fontdb: Arc::new(fonts),
            ..Options::default()
        };
        let tree = Tree::from_str(&svg, &options).map_err(PngError::Svg)?;
        draw(&tree, pixels.width)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the size of a picture is a small positive number, and one that is not is refused"
)]
fn draw(tree: &Tree, width: Option<u32>) -> Result<Vec<u8>, PngError> {
    let size = tree.size();
    let scale = width.map_or(1.0, |width| width as f32 / size.width());
    let (width, height) = (
        (size.width() * scale).round() as u32,
        (size.height() * scale).ceil() as u32,
    );
    let mut pixmap = Pixmap::new(width, height).ok_or(PngError::Size { width, height })?;
    resvg::render(
        tree,
        Transform::from_scale(scale, scale),
        &mut pixmap.as_mut(),
    );
    pixmap
        .encode_png()
        .map_err(|source| PngError::Packing(source.into()))
}
