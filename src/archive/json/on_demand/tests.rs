//! `serde_json` is the oracle: whatever this reader accepts, it accepts with the same fields, and clean JSON is accepted at all.

use super::*;
use crate::archive::json::{Pick, Raw};
use crate::post::Post;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::marker::PhantomData;

/// Holds one way of asking against the oracle; says whether the text was accepted.
#[track_caller]
fn agrees<T: PartialEq + std::fmt::Debug>(
    text: &str,
    ours: Result<T, Unsure>,
    theirs: Result<T, serde_json::Error>,
    needed: bool,
) -> bool {
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{text}"),
        (Ok(ours), Err(error)) => panic!("accepted {text:?} as {ours:?}, which is {error}"),
        (Err(Unsure), Ok(_)) if needed => panic!("was unsure of {text:?}"),
        (Err(Unsure), _) => return false,
    }
    true
}

/// A record with every kind of thing that formats ask for.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Typed<'a> {
    #[serde(borrow)]
    a: Option<std::borrow::Cow<'a, str>>,
    b: Option<u64>,
    c: Option<Vec<f64>>,
    d: Option<Box<Typed<'a>>>,
    e: Option<bool>,
    f: Option<Kind>,
    g: Option<(i8, i8)>,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Kind {
    One,
    Two(u8),
}

/// Holds all ways of asking against the oracle. `needed`: whether the text must be accepted where it is JSON.
#[track_caller]
fn check(text: &str, needed: bool) -> bool {
    let whole = agrees(text, read(text, PhantomData::<Raw<'_>>), serde_json::from_str(text), needed);
    let passed = read(text, PhantomData::<IgnoredAny>).map(|_| ());
    agrees(text, passed, serde_json::from_str::<IgnoredAny>(text).map(|_| ()), needed);
    agrees(text, read(text, PhantomData::<Typed<'_>>), serde_json::from_str(text), false);
    let keys = ["a".to_owned(), "b".to_owned(), "é".to_owned()];
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let picked =
        Pick(&keys).deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    agrees(text, read(text, Pick(&keys)), picked, needed);
    whole
}

#[test]
fn clean_json_is_read() {
    for text in [
        "0",
        "-0",
        "-0.0",
        "17",
        "-17",
        "1.5e3",
        "1E-2",
        "123456789012345678",
        "1234567890123456789",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "1e400",
        "true",
        "false",
        "null",
        "\"\"",
        "[]",
        "{}",
        " [ 1 , 2 ] ",
        "{\"a\":\"x\",\"b\":1}",
        "{\"a\":\"\\u00e9\\n\\/\\\\\\\"\\b\\f\\r\\t\",\"b\":null}",
        "\"\\ud83d\\ude00 and \u{1f600}\"",
        "{ \"a\" : [ { \"b\" : [ ] } , { } , [ [ ] ] ] , \"é\" : true }",
        "{\"\\u0061\":1,\"a\":2}",
        "\"\u{7f}\u{80}\u{ffff}\"",
        "{\"d\":{\"d\":{\"b\":3}},\"c\":[1,2.5],\"e\":true,\"f\":\"One\",\"g\":[1,2]}",
        "{\"x\":\"a long text, longer than eight bytes, with \\\"quotes\\\" and \\\\ in it\",\"a\":1}",
    ] {
        let json = serde_json::from_str::<Raw<'_>>(text).is_ok();
        assert_eq!(check(text, true), json, "{text}");
    }
}

#[test]
fn typed_records_are_read() {
    let text =
        "{\"d\":{\"a\":\"\\u00e9\"},\"c\":[1,2.5],\"e\":true,\"f\":\"One\",\"g\":[1,-2],\"z\":[{}],\"b\":3}";
    assert_eq!(read(text, PhantomData::<Typed<'_>>).unwrap(), serde_json::from_str(text).unwrap());
    let mut post = Post { text: "a \"quoted\"\ntext".into(), tags: vec!["b".into()], ..Post::default() };
    post.metrics.likes = Some(7);
    let text = serde_json::to_string(&post).unwrap();
    assert_eq!(read(&text, PhantomData::<Post>).unwrap(), post);
}

#[test]
fn what_is_no_json_is_not_read() {
    for text in [
        "",
        " ",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "0x1",
        "nul",
        "nulll",
        "truefalse",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\ud83d\"",
        "\"\\ud83dx\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ude00\"",
        "\"a\nb\"",
        "\"a\u{1}\"",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{1:2}",
        "[1}",
        "{\"a\":[}",
        "1 2",
        "[] []",
        "{\"a\":1}x",
        "\u{feff}1",
        "[\"\\ud83d\"]",
        "{\"x\":01}",
        "{\"x\":\"\\q\"}",
        "{\"x\":[1,]}",
        "{\"x\":{\"y\"}}",
        "{\"x\":tru}",
        "{\"x\":-}",
        "NaN",
    ] {
        check(text, true);
    }
}

#[test]
fn depth_is_bounded() {
    for (depth, needed) in [(90, true), (110, false), (50_000, false)] {
        check(&format!("{{\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth)), needed);
        assert!(read(&"[".repeat(depth), PhantomData::<IgnoredAny>).is_err());
    }
}

/// Any JSON, with the spaces and escapes that writers like.
fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,21})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?",
        string(),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        let space = "[ \n\t\r]{0,2}";
        let list = (prop::collection::vec(inner.clone(), 0..6), space);
        let object = (prop::collection::vec((key(), inner), 0..6), space);
        prop_oneof![
            list.prop_map(|(items, space)| format!("[{space}{}]", items.join(&format!("{space},")))),
            object.prop_map(|(members, space)| {
                let members: Vec<String> = members
                    .into_iter()
                    .map(|(key, value)| format!("{key}{space}:{space}{value}{space}"))
                    .collect();
                format!("{space}{{{space}{}}}{space}", members.join(","))
            }),
        ]
    })
}

fn string() -> impl Strategy<Value = String> {
    let piece = "[a-z \u{7f}é選\u{1f600}]{0,9}|\\\\[\"\\\\/bfnrt]|\\\\u00[0-7][0-9a-fA-F]|\\\\ud83d\\\\ude[0-9a-f]{2}";
    prop::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof!["\"[a-g]\"", Just("\"é\"".to_owned()), Just("\"\\u0061\"".to_owned()), string(),]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_first_mark_is_found(bytes: [u8; 8], mark in prop::sample::select(b"\"\\\n\x1f\x20\x7f".to_vec()), at in 0usize..8) {
        let mut bytes = bytes.map(|byte| byte | 0x80);
        bytes[at] = mark;
        let plain = bytes.iter().copied().position(is_mark);
        prop_assert_eq!(first_mark(bytes), plain);
    }

    #[test]
    fn whole_json_is_read_as_serde_json_reads_it(text in json()) {
        // Only a number too large for a float is no value.
        let json = serde_json::from_str::<Raw<'_>>(&text).is_ok();
        prop_assert_eq!(check(&text, true), json);
    }

    /// Cut, doubled, replaced bytes: mostly no JSON any more, and sometimes another.
    #[test]
    fn damaged_json_is_never_read_otherwise(
        text in json(), edits in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}\",:0-9eE.\\\\u \n\u{1}tfn-]{0,2}", 0usize..3), 1..4)
    ) {
        let mut text: Vec<char> = text.chars().collect();
        for (at, inserted, removed) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        let text: String = text.into_iter().collect();
        check(&text, true);
    }

    #[test]
    fn any_text_is_never_read_otherwise(text in "[\\[\\]{}\",:0-9eE.\\\\u \n\u{1}truefalsn-]{0,24}") {
        check(&text, true);
    }
}
