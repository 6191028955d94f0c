//! The pictures in `charts/`: drawn again from `fixtures/vault7` and compared byte for byte, then read back.
//!
//! `UPDATE_CHARTS=1 cargo test --test charts` draws them anew. Look at them before you commit them.

#[cfg(test)]
mod common;

#[cfg(test)]
mod stacked {
    use crate::common::tagline;
    use serde_json::Value;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn root() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    /// The picture of the fixture, and the answer that it shows.
    fn drawn() -> (String, Value) {
        let dir = tempfile::tempdir().unwrap();
        let fixture = root().join("fixtures/vault7");
        fs::copy(fixture.join("tagline.toml"), dir.path().join("tagline.toml")).unwrap();
        tagline().dir(dir.path()).arg("import").arg(fixture.join("posts.ndjson")).run().ok();
        let picture = dir.path().join("stacked.svg");
        let answer = tagline().dir(dir.path()).args(["timeline", "--json", "-o"]).arg(&picture).run().json();
        (fs::read_to_string(picture).unwrap(), answer)
    }

    #[track_caller]
    fn compare(path: &Path, svg: &str) {
        if std::env::var_os("UPDATE_CHARTS").is_some() {
            fs::write(path, svg).unwrap();
        }
        let committed = fs::read_to_string(path).unwrap_or_default();
        let differs = svg.lines().zip(committed.lines()).find(|(new, old)| new != old);
        let hint = "if the change is meant: UPDATE_CHARTS=1 cargo test --test charts, and look at it";
        assert!(svg == committed, "{} differs, first at {differs:#?}; {hint}", path.display());
    }

    /// The value of an attribute of a tag.
    fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        tag[start..].split('"').next()
    }

    fn number(tag: &str, name: &str) -> f64 {
        attribute(tag, name).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no {name}: {tag}"))
    }

    /// Every text element: its tag, and its words as written, entities and all.
    fn texts(svg: &str) -> Vec<(&str, &str)> {
        let element = |at: usize| {
            let element = svg[at..].split("</text>").next().unwrap();
            element.split_once('>').unwrap()
        };
        svg.match_indices("<text ").map(|(at, _)| element(at)).collect()
    }

    /// How many different places from left to right the outline of a band passes: one more than it has steps.
    fn edges(svg: &str, id: &str) -> usize {
        let band =
            svg.split(&format!("class=\"band band-{id}\"")).nth(1).unwrap_or_else(|| panic!("no band {id}"));
        let path = band.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        // `M` and `L` are followed by x and y, `H` by x, `V` by y.
        let commands = path.match_indices(['M', 'L', 'H']);
        let places =
            commands.map(|(at, _)| path[at + 1..].split([' ', 'M', 'L', 'H', 'V', 'Z']).next().unwrap());
        places.collect::<BTreeSet<_>>().len()
    }

    #[test]
    fn is_as_committed() {
        let (svg, _) = drawn();
        compare(&root().join("charts/stacked.svg"), &svg);
    }

    #[test]
    fn shows_what_the_answer_says() {
        let (svg, answer) = drawn();
        let buckets = answer["buckets"].as_array().unwrap().len();
        assert_eq!(buckets, 48);
        let words: Vec<&str> = texts(&svg).into_iter().map(|(_, words)| words).collect();
        for theory in answer["theories"].as_array().unwrap() {
            let id = theory["id"].as_str().unwrap();
            assert_eq!(edges(&svg, id), buckets + 1, "{id}: one step for each bucket");
            let label = theory["label"].as_str().unwrap().replace('\'', "&#39;");
            assert!(words.contains(&label.as_str()), "{label} is not named");
        }
        for band in ["several", "unmatched"] {
            assert_eq!(edges(&svg, band), buckets + 1, "{band}");
        }
        assert!(words.contains(&"INVENTED DATA - NOT REAL POSTS"));
        // What is meant to be shared names no account.
        assert!(!svg.contains("demo_"));
    }

    #[test]
    fn keeps_its_words_inside_the_frame() {
        let (svg, _) = drawn();
        let page = svg.split('>').next().unwrap();
        let (width, height) = (number(page, "width"), number(page, "height"));
        let texts = texts(&svg);
        assert!(texts.len() > 20);
        for (tag, words) in texts {
            let (x, y, long) = (number(tag, "x"), number(tag, "y"), number(tag, "textLength"));
            let left = match attribute(tag, "text-anchor") {
                Some("end") => x - long,
                Some("middle") => x - long / 2.0,
                _ => x,
            };
            assert!(
                left >= 0.0 && left + long <= width,
                "`{words}` from {left} to {} of {width}",
                left + long
            );
            assert!(y - number(tag, "font-size") >= 0.0 && y <= height, "`{words}` at {y} of {height}");
        }
    }
}
