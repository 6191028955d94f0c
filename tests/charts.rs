//! The pictures in `charts/`: drawn again from invented posts, compared byte for byte, and read back: they must say what the answer says.
//!
//! `UPDATE_CHARTS=1 cargo test --test charts` draws them anew. Look at them before you commit them.

#[cfg(test)]
mod common;

#[cfg(test)]
#[path = "charts/bridge.rs"]
mod bridge;

#[cfg(test)]
#[path = "charts/read.rs"]
mod read;

#[cfg(test)]
mod pictures {
    use crate::bridge;
    use crate::common::tagline;
    use crate::read::Picture;
    use serde_json::Value;
    use std::fs;
    use std::path::PathBuf;
    use std::sync::OnceLock;

    /// Kinds that draw theories by steps of time.
    const OVER_TIME: [&str; 5] = ["area", "share", "lines", "multiples", "heat"];
    const INVENTED: &str = "INVENTED DATA - NOT REAL POSTS";

    fn root() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    /// A project of invented posts.
    fn project(rules: &str, posts: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("tagline.toml"), rules).unwrap();
        let archive = dir.path().join("posts.ndjson");
        fs::write(&archive, posts).unwrap();
        tagline().dir(dir.path()).arg("import").arg(archive).run().ok();
        dir
    }

    fn vault7() -> &'static tempfile::TempDir {
        static PROJECT: OnceLock<tempfile::TempDir> = OnceLock::new();
        PROJECT.get_or_init(|| {
            let read = |name: &str| fs::read_to_string(root().join("fixtures/vault7").join(name)).unwrap();
            project(&read("tagline.toml"), &read("posts.ndjson"))
        })
    }

    /// A picture of a project, and the answer that it shows.
    fn drawn(dir: &tempfile::TempDir, kind: &str) -> (Picture, Value) {
        let folder = tempfile::tempdir().unwrap();
        let picture = folder.path().join("picture.svg");
        // The posts are of one platform, and of many languages.
        let by: &[&str] = if kind == "platforms" { &["--split", "lang"] } else { &[] };
        let run = tagline().dir(dir.path()).args(["timeline", "--json", "--kind", kind]).args(by);
        let answer = run.arg("-o").arg(&picture).run().json();
        (Picture::of(fs::read_to_string(picture).unwrap()), answer)
    }

    #[track_caller]
    fn check(name: &str, picture: &Picture) {
        let path = root().join("charts").join(name);
        if std::env::var_os("UPDATE_CHARTS").is_some() {
            fs::write(&path, &picture.svg).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let mut lines = picture.svg.lines().zip(committed.lines());
        let short = |line: &str| line.chars().take(200).collect::<String>();
        let differs = lines.find(|(new, old)| new != old).map(|(new, old)| (short(new), short(old)));
        let hint = "if the change is meant: UPDATE_CHARTS=1 cargo test --test charts, and look at it";
        assert!(picture.svg == committed, "{name} differs, first at {differs:#?}; {hint}");
    }

    #[test]
    fn every_kind_is_as_committed() {
        for kind in OVER_TIME.into_iter().chain(["overlap", "platforms"]) {
            let (picture, answer) = drawn(vault7(), kind);
            check(&format!("{kind}.svg"), &picture);
            picture.stays_in_the_frame();
            let words = picture.words();
            assert!(words.iter().any(|word| word == INVENTED), "{kind}");
            for theory in answer["theories"].as_array().unwrap() {
                let label = theory["label"].as_str().unwrap();
                assert!(words.iter().any(|word| word.starts_with(label)), "{kind}: {label} is not named");
            }
            // What is meant to be shared names no account.
            assert!(!picture.svg.contains("demo_"), "{kind}");
        }
    }

    #[test]
    fn a_campaign_in_arabic_is_drawn_with_the_built_in_fonts() {
        let dir = project(bridge::RULES, &bridge::posts());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.svg");
        let run = tagline().dir(dir.path()).args(["timeline", "-o"]).arg(&path).run();
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
        let picture = Picture::of(fs::read_to_string(path).unwrap());
        check("arabic.svg", &picture);
        picture.stays_in_the_frame();
        assert!(picture.words().iter().any(|word| word == "تصوير فيلم سينمائي"), "{:?}", picture.words());
    }

    #[test]
    fn there_are_as_many_steps_as_buckets() {
        let buckets = drawn(vault7(), "area").1["buckets"].as_array().unwrap().len();
        assert_eq!(buckets, 48);
        for (kind, class) in [("area", "band"), ("share", "band"), ("lines", "line"), ("multiples", "band")] {
            let (picture, answer) = drawn(vault7(), kind);
            for theory in answer["theories"].as_array().unwrap() {
                let id = theory["id"].as_str().unwrap();
                assert_eq!(picture.places(&format!("{class} {class}-{id}")), buckets + 1, "{kind}: {id}");
            }
        }
    }

    /// The heights in the picture, read back as posts, are those of the answer, and together they are all posts.
    #[test]
    fn heights_are_posts() {
        let (picture, answer) = drawn(vault7(), "area");
        let all = numbers(&answer["all"]);
        let mut bands: Vec<(String, Vec<f64>)> = Vec::new();
        for theory in answer["theories"].as_array().unwrap() {
            bands.push((theory["id"].as_str().unwrap().to_owned(), numbers(&theory["only_series"])));
        }
        bands.push(("several".into(), numbers(&answer["several_series"])));
        bands.push(("unmatched".into(), numbers(&answer["unmatched_series"])));
        let heights: Vec<Vec<f64>> =
            bands.iter().map(|(id, _)| picture.heights(&format!("band band-{id}"), all.len())).collect();
        // Edges lie on tenths of pixels: the highest step says best how high a post is.
        let sums = (0..all.len()).map(|at| heights.iter().map(|heights| heights[at]).sum::<f64>());
        let per_post = sums.fold(0.0, f64::max) / all.iter().copied().fold(0.0, f64::max);
        for (at, all) in all.iter().enumerate() {
            let sum: f64 = heights.iter().map(|heights| heights[at]).sum();
            assert!((sum / per_post - all).abs() < 0.5, "bucket {at}: {} for {all}", sum / per_post);
            for ((id, series), heights) in bands.iter().zip(&heights) {
                let posts = heights[at] / per_post;
                assert!((posts - series[at]).abs() < 0.5, "{id} in bucket {at}: {posts} for {}", series[at]);
            }
        }
        // Shares: every step that has posts is as high as every other.
        let (picture, _) = drawn(vault7(), "share");
        let heights: Vec<Vec<f64>> =
            bands.iter().map(|(id, _)| picture.heights(&format!("band band-{id}"), all.len())).collect();
        let tops: Vec<f64> = (0..all.len()).map(|at| heights.iter().map(|h| h[at]).sum()).collect();
        let highest = tops.iter().copied().fold(0.0, f64::max);
        for (at, all) in all.iter().enumerate() {
            let expected = if *all > 0.0 { highest } else { 0.0 };
            assert!((tops[at] - expected).abs() < 0.3, "bucket {at}: {} of {highest}", tops[at]);
        }
    }

    fn numbers(series: &Value) -> Vec<f64> {
        series.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect()
    }

    /// However a picture is written, it says that its posts are invented, also to those who cannot see it.
    #[test]
    fn every_form_says_that_posts_are_invented() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, args: &[&str]| {
            let path = folder.path().join(name);
            tagline().dir(vault7().path()).arg("timeline").args(args).arg("-o").arg(&path).run().ok();
            fs::read(path).unwrap()
        };
        let forms = [
            write("dark.svg", &["--theme", "dark"]),
            write("auto.svg", &["--theme", "auto", "--note", "A note", "--title", "A title"]),
            write("outline.svg", &["--text", "outline"]),
            write("plain.svg", &["--text", "plain", "--size", "column"]),
            write("small.png", &["--size", "400x300", "--scale", "1", "--title", ""]),
            write("deutsch.vl.json", &["--lang", "de"]),
        ];
        for (at, form) in forms.iter().enumerate() {
            assert!(form.windows(INVENTED.len()).any(|bytes| bytes == INVENTED.as_bytes()), "form {at}");
        }
        assert!(String::from_utf8_lossy(&forms[1]).contains(">A note<"));
        // Outlines are no words, and still named.
        assert!(String::from_utf8_lossy(&forms[2]).contains(&format!("aria-label=\"{INVENTED}\"")));
        assert_eq!(&forms[4][..8], b"\x89PNG\r\n\x1a\n");
        assert!(String::from_utf8_lossy(&forms[5]).contains("6. März"));
    }

    /// `--data` writes what the picture shows.
    #[test]
    fn the_numbers_beside_a_picture_add_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.svg");
        let run =
            tagline().dir(vault7().path()).args(["timeline", "--json", "--data", "-o"]).arg(&path).run();
        let answer = run.json();
        let table = fs::read_to_string(folder.path().join("picture.csv")).unwrap();
        let sum: u64 = table
            .lines()
            .skip(1)
            .map(|row| row.split(',').nth_back(2).unwrap().parse::<u64>().unwrap())
            .sum();
        assert_eq!(Some(sum), answer["posts"].as_u64());
        assert!(table.starts_with("start,end,theory,label,posts,of,note\n"), "{table}");
    }
}
