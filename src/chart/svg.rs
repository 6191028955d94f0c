//! A scene as SVG text. Same scene, same bytes. Where things lie is decided before.
//!
//! Colours stand in attributes, as every reader of SVG understands them; a picture for both grounds has classes and a style sheet beside
//! them, by which a reader that knows of dark pages changes them.

use super::color::{Ground, Token};
use super::decimal::number;
use super::font::{Embedded, Fonts, embedded, outline};
use super::look::{TextMode, Theme};
use super::scene::{Anchor, Fill, Group, Ink, Point, Rect, Scene, Shape, Stroke, Text, Weight};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use xxhash_rust::xxh3::xxh3_64;

/// After the fonts in the picture: what machines have. Where words state their width, the layout holds with any of them.
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
pub(crate) fn write(scene: &Scene, fonts: &Fonts, theme: Theme, text: TextMode) -> String {
    let texts = scene.texts();
    let id = id(scene, theme, text);
    let embedded = (text == TextMode::Embed).then(|| embedded(fonts, &texts, &id));
    let mut body = Writer::new(&id, fonts, theme, text, embedded.as_ref());
    for shape in scene.shapes() {
        body.shape(shape);
    }
    let (style, hatches) = (body.style(), std::mem::take(&mut body.hatches));
    let mut head = Writer::new(&id, fonts, theme, text, embedded.as_ref());
    head.head(scene, &style, &hatches);
    head.text.push_str(&body.text);
    head.text.push_str("</svg>\n");
    head.text
}

/// Makes ids and names of fonts differ from those of other pictures in a page.
fn id(scene: &Scene, theme: Theme, text: TextMode) -> String {
    let mut seed = format!("{}x{} {} {}\n", scene.width, scene.height, theme.name(), text.name());
    seed.push_str(&scene.description);
    for text in scene.texts() {
        seed.push('\n');
        seed.push_str(&text.words);
    }
    format!("{:08x}", xxh3_64(seed.as_bytes()) >> 32)
}

struct Writer<'a> {
    text: String,
    id: String,
    fonts: &'a Fonts,
    ground: Ground,
    /// Whether the picture is for both grounds.
    both: bool,
    mode: TextMode,
    embedded: Option<&'a Embedded>,
    /// Colours that hatches are drawn in.
    hatches: BTreeSet<u8>,
    /// What classes mean on a dark page.
    classes: BTreeMap<String, String>,
}

impl<'a> Writer<'a> {
    fn new(id: &str, fonts: &'a Fonts, theme: Theme, mode: TextMode, embedded: Option<&'a Embedded>) -> Self {
        Self {
            text: String::new(),
            id: id.to_owned(),
            fonts,
            ground: if theme == Theme::Dark { Ground::Dark } else { Ground::Light },
            both: theme == Theme::Auto,
            mode,
            embedded,
            hatches: BTreeSet::new(),
            classes: BTreeMap::new(),
        }
    }

    fn head(&mut self, scene: &Scene, style: &str, hatches: &BTreeSet<u8>) {
        let (w, h, id) = (number(scene.width), number(scene.height), self.id.clone());
        let families = self.embedded.map(Embedded::families).unwrap_or_default();
        let own = families.iter().fold(String::new(), |own, name| own + name + ", ");
        self.raw(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
             aria-labelledby=\"title-{id} desc-{id}\" font-family=\"{own}{FONTS}\">\n"
        ));
        self.raw(&format!("<title id=\"title-{id}\">{}</title>\n", escape(&scene.title)));
        self.raw(&format!("<desc id=\"desc-{id}\">{}</desc>\n", escape(&scene.description)));
        let faces: String = self.embedded.iter().flat_map(|embedded| &embedded.faces).map(face).collect();
        if !faces.is_empty() || !style.is_empty() {
            self.raw(&format!("<style>\n{faces}{style}</style>\n"));
        }
        if hatches.is_empty() {
            return;
        }
        self.raw("<defs>\n");
        let (step, line) = (number(HATCH_STEP), number(HATCH_LINE));
        for token in hatches {
            let fill = self.fill(token_of(*token));
            self.raw(&format!(
                "<pattern id=\"hatch-{id}-{token}\" width=\"{step}\" height=\"{step}\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
                 <rect width=\"{line}\" height=\"{step}\"{fill}/></pattern>\n"
            ));
        }
        self.raw("</defs>\n");
    }

    /// What the classes used so far mean on a dark page.
    fn style(&mut self) -> String {
        if !self.both {
            return String::new();
        }
        // Those of hatches come into use in the head.
        for token in self.hatches.clone() {
            self.fill(token_of(token));
        }
        let rules = self.classes.iter().map(|(class, rule)| format!(".{class}{{{rule}}}\n"));
        format!("@media (prefers-color-scheme: dark) {{\n{}}}\n", rules.collect::<String>())
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Group(group) => self.group(group),
            Shape::Path { points, closed, fill, stroke } => self.path(points, *closed, *fill, *stroke),
            Shape::Rect { rect, fill, stroke } => self.rect(rect, *fill, *stroke),
            Shape::Cells { rects, fill } => self.cells(rects, *fill),
            Shape::Circle { center, radius, fill, stroke } => {
                let (x, y, look) = (number(center.0), number(center.1), self.paint(*fill, *stroke));
                self.raw(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{}\"{look}/>\n", number(*radius)));
            }
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
        let look = self.paint(fill, stroke);
        self.raw(&format!("<path d=\"{d}\"{look}/>\n"));
    }

    /// One path for all of them: a chart of cells has thousands.
    fn cells(&mut self, rects: &[Rect], fill: Fill) {
        let mut d = String::new();
        for rect in rects {
            let [left, top, right, bottom] = [rect.left, rect.top, rect.right, rect.bottom].map(number);
            let _ = write!(d, "M{left} {top}H{right}V{bottom}H{left}Z");
        }
        if !d.is_empty() {
            let look = self.paint(fill, None);
            self.raw(&format!("<path d=\"{d}\"{look}/>\n"));
        }
    }

    fn rect(&mut self, rect: &Rect, fill: Fill, stroke: Option<Stroke>) {
        let look = self.paint(fill, stroke);
        self.raw(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{look}/>\n",
            number(rect.left),
            number(rect.top),
            number(rect.width()),
            number(rect.height()),
        ));
    }

    fn words(&mut self, text: &Text) {
        if text.words.is_empty() {
            return;
        }
        let ink = self.ink(text.ink);
        let (halo, class) = match text.halo {
            None => (String::new(), Vec::new()),
            Some(token) => {
                let (stroke, class) = self.stroke(token);
                (
                    format!(
                        "{stroke} stroke-width=\"{HALO}\" stroke-linejoin=\"round\" paint-order=\"stroke\""
                    ),
                    class,
                )
            }
        };
        let classes = class_attribute(ink.1.into_iter().chain(class));
        let look = format!("{}{halo}{classes}", ink.0);
        let embedded = self.embedded.is_none_or(|embedded| embedded.has(self.fonts, text));
        if self.mode == TextMode::Outline || !embedded {
            let d = outline(self.fonts, text);
            if !d.is_empty() {
                self.raw(&format!(
                    "<path role=\"img\" aria-label=\"{}\" d=\"{d}\"{look}/>\n",
                    escape(&text.words)
                ));
            }
            return;
        }
        let rtl = self.fonts.shape(&text.words, text.face.weight).rtl;
        // Where words run from right to left, they start at the right.
        let anchor = match (text.anchor, rtl) {
            (Anchor::Start, false) | (Anchor::End, true) => "",
            (Anchor::Middle, _) => " text-anchor=\"middle\"",
            (Anchor::End, false) | (Anchor::Start, true) => " text-anchor=\"end\"",
        };
        let direction = if rtl { " direction=\"rtl\"" } else { "" };
        let weight = if text.face.weight == Weight::Bold { " font-weight=\"700\"" } else { "" };
        let length = if self.mode == TextMode::Plain {
            String::new()
        } else {
            format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", number(text.width))
        };
        self.raw(&format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight}{anchor}{direction}{look}{length}>{}</text>\n",
            number(text.at.0),
            number(text.at.1),
            number(text.face.size),
            escape(&text.words)
        ));
    }

    fn paint(&mut self, fill: Fill, stroke: Option<Stroke>) -> String {
        let (mut out, mut classes) = match fill {
            Fill::None => (" fill=\"none\"".to_owned(), Vec::new()),
            Fill::Solid(token) => self.fill_parts(token),
            Fill::Hatch(token) => {
                let number = number_of(token);
                self.hatches.insert(number);
                (format!(" fill=\"url(#hatch-{}-{number})\"", self.id), Vec::new())
            }
            Fill::Veil(token) => {
                let (fill, class) = self.fill_parts(token);
                (format!("{fill} fill-opacity=\"{VEIL}\""), class)
            }
        };
        if let Some(line) = stroke {
            let (stroke, class) = self.stroke(line.token);
            let dashes = if line.dashed { DASHES } else { "" };
            let _ = write!(out, "{stroke} stroke-width=\"{}\"{dashes}", number(line.width));
            classes.extend(class);
        }
        out.push_str(&class_attribute(classes));
        out
    }

    fn fill(&mut self, token: Token) -> String {
        let (fill, class) = self.fill_parts(token);
        format!("{fill}{}", class_attribute(class))
    }

    fn fill_parts(&mut self, token: Token) -> (String, Vec<String>) {
        let class = self.class(&format!("f{}", number_of(token)), "fill", token);
        (format!(" fill=\"{}\"", token.on(self.ground)), class)
    }

    fn stroke(&mut self, token: Token) -> (String, Vec<String>) {
        let class = self.class(&format!("s{}", number_of(token)), "stroke", token);
        (format!(" stroke=\"{}\"", token.on(self.ground)), class)
    }

    /// Which of two inks reads best on a fill may differ by ground.
    fn ink(&mut self, ink: Ink) -> (String, Vec<String>) {
        match ink {
            Ink::Plain(token) => self.fill_parts(token),
            Ink::On(fill) => {
                let name = format!("i{}", number_of(fill));
                let class = self.class(&name, "fill", fill.ink_on(Ground::Dark));
                (format!(" fill=\"{}\"", ink.token(self.ground).on(self.ground)), class)
            }
        }
    }

    /// A class, if the picture is for both grounds.
    fn class(&mut self, name: &str, property: &str, dark: Token) -> Vec<String> {
        if !self.both {
            return Vec::new();
        }
        self.classes.insert(name.to_owned(), format!("{property}:{}", dark.on(Ground::Dark)));
        vec![name.to_owned()]
    }

    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

fn face((name, weight, url): &(String, Weight, String)) -> String {
    let weight = if *weight == Weight::Bold { 700 } else { 400 };
    format!("@font-face{{font-family:{name};font-weight:{weight};src:url({url})}}\n")
}

fn class_attribute(classes: impl IntoIterator<Item = String>) -> String {
    let classes: Vec<String> = classes.into_iter().collect();
    if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) }
}

/// A token as the number that plotters carries for it.
fn number_of(token: Token) -> u8 {
    token.as_color().2
}

fn token_of(number: u8) -> Token {
    Token::from_rgb((0, 0, number))
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
        let svg = written(&scene, Theme::Light, TextMode::Embed);
        assert!(svg.contains("d=\"M0 5H2V1H4L5 2Z\""), "{svg}");
        let id = svg.split("<pattern id=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(id.starts_with("hatch-") && svg.contains(&format!("url(#{id})")), "{svg}");
    }

    fn written(scene: &Scene, theme: Theme, text: TextMode) -> String {
        write(scene, &Fonts::built_in().unwrap(), theme, text)
    }

    fn with_words(words: &str, anchor: Anchor) -> Scene {
        let mut scene = Scene::new(100.0, 20.0);
        let text = Fonts::built_in().unwrap().text(words, Face::bold(12.0), Token::Ink);
        scene.push(Shape::Text(Text { at: (50.0, 12.0), anchor, halo: Some(Token::Background), ..text }));
        scene
    }

    #[test]
    fn words_state_their_width_and_carry_their_font() {
        let svg = written(&with_words("a < b", Anchor::End), Theme::Light, TextMode::Embed);
        assert!(svg.contains(" lengthAdjust=\"spacingAndGlyphs\">a &lt; b</text>"), "{svg}");
        assert!(
            svg.contains("text-anchor=\"end\"") && svg.contains("@font-face{font-family:tagline-"),
            "{svg}"
        );
    }

    #[test]
    fn plain_words_are_for_editing() {
        let svg = written(&with_words("a < b", Anchor::Start), Theme::Light, TextMode::Plain);
        assert!(!svg.contains("textLength") && !svg.contains("@font-face"), "{svg}");
    }

    #[test]
    fn outlines_need_no_font() {
        let svg = written(&with_words("a < b", Anchor::Start), Theme::Light, TextMode::Outline);
        assert!(!svg.contains("<text") && svg.contains("aria-label=\"a &lt; b\" d=\"M"), "{svg}");
    }

    #[test]
    fn words_from_right_to_left_keep_their_box() {
        let svg = written(&with_words("ملف", Anchor::Start), Theme::Light, TextMode::Embed);
        assert!(svg.contains(" text-anchor=\"end\" direction=\"rtl\""), "{svg}");
        let svg = written(&with_words("ملف", Anchor::End), Theme::Light, TextMode::Embed);
        assert!(!svg.contains("text-anchor") && svg.contains(" direction=\"rtl\""), "{svg}");
    }

    #[test]
    fn a_picture_for_both_grounds_is_light_without_a_style_sheet() {
        let scene = with_words("both", Anchor::Start);
        let both = written(&scene, Theme::Auto, TextMode::Plain);
        let light = written(&scene, Theme::Light, TextMode::Plain);
        assert!(both.contains("@media (prefers-color-scheme: dark)") && !light.contains("@media"), "{both}");
        let dark = Token::Ink.on(Ground::Dark).to_string();
        assert!(both.contains(&format!("{{fill:{dark}}}")) && !light.contains(&dark), "{both}");
        let attribute = format!(" fill=\"{}\"", Token::Ink.on(Ground::Light));
        assert!(both.contains(&attribute) && light.contains(&attribute));
        assert!(written(&scene, Theme::Dark, TextMode::Plain).contains(&format!(" fill=\"{dark}\"")));
    }
}
