//! Reads pictures back: what a chart shows must be what the answer says.

use super::sample::{self, Dice, at};
use super::scene::{Scene, Shape};
use super::*;
use crate::answer::EventAnswer;
use crate::post::Timestamp;
use crate::timeline::By;

fn kind(name: &str) -> &'static ChartKind {
    ChartKind::named(name).unwrap()
}

fn picture(answer: &TheoriesAnswer) -> String {
    draw(answer, kind("area"), &ChartOptions::default()).unwrap().svg(Theme::Light)
}

fn scene_of(answer: &TheoriesAnswer, name: &str, options: &ChartOptions) -> Scene {
    draw(answer, kind(name), options).unwrap().scene
}

fn sized(width: u32, height: u32) -> ChartOptions {
    ChartOptions { size: Size { width, height }, ..ChartOptions::default() }
}

fn with(mut answer: TheoriesAnswer, change: impl FnOnce(&mut TheoriesAnswer)) -> TheoriesAnswer {
    change(&mut answer);
    answer
}

/// Everything that was once drawn wrong, or might be.
fn samples() -> Vec<(&'static str, TheoriesAnswer)> {
    let zero = || {
        sample::build(
            By::Day,
            sample::days("2017-02-01T00:00:00Z", 20),
            &[("a", "A theory", vec![0; 20])],
            vec![0; 20],
            vec![0; 20],
        )
    };
    let one = sample::build(
        By::Month,
        sample::days("2017-02-01T00:00:00Z", 1),
        &[("a", "A theory", vec![7])],
        vec![1],
        vec![3],
    );
    let minutes: usize = 200_000;
    let mut dice = Dice(5);
    let many: Vec<u64> = (0..minutes).map(|i| dice.roll(4) * dice.roll(1 + (i as u64 / 40_000))).collect();
    [
        ("vault7", sample::vault7()),
        ("twelve", sample::theories(12)),
        ("two", sample::theories(2)),
        ("none", sample::small(&[], 40)),
        ("hourly", with(sample::hourly(), |a| a.zone = "America/New_York".into())),
        ("events15", with(sample::vault7(), |a| a.events = events(15))),
        ("events90", with(sample::vault7(), |a| a.events = events(90))),
        ("synthetic", with(sample::vault7(), |a| a.synthetic = true)),
        ("tiny", sample::small(&[("cia", "CIA documents", &[1, 0, 2]), ("fbi", "FBI files", &[0, 1, 0])], 3)),
        ("zero", with(zero(), |a| a.data.covers.clear())),
        ("nothing", TheoriesAnswer { zone: "UTC".into(), by: By::Day, ..TheoriesAnswer::default() }),
        ("one", one),
        (
            "gaps",
            with(sample::vault7(), |a| {
                a.since = at("2017-02-01T15:00:00Z");
                a.until = at("2017-03-20T08:00:00Z");
                a.data.covers = vec![
                    (at("2017-02-03T00:00:00Z"), at("2017-02-20T00:00:00Z")),
                    (at("2017-03-05T00:00:00Z"), at("2017-04-05T00:00:00Z")),
                ];
            }),
        ),
        (
            "minutes",
            sample::build(
                By::Minute,
                sample::steps("2017-03-01T00:00:00Z", minutes, 60_000),
                &[("a", "A theory", many.clone())],
                vec![0; minutes],
                many,
            ),
        ),
        ("huge", sample::small(&[("a", "A theory", &[u64::MAX / 8, 1, u64::MAX / 5])], u64::MAX / 4)),
        ("hostile", hostile()),
    ]
    .map(|(name, answer)| (name, sample::asked_whole(answer)))
    .into()
}

fn hostile() -> TheoriesAnswer {
    let long = "A theory whose label goes on and on because somebody pasted the whole first sentence of a post into it ".repeat(3);
    with(sample::theories(9), |a| {
        a.theories[0].label = long.clone();
        a.theories[1].label = "</text><script>alert(1)</script>\u{202e}\u{0}".into();
        a.theories[2].label = "選挙と宇宙人の陰謀".into();
        a.theories[3].label = String::new();
        a.data.statement = long.clone();
        a.tags = (0..40).map(|n| format!("tag{n}")).collect();
        a.events =
            vec![sample::event("2017-01-16T20:00:00Z", &long), sample::event("2016-12-18T00:00:00Z", &long)];
    })
}

fn events(n: i64) -> Vec<EventAnswer> {
    (0..n)
        .map(|i| EventAnswer {
            at: Timestamp::from_millis_unchecked(
                at("2017-02-03T10:00:00Z").as_millis() + i * i * 14_000_000 % (44 * 86_400_000),
            ),
            label: format!("Something happened, number {i}, and was reported"),
            url: None,
        })
        .collect::<Vec<_>>()
        .tap(|events| events.sort_by_key(|e| e.at))
}

trait Tap: Sized {
    fn tap(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl<T> Tap for T {}

/// What overlaps or leaves the frame, if anything does.
fn faults(scene: &Scene) -> Vec<String> {
    let texts = scene.texts();
    let mut out = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let bounds = text.bounds();
        if bounds.left < 0.0 || bounds.top < 0.0 || bounds.right > scene.width || bounds.bottom > scene.height
        {
            out.push(format!("{:?} leaves the frame: {bounds:?}", text.words));
        }
        for other in texts.iter().skip(at + 1) {
            if bounds.overlaps(&other.bounds()) {
                out.push(format!(
                    "{:?} {bounds:?} touches {:?} {:?}",
                    text.words,
                    other.words,
                    other.bounds()
                ));
            }
        }
    }
    out
}

#[test]
fn no_words_touch_in_the_samples() {
    for (name, answer) in samples() {
        for (width, height) in [(1000, 560), (1200, 675), (560, 480), (400, 300)] {
            for kind in KINDS {
                let scene = draw(&answer, kind, &sized(width, height)).unwrap().scene;
                assert_eq!(faults(&scene), Vec::<String>::new(), "{name} {kind:?} {width}x{height}");
            }
        }
    }
}

#[test]
fn no_words_touch_in_a_thousand_random_charts() {
    for seed in 0..1000 {
        let (answer, options) = random(seed);
        let kind = KINDS[usize::try_from(seed).unwrap() % KINDS.len()];
        for kind in [kind, KINDS[0]] {
            let scene = draw(&answer, kind, &options).unwrap().scene;
            assert_eq!(faults(&scene), Vec::<String>::new(), "seed {seed}, {kind:?} {options:?}");
        }
    }
}

fn random_words(dice: &mut Dice, longest: u64) -> String {
    const WORDS: &[&str] = &[
        "CIA",
        "leak",
        "9/11",
        "Wikileaks",
        "選挙",
        "Ünïcödé",
        "mole",
        "i",
        "dead-man’s-switch",
        "Свальбард",
        "&<>",
        "MMMM",
    ];
    (0..=dice.roll(longest))
        .map(|_| WORDS[usize::try_from(dice.roll(WORDS.len() as u64)).unwrap()])
        .collect::<Vec<_>>()
        .join(" ")
}

fn random(seed: u64) -> (TheoriesAnswer, ChartOptions) {
    let mut dice = Dice(seed);
    let d = &mut dice;
    let n = usize::try_from(1 + d.roll(if seed.is_multiple_of(20) { 400 } else { 60 })).unwrap();
    let (by, step) = [(By::Day, 86_400_000), (By::Hour, 3_600_000), (By::Minute, 60_000)]
        [usize::try_from(d.roll(3)).unwrap()];
    let top = [1, 5, 100, 3_000, 10_000_000, 1 << 50][usize::try_from(d.roll(6)).unwrap()];
    let names: Vec<(String, String)> = (0..d.roll(12))
        .map(|k| (format!("t{k}"), random_words(d, if d.0.is_multiple_of(5) { 20 } else { 4 })))
        .collect();
    let mut series =
        |below: u64| (0..n).map(|_| if d.roll(3) == 0 { 0 } else { d.roll(below + 1) }).collect::<Vec<u64>>();
    let theories: Vec<(&str, &str, Vec<u64>)> =
        names.iter().map(|(id, label)| (id.as_str(), label.as_str(), series(top))).collect();
    let (several, unmatched) = (series(top / 3), series(top));
    let mut answer =
        sample::build(by, sample::steps("2016-12-20T00:00:00Z", n, step), &theories, several, unmatched);
    let length = u64::try_from(step).unwrap() * n as u64;
    let mut events: Vec<EventAnswer> = (0..d.roll(14))
        .map(|_| EventAnswer {
            at: Timestamp::from_millis_unchecked(
                answer.since.as_millis() + i64::try_from(d.roll(length)).unwrap(),
            ),
            label: random_words(d, 12),
            url: None,
        })
        .collect();
    events.sort_by_key(|e| e.at);
    answer.events = events;
    answer.zone = ["UTC", "America/New_York", "America/Argentina/ComodRivadavia"]
        [usize::try_from(d.roll(3)).unwrap()]
    .into();
    answer.synthetic = d.roll(2) == 0;
    if d.roll(2) == 0 {
        answer.data.covers =
            vec![(answer.since, Timestamp::from_millis_unchecked(answer.since.as_millis() + step))];
    }
    let title = (d.roll(3) == 0).then(|| random_words(d, 40));
    let (width, height) =
        [(1000, 560), (1200, 675), (560, 560), (400, 300), (1600, 900)][usize::try_from(d.roll(5)).unwrap()];
    let note = (d.roll(5) == 0).then(|| random_words(d, 20));
    let lang = Lang::ALL[usize::try_from(d.roll(4)).unwrap()];
    (
        sample::asked_whole(answer),
        ChartOptions { title, note, lang, size: Size { width, height }, ..ChartOptions::default() },
    )
}

/// Points of the first path in the group of a class.
fn path(scene: &Scene, class: &str) -> Vec<(f64, f64)> {
    fn find<'a>(shapes: &'a [Shape], class: &str) -> Option<&'a [Shape]> {
        shapes.iter().find_map(|shape| match shape {
            Shape::Group(group) if group.class == class => Some(group.shapes.as_slice()),
            Shape::Group(group) => find(&group.shapes, class),
            _ => None,
        })
    }
    match find(scene.shapes(), class) {
        Some([Shape::Path { points, .. }]) => points.clone(),
        other => panic!("{class}: {other:?}"),
    }
}

/// `d` of the path in the group of a class, as numbers: one pair for each corner.
fn svg_points(svg: &str, class: &str) -> Vec<(f64, f64)> {
    let group = svg.split(&format!("class=\"{class}\"")).nth(1).unwrap_or_else(|| panic!("no {class}"));
    let d = group.split("d=\"").nth(1).unwrap().split('"').next().unwrap();
    let (mut x, mut y, mut out) = (0.0, 0.0, Vec::new());
    let mut rest = d.trim_end_matches('Z');
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

#[test]
fn bands_in_the_picture_add_up_to_all_posts() {
    let answer = sample::vault7();
    let svg = picture(&answer);
    let scene = scene_of(&answer, "area", &ChartOptions::default());
    let n = answer.buckets.len();
    let ids: Vec<String> = facts::by_posts(&answer)
        .iter()
        .map(|t| t.id.clone())
        .chain(["several".into(), "unmatched".into()])
        .collect();
    // Upper edge from left to right, then lower edge back: two points for each bucket in each.
    let paths: Vec<Vec<(f64, f64)>> = ids.iter().map(|id| path(&scene, &format!("band band-{id}"))).collect();
    let base = paths[0].last().unwrap().1;
    let highest = paths.last().unwrap()[..2 * n].iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let per_post = (base - highest) / answer.all.iter().copied().max().unwrap() as f64;
    for (bucket, all) in answer.all.iter().enumerate() {
        let heights: Vec<f64> = paths.iter().map(|p| p[4 * n - 1 - 2 * bucket].1 - p[2 * bucket].1).collect();
        let sum: f64 = heights.iter().sum();
        assert!((sum - *all as f64 * per_post).abs() < 0.2, "bucket {bucket}: {sum} for {all}");
        for (theory, height) in facts::by_posts(&answer).iter().zip(&heights) {
            let posts = theory.only_series[bucket] as f64;
            assert!((height - posts * per_post).abs() < 0.2, "{} {bucket}", theory.id);
        }
    }
    for (id, points) in ids.iter().zip(&paths) {
        assert_eq!(points.len(), 4 * n, "{id}");
        // Level over the whole bucket, then upright: a slope would show a rise that did not happen.
        let day = (points[2 * n - 1].0 - points[0].0) / n as f64;
        for (at, step) in points[..2 * n].chunks(2).enumerate() {
            assert_eq!(step[0].1.to_bits(), step[1].1.to_bits(), "{id} {at}");
            assert!((step[0].0 - points[0].0 - at as f64 * day).abs() < 0.2, "{id} {at} {step:?}");
            assert!((step[1].0 - step[0].0 - day).abs() < 0.2, "{id} {at} {step:?}");
        }
        let class = format!("band band-{id}");
        let written: Vec<(f64, f64)> = svg_points(&svg, &class);
        let mut corners = points.clone();
        corners.dedup();
        assert_eq!(written, corners, "{id}: what is written is what was drawn");
    }
}

#[test]
fn every_theory_is_named_and_every_band_painted_once() {
    for (name, answer) in samples() {
        if name == "hostile" || answer.theories.len() > 7 {
            continue;
        }
        let svg = picture(&answer);
        for theory in &answer.theories {
            assert!(svg.contains(&format!(">{}", theory.label)), "{name}: {}", theory.label);
            assert_eq!(svg.matches(&format!("class=\"band band-{}\"", theory.id)).count(), 1, "{name}");
        }
    }
}

#[test]
fn what_is_cut_or_not_covered_is_hatched() {
    let whole = picture(&sample::vault7());
    assert!(
        !whole.contains("stroke-dasharray")
            && !whole.contains("class=\"partial\"")
            && !whole.contains("class=\"not-covered\"")
    );
    let (_, gaps) = samples().into_iter().find(|(name, _)| *name == "gaps").unwrap();
    let svg = picture(&gaps);
    let count = |class: &str| {
        let group = svg.split(&format!("class=\"{class}\"")).nth(1).unwrap().split("</g>").next().unwrap();
        group.matches("fill=\"url(#hatch-").count()
    };
    assert_eq!((count("partial"), count("not-covered")), (2, 2));
    assert!(svg.contains(">not covered</text>") && svg.contains("zero there does not"));
    let unknown = with(sample::vault7(), |a| a.data.covers.clear());
    let svg = picture(&unknown);
    assert!(svg.contains("coverage unknown") && svg.contains("stroke-dasharray"));
}

#[test]
fn many_events_are_numbered_and_listed() {
    let svg = picture(&with(sample::vault7(), |a| a.events = events(15)));
    assert!(svg.contains(">15</text>") && svg.contains("number 14"), "{svg}");
    let many = with(sample::vault7(), |a| a.events = events(90));
    let chart = draw(&many, kind("area"), &ChartOptions::default()).unwrap();
    let svg = chart.svg(Theme::Light);
    assert!(svg.contains(">60</text>") && svg.contains("30 events in the span"), "{svg}");
    assert!(matches!(chart.warnings.as_slice(), [ChartWarning::Taller(height)] if *height > 560));
}

#[test]
fn same_answer_same_bytes() {
    for (name, answer) in samples() {
        assert_eq!(picture(&answer), picture(&answer), "{name}");
    }
}

#[test]
fn invented_data_is_said_whatever_is_asked() {
    let answer = with(sample::vault7(), |a| a.synthetic = true);
    for title in [None, Some(String::new()), Some("A title".to_owned())] {
        let options = ChartOptions { title, ..ChartOptions::default() };
        let svg = draw(&answer, kind("area"), &options).unwrap().svg(Theme::Light);
        assert_eq!(svg.matches(&format!(">{}</text>", facts::INVENTED)).count(), 1);
        assert!(svg.contains(&format!("\">{}", facts::INVENTED)));
    }
    assert!(!picture(&sample::vault7()).contains("INVENTED"));
}

#[test]
fn svg_is_xml_whatever_the_labels_say() {
    let (_, answer) = samples().into_iter().find(|(name, _)| *name == "hostile").unwrap();
    let svg = picture(&answer);
    assert!(!svg.contains("<script"), "{svg}");
    let (mut depth, mut rest) = (0_i32, svg.as_str());
    while let Some(start) = rest.find('<') {
        let tag = &rest[start..start + rest[start..].find('>').unwrap()];
        depth += if tag.starts_with("</") { -1 } else { i32::from(!tag.ends_with('/')) };
        rest = &rest[start + tag.len()..];
    }
    assert_eq!(depth, 0);
}

#[test]
fn an_answer_that_contradicts_itself_is_drawn_all_the_same() {
    let broken = [
        with(sample::vault7(), |a| a.all.truncate(3)),
        with(sample::vault7(), |a| a.theories[0].only_series.clear()),
        with(sample::vault7(), |a| a.theories[1].series.truncate(5)),
        with(sample::vault7(), |a| a.until = at("2017-01-01T00:00:00Z")),
        with(sample::vault7(), |a| a.buckets.reverse()),
        with(sample::vault7(), |a| a.buckets.truncate(2)),
        with(sample::vault7(), |a| a.by = By::Auto),
        with(sample::vault7(), |a| a.unmatched_series = vec![u64::MAX; 48]),
    ];
    for answer in broken {
        let scene = scene_of(&answer, "area", &ChartOptions::default());
        assert_eq!(faults(&scene), Vec::<String>::new());
        assert!(!terminal(&answer, &TerminalOptions::fitting(&answer, 80)).is_empty());
    }
}

#[test]
fn missing_glyphs_are_a_warning() {
    let answer = with(sample::small(&[("a", "選挙", &[1, 2, 3])], 9), |a| a.tags.clear());
    let chart = draw(&answer, kind("area"), &ChartOptions::default()).unwrap();
    assert_eq!(chart.warnings, [ChartWarning::MissingGlyphs("挙選".into())]);
    assert_eq!(draw(&sample::vault7(), kind("area"), &ChartOptions::default()).unwrap().warnings, []);
}

#[test]
fn sizes_and_zones_are_checked() {
    let answer = sample::vault7();
    for (width, height) in [(0, 0), (399, 500), (500, 299), (10_001, 500)] {
        let options = sized(width, height);
        assert_eq!(draw(&answer, kind("area"), &options).unwrap_err(), ChartError::Size { width, height });
    }
    let answer = with(answer, |a| a.zone = "Mars/Olympus".into());
    let error = draw(&answer, kind("area"), &ChartOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "cannot draw the time axis: unknown time zone `Mars/Olympus`");
}

#[test]
fn the_tools_own_words_claim_nothing() {
    for (_, answer) in samples() {
        let text =
            format!("{} {}", picture(&answer), terminal(&answer, &TerminalOptions::fitting(&answer, 100)))
                .to_lowercase();
        for word in ["bot", "troll", "fake", "coordinated", "believes", "caused", "leads"] {
            assert!(!text.split(|c: char| !c.is_alphabetic()).any(|w| w == word), "{word}");
        }
    }
}

#[test]
fn a_specification_has_the_numbers_and_says_what_they_are() {
    let answer = with(sample::asked_whole(sample::vault7()), |a| a.synthetic = true);
    for kind in KINDS {
        let chart = draw(&answer, kind, &ChartOptions::default()).unwrap();
        let spec: serde_json::Value = serde_json::from_str(&chart.vega_lite(&answer)).unwrap();
        let rows = spec["data"]["values"].as_str().unwrap().lines().count() - 1;
        assert_eq!(rows, chart.csv().lines().count() - 1, "{kind:?}");
        assert!(spec["title"]["subtitle"][0].as_str().unwrap().contains(facts::INVENTED), "{kind:?}");
        assert_eq!(spec["usermeta"]["rules"], answer.rules.as_str());
        assert_eq!(
            spec["description"].as_str().map(|words| words.contains("Year Zero")),
            Some(true),
            "{kind:?}"
        );
    }
}

#[test]
fn a_specification_tells_the_time_of_the_zone() {
    let answer = with(sample::vault7(), |a| {
        a.zone = "Asia/Tokyo".into();
        a.by = By::Hour;
    });
    let chart = draw(&answer, kind("area"), &ChartOptions::default()).unwrap();
    let spec: serde_json::Value = serde_json::from_str(&chart.vega_lite(&answer)).unwrap();
    assert!(spec["data"]["values"].as_str().unwrap().contains("\n2017-02-01T09:00:00,"));
    // 7 March 2017, 22:00 in Tokyo, as if it were UTC.
    let events = spec["layer"][1]["data"]["values"].as_str().unwrap();
    assert!(events.contains("\n1488924000000,\"Year Zero released\""), "{events}");
}
