//! A scene as SVG text. Same scene, same bytes. Where things lie is decided before.

use super::color::{Ground, Rgb, Token};
use super::scene::{Anchor, Fill, Group, Point, Rect, Scene, Shape, Stroke, Text, Weight};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The built-in font's name first, then what machines have instead; every text states its width, so the layout holds with any of them.
const FONTS: &str = "'Noto Sans', 'Open Sans', 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
/// Distance of hatch lines and their thickness, in pixels.
const HATCH_STEP: f64 = 6.0;
const HATCH_LINE: f64 = 1.6;
/// How much of a veil is seen.
const VEIL: &str = "0.6";
/// How a dashed line is.
const DASHES: &str = " stroke-dasharray=\"3 3\"";
/// Width of the rim around words.
const HALO: f64 = 3.5;

/// The whole document.
pub(crate) fn write(scene: &Scene) -> String {
    let mut out = Writer { text: String::new() };
    out.document(scene);
    out.text
}

struct Writer {
    text: String,
}

impl Writer {
    fn document(&mut self, scene: &Scene) {
        let (w, h) = (number(scene.width), number(scene.height));
        self.raw(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
             aria-labelledby=\"chart-title chart-desc\" font-family=\"{FONTS}\">\n"
        ));
        self.raw(&format!("<title id=\"chart-title\">{}</title>\n", escape(&scene.title)));
        self.raw(&format!("<desc id=\"chart-desc\">{}</desc>\n", escape(&scene.description)));
        self.hatches(scene.shapes());
        for shape in scene.shapes() {
            self.shape(shape);
        }
        self.raw("</svg>\n");
    }

    /// One pattern for each colour that is hatched with.
    fn hatches(&mut self, shapes: &[Shape]) {
        let mut tokens = BTreeSet::new();
        collect_hatches(shapes, &mut tokens);
        if tokens.is_empty() {
            return;
        }
        self.raw("<defs>\n");
        let (step, line) = (number(HATCH_STEP), number(HATCH_LINE));
        for hex in tokens {
            self.raw(&format!(
                "<pattern id=\"hatch-{}\" width=\"{step}\" height=\"{step}\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
                 <rect width=\"{line}\" height=\"{step}\" fill=\"{hex}\"/></pattern>\n",
                hex.trim_start_matches('#')
            ));
        }
        self.raw("</defs>\n");
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Group(group) => self.group(group),
            Shape::Path { points, closed, fill, stroke } => self.path(points, *closed, *fill, *stroke),
            Shape::Rect { rect, fill, stroke } => self.rect(rect, *fill, *stroke),
            Shape::Circle { center, radius, fill, stroke } => {
                let (x, y) = (number(center.0), number(center.1));
                self.raw(&format!(
                    "<circle cx=\"{x}\" cy=\"{y}\" r=\"{}\"{}/>\n",
                    number(*radius),
                    paint(*fill, *stroke)
                ));
            }
            Shape::Cells { rects, fill } => self.cells(rects, *fill),
            Shape::Text(text) => self.words(text),
        }
    }

    fn group(&mut self, group: &Group) {
        self.raw(&format!("<g class=\"{}\">\n", escape(&group.class)));
        if let Some(title) = &group.title {
            self.raw(&format!("<title>{}</title>\n", escape(title)));
        }
        for shape in &group.shapes {
            self.shape(shape);
        }
        self.raw("</g>\n");
    }

    /// Level and upright pieces, the most by far in charts of steps, take one number instead of two.
    fn path(&mut self, points: &[Point], closed: bool, fill: Fill, stroke: Option<Stroke>) {
        let Some((first, rest)) = points.split_first() else { return };
        let (mut x, mut y) = (number(first.0), number(first.1));
        let mut d = format!("M{x} {y}");
        for point in rest {
            let (next_x, next_y) = (number(point.0), number(point.1));
            // Writing into a String cannot fail.
            let _ = match (next_x == x, next_y == y) {
                (true, true) => Ok(()),
                (false, true) => write!(d, "H{next_x}"),
                (true, false) => write!(d, "V{next_y}"),
                (false, false) => write!(d, "L{next_x} {next_y}"),
            };
            (x, y) = (next_x, next_y);
        }
        if closed {
            d.push('Z');
        }
        self.raw(&format!("<path d=\"{d}\"{}/>\n", paint(fill, stroke)));
    }

    fn rect(&mut self, rect: &Rect, fill: Fill, stroke: Option<Stroke>) {
        self.raw(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>\n",
            number(rect.left),
            number(rect.top),
            number(rect.width()),
            number(rect.height()),
            paint(fill, stroke)
        ));
    }

    /// One path for all of them: a chart of cells has thousands.
    fn cells(&mut self, rects: &[Rect], fill: Fill) {
        let mut d = String::new();
        for rect in rects {
            let [left, top, right, bottom] = [rect.left, rect.top, rect.right, rect.bottom].map(number);
            let _ = write!(d, "M{left} {top}H{right}V{bottom}H{left}Z");
        }
        if !d.is_empty() {
            self.raw(&format!("<path d=\"{d}\"{}/>\n", paint(fill, None)));
        }
    }

    fn words(&mut self, text: &Text) {
        if text.words.is_empty() {
            return;
        }
        let anchor = match text.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if text.face.weight == Weight::Bold { " font-weight=\"700\"" } else { "" };
        let halo = text.halo.map_or_else(String::new, |token| {
            format!(
                " stroke=\"{}\" stroke-width=\"{HALO}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
                hex(token)
            )
        });
        self.raw(&format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight}{anchor} fill=\"{}\"{halo} textLength=\"{}\" \
             lengthAdjust=\"spacingAndGlyphs\">{}</text>\n",
            number(text.at.0),
            number(text.at.1),
            number(text.face.size),
            hex(text.ink.token(Ground::Light)),
            number(text.width),
            escape(&text.words)
        ));
    }

    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

fn collect_hatches(shapes: &[Shape], out: &mut BTreeSet<String>) {
    for shape in shapes {
        match shape {
            Shape::Group(group) => collect_hatches(&group.shapes, out),
            Shape::Path { fill: Fill::Hatch(token), .. }
            | Shape::Rect { fill: Fill::Hatch(token), .. }
            | Shape::Cells { fill: Fill::Hatch(token), .. }
            | Shape::Circle { fill: Fill::Hatch(token), .. } => {
                out.insert(hex(*token));
            }
            _ => {}
        }
    }
}

fn paint(fill: Fill, stroke: Option<Stroke>) -> String {
    let fill = match fill {
        Fill::None => " fill=\"none\"".to_owned(),
        Fill::Solid(token) => format!(" fill=\"{}\"", hex(token)),
        Fill::Hatch(token) => format!(" fill=\"url(#hatch-{})\"", hex(token).trim_start_matches('#')),
        Fill::Veil(token) => format!(" fill=\"{}\" fill-opacity=\"{VEIL}\"", hex(token)),
    };
    match stroke {
        None => fill,
        Some(stroke) => {
            let dashes = if stroke.dashed { DASHES } else { "" };
            format!(
                "{fill} stroke=\"{}\" stroke-width=\"{}\"{dashes}",
                hex(stroke.token),
                number(stroke.width)
            )
        }
    }
}

fn hex(token: Token) -> String {
    let Rgb(r, g, b) = token.on(Ground::Light);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// At most two decimals, no trailing zeros, no `-0`.
fn number(value: f64) -> String {
    let text = format!("{:.2}", if value.is_finite() { value } else { 0.0 });
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// Words as XML takes them; characters that XML 1.0 forbids become U+FFFD.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::scene::Face;

    #[track_caller]
    fn check_number(value: f64, expected: &str) {
        assert_eq!(number(value), expected);
    }

    #[test]
    fn numbers_are_short() {
        check_number(1.0, "1");
        check_number(1.256, "1.26");
        check_number(10.10, "10.1");
        check_number(100.0, "100");
        check_number(-0.001, "0");
        check_number(f64::NAN, "0");
    }

    #[test]
    fn hostile_words_cannot_leave_their_element() {
        assert_eq!(escape("</text><script>\"'&"), "&lt;/text&gt;&lt;script&gt;&quot;&#39;&amp;");
        assert_eq!(escape("a\u{0}b\u{ffff}c\n"), "a\u{fffd}b\u{fffd}c ");
    }

    #[test]
    fn steps_are_written_as_levels_and_uprights() {
        let mut scene = Scene::new(10.0, 10.0);
        scene.push(Shape::Path {
            points: vec![(0.0, 5.0), (2.0, 5.0), (2.0, 1.0), (4.0, 1.0), (5.0, 2.0)],
            closed: true,
            fill: Fill::Hatch(Token::Hatch),
            stroke: None,
        });
        let svg = write(&scene);
        assert!(svg.contains("d=\"M0 5H2V1H4L5 2Z\""), "{svg}");
        assert!(svg.contains("<pattern id=\"hatch-c9ccd1\"") && svg.contains("url(#hatch-c9ccd1)"), "{svg}");
    }

    #[test]
    fn words_state_their_width() {
        let mut scene = Scene::new(10.0, 10.0);
        let face = Face::bold(12.0);
        scene.push(Shape::Text(Text {
            words: "a < b".into(),
            at: (1.0, 2.0),
            anchor: Anchor::End,
            face,
            ink: Token::Ink.into(),
            halo: Some(Token::Background),
            width: 30.5,
        }));
        let svg = write(&scene);
        assert!(
            svg.contains("textLength=\"30.5\" lengthAdjust=\"spacingAndGlyphs\">a &lt; b</text>"),
            "{svg}"
        );
    }
}
