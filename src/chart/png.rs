//! A scene as PNG: its SVG with words as outlines, drawn by resvg. So the two cannot differ, and no font is looked for.

use super::ChartError;
use super::font::Fonts;
use super::look::Theme;
use super::scene::Scene;

/// Most pixels: 400 MB while it is drawn.
pub(crate) const MAX_PIXELS: u64 = 100_000_000;

/// The file, with title and description in it and no date.
#[cfg(not(feature = "png"))]
pub(crate) fn write(_: &Scene, _: &Fonts, _: Theme, _: f64) -> Result<Vec<u8>, ChartError> {
    Err(ChartError::NoPng)
}

/// The file, with title and description in it and no date.
#[cfg(feature = "png")]
pub(crate) fn write(scene: &Scene, fonts: &Fonts, theme: Theme, scale: f64) -> Result<Vec<u8>, ChartError> {
    use super::look::TextMode;
    use super::svg;
    use resvg::tiny_skia::{Pixmap, Transform};
    use resvg::usvg::{Options, Tree};

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels; the casts saturate")]
    let [width, height] = [scene.width, scene.height].map(|length| (length * scale).ceil() as u64);
    let too_large = ChartError::Pixels { width, height };
    if width.saturating_mul(height) > MAX_PIXELS {
        return Err(too_large);
    }
    // Media queries are not for pictures of one look.
    let theme = if theme == Theme::Auto { Theme::Light } else { theme };
    let document = svg::write(scene, fonts, theme, TextMode::Outline);
    let failed = |reason: String| ChartError::Drawing { reason };
    let tree = Tree::from_str(&document, &Options::default()).map_err(|e| failed(e.to_string()))?;
    let (Ok(wide), Ok(high)) = (u32::try_from(width), u32::try_from(height)) else { return Err(too_large) };
    let Some(mut pixmap) = Pixmap::new(wide, high) else { return Err(too_large) };
    #[expect(clippy::cast_possible_truncation, reason = "a scale of at most ten")]
    let zoom = scale as f32;
    resvg::render(&tree, Transform::from_scale(zoom, zoom), &mut pixmap.as_mut());
    encode(scene, &pixmap.take_demultiplied(), (wide, high), scale).map_err(|e| failed(e.to_string()))
}

#[cfg(feature = "png")]
fn encode(
    scene: &Scene,
    pixels: &[u8],
    (width, height): (u32, u32),
    scale: f64,
) -> Result<Vec<u8>, png::EncodingError> {
    /// A pixel of the size is a 96th of an inch, as in CSS.
    const PIXELS_PER_METER: f64 = 96.0 / 0.0254;

    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand")]
    let density = (PIXELS_PER_METER * scale).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: density,
        yppu: density,
        unit: png::Unit::Meter,
    }));
    encoder.add_itxt_chunk("Title".to_owned(), scene.title.clone())?;
    encoder.add_itxt_chunk("Description".to_owned(), scene.description.clone())?;
    encoder.add_text_chunk("Software".to_owned(), "tagline".to_owned())?;
    // Nothing shines through the paper.
    let opaque: Vec<u8> = pixels.chunks_exact(4).flat_map(|pixel| pixel.iter().take(3).copied()).collect();
    encoder.write_header()?.write_image_data(&opaque)?;
    Ok(out)
}

#[cfg(all(test, feature = "png"))]
mod tests {
    use super::*;
    use crate::chart::{ChartOptions, KINDS, draw, sample};

    #[test]
    fn a_png_has_the_size_the_words_and_the_picture() {
        let chart = draw(&sample::vault7(), KINDS[0], &ChartOptions::default()).unwrap();
        let file = chart.png(Theme::Light, 1.5).unwrap();
        assert_eq!(file, chart.png(Theme::Auto, 1.5).unwrap());
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((frame.width, frame.height), (1500, 840));
        let texts = &reader.info().utf8_text;
        assert!(
            texts
                .iter()
                .any(|text| text.keyword == "Description" && text.get_text().unwrap().contains("Year Zero"))
        );
        // Where the title stands there is ink, beside it paper.
        let row = |y: usize| &pixels[y * 1500 * 3..(y + 1) * 1500 * 3];
        assert!((33..45).any(|y| row(y)[33 * 3..600].iter().any(|channel| *channel < 60)), "no title");
        assert!((0..840).all(|y| row(y)[..30].iter().all(|channel| *channel == 255)), "ink in the border");
        let dark = chart.png(Theme::Dark, 1.0).unwrap();
        assert_ne!(dark, chart.png(Theme::Light, 1.0).unwrap());
    }

    #[test]
    fn too_many_pixels_are_refused() {
        let chart = draw(&sample::vault7(), KINDS[0], &ChartOptions::default()).unwrap();
        let error = chart.png(Theme::Light, 100.0).unwrap_err();
        assert_eq!(error.to_string(), "cannot draw a PNG of 100000x56000 pixels: at most 100 million");
    }
}
