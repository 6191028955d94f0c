//! Reads a picture back from its SVG, as far as our own writer writes it.

use std::collections::BTreeSet;

/// A picture.
pub(crate) struct Picture {
    /// The document.
    pub(crate) svg: String,
}

impl Picture {
    /// Of a document.
    pub(crate) fn of(svg: String) -> Self {
        Self { svg }
    }

    /// Every text element: its tag, and its words as written, entities and all.
    fn texts(&self) -> Vec<(&str, &str)> {
        let element = |at: usize| self.svg[at..].split("</text>").next().unwrap().split_once('>').unwrap();
        self.svg.match_indices("<text ").map(|(at, _)| element(at)).collect()
    }

    /// All words that are shown.
    pub(crate) fn words(&self) -> Vec<String> {
        let plain = |words: &str| words.replace("&#39;", "'").replace("&quot;", "\"").replace("&amp;", "&");
        self.texts().into_iter().map(|(_, words)| plain(words)).collect()
    }

    /// `d` of the first path in the group of a class.
    fn path(&self, class: &str) -> &str {
        let group =
            self.svg.split(&format!("class=\"{class}\"")).nth(1).unwrap_or_else(|| panic!("no {class}"));
        group.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap()
    }

    /// Its corners.
    fn corners(&self, class: &str) -> Vec<(f64, f64)> {
        let mut rest = self.path(class).trim_end_matches('Z');
        let (mut x, mut y, mut out) = (0.0, 0.0, Vec::new());
        while let Some(command) = rest.chars().next() {
            rest = &rest[1..];
            let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let numbers: Vec<f64> = rest[..end].split(' ').map(|n| n.parse().unwrap()).collect();
            rest = &rest[end..];
            match command {
                'H' => x = numbers[0],
                'V' => y = numbers[0],
                _ => (x, y) = (numbers[0], numbers[1]),
            }
            out.push((x, y));
        }
        out
    }

    /// How many different places from left to right an outline passes, level pieces cut where the others step: one more than steps, since
    /// all steps are as wide as the narrowest.
    pub(crate) fn places(&self, class: &str) -> usize {
        let corners = self.corners(class);
        let x: BTreeSet<i64> = corners.iter().map(|corner| tenths(corner.0)).collect();
        let (first, last) = (*x.first().unwrap(), *x.last().unwrap());
        let steps: Vec<i64> = x.iter().zip(x.iter().skip(1)).map(|(a, b)| b - a).collect();
        let narrowest = *steps.iter().min().unwrap();
        // Edges lie on tenths of pixels, so that a step may be one too wide.
        usize::try_from((last - first + narrowest / 2) / narrowest).unwrap() + 1
    }

    /// Height of a closed outline in the middle of each of `count` steps of equal width.
    pub(crate) fn heights(&self, class: &str, count: usize) -> Vec<f64> {
        let mut corners = self.corners(class);
        corners.extend(corners.first().copied());
        let left = corners.iter().map(|corner| corner.0).fold(f64::INFINITY, f64::min);
        let right = corners.iter().map(|corner| corner.0).fold(f64::NEG_INFINITY, f64::max);
        let height = |at: usize| {
            let x = left + (right - left) * (at as f64 + 0.5) / count as f64;
            let crosses = |pair: &[(f64, f64)]| (pair[0].0 < x) != (pair[1].0 < x);
            let levels: Vec<f64> =
                corners.windows(2).filter(|pair| crosses(pair)).map(|pair| pair[0].1).collect();
            assert_eq!(levels.len(), 2, "{class} at {x}");
            (levels[0] - levels[1]).abs()
        };
        (0..count).map(height).collect()
    }

    /// No words leave the frame.
    #[track_caller]
    pub(crate) fn stays_in_the_frame(&self) {
        let page = self.svg.split('>').next().unwrap();
        let (width, height) = (number(page, "width"), number(page, "height"));
        let texts = self.texts();
        assert!(texts.len() > 10);
        for (tag, words) in texts {
            let (x, y, long) = (number(tag, "x"), number(tag, "y"), number(tag, "textLength"));
            let flipped = attribute(tag, "direction") == Some("rtl");
            let left = match (attribute(tag, "text-anchor"), flipped) {
                (Some("end"), false) | (None | Some("start"), true) => x - long,
                (Some("middle"), _) => x - long / 2.0,
                _ => x,
            };
            let right = left + long;
            assert!(left >= 0.0 && right <= width, "`{words}` from {left} to {right} of {width}");
            assert!(y - number(tag, "font-size") >= 0.0 && y <= height, "`{words}` at {y} of {height}");
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "pixels")]
fn tenths(x: f64) -> i64 {
    (x * 10.0).round() as i64
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no {name}: {tag}"))
}
