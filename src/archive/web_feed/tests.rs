use super::*;
use crate::archive::tests::Found;
use crate::archive::{OpenError, read_bytes};

/// The ids and texts of what comes out, and why the rest did not.
fn read(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let mut found = Found::default();
    let options = ReadOptions { format: Some("web-feed".to_owned()), ..ReadOptions::default() };
    read_bytes(bytes, &options, &mut found).unwrap();
    let posts = found.posts.iter().map(|post| format!("{} {}", post.id, post.text)).collect();
    (posts, found.reasons())
}

fn item(id: u32, inside: &str) -> String {
    format!("<item><guid>https://a.example/{id}</guid><pubDate>2017-03-07</pubDate>{inside}</item>")
}

#[test]
fn only_feeds_are_feeds() {
    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(is_web_feed(text.as_bytes()), expected, "{text}");
    }
    check("<rss/>", true);
    check("\u{feff} <?xml version='1.0'?><!DOCTYPE rss><!-- <html> --><rss version='2.0'>", true);
    check("<feed xmlns='http://www.w3.org/2005/Atom'></feed>", true);
    check("<rdf:RDF>", true);
    check("<!DOCTYPE html><html><body>rss</body></html>", false);
    check("<rssx/>", false);
    check("rss <rss/>", false);
    check("{\"rss\":1}", false);
    check("", false);
    let html: Result<_, OpenError> = read_bytes(b"<html>", &ReadOptions::default(), &mut Found::default());
    assert!(html.is_err());
}

#[test]
fn letters_are_those_that_the_feed_declares() {
    let declared = |encoding: &str| format!("<?xml version=\"1.0\" encoding='{encoding}'?>");
    let with = |encoding: &str, letter: &[u8]| {
        let before = format!(
            "{}<rss><item><guid>u:1</guid><pubDate>2017-03-07</pubDate><title>gr",
            declared(encoding)
        );
        [before.as_bytes(), letter, b"n</title></item></rss>"].concat()
    };
    assert_eq!(read(&with("ISO-8859-1", b"\xfc")).0, ["u:1 gr\u{fc}n"]);
    assert_eq!(read(&with("utf-8", "ü".as_bytes())).0, ["u:1 grün"]);
    let (posts, reasons) = read(&with("utf-8", b"\xfc"));
    assert!(posts.is_empty());
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[1].contains("not UTF-8"));
}

#[test]
fn damage_costs_what_is_damaged() {
    let feed = |inside: &str| format!("<rss><channel>{}{inside}{}</channel></rss>", item(1, ""), item(3, ""));
    let ids =
        |feed: &str| read(feed.as_bytes()).0.iter().map(|post| post.trim().to_owned()).collect::<Vec<_>>();
    for broken in ["<item><title>a</b></title></item>", "<item><title></item>", "<item><p></item>"] {
        let found = ids(&feed(broken));
        assert!(found.contains(&"https://a.example/1".to_owned()), "{broken}");
        assert!(found.contains(&"https://a.example/3".to_owned()), "{broken}: {found:?}");
    }
    // As many broken ones as anybody likes take no longer than a hundred.
    let many = "<item><p>".repeat(20_000);
    assert_eq!(read(feed(&many).as_bytes()).1.len(), MAX_BROKEN);
}

#[test]
fn nothing_grows_and_nothing_nests_too_deep() {
    let bomb = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
    let title = "<title>&b;</title>";
    assert_eq!(
        read(format!("{bomb}<rss>{}</rss>", item(1, title)).as_bytes()).0,
        ["https://a.example/1 &b;"]
    );
    let deep = format!("<description>{}{}</description>", "<div>".repeat(100_000), "</div>".repeat(100_000));
    assert_eq!(read(format!("<rss>{}</rss>", item(1, &deep)).as_bytes()).0.len(), 1);
    let around = format!("{}{}{}", "<rss>".repeat(50_000), item(1, ""), "</rss>".repeat(50_000));
    assert_eq!(read(around.as_bytes()).0.len(), 1);
    let long = format!("<title>{}</title>", "x".repeat(MAX_ITEM_BYTES));
    let (posts, reasons) = read(format!("<rss>{}{}</rss>", item(1, &long), item(2, "")).as_bytes());
    assert_eq!(posts, ["https://a.example/2 "]);
    assert_eq!(reasons, ["record 1: an item longer than 4 MiB"]);
}

#[test]
fn ids_are_of_one_feed_alone() {
    #[track_caller]
    fn check(inside: &str, expected: &str) {
        let head = "<link>https://a.example/</link>";
        let feed = format!(
            "<rss><channel>{head}<item><pubDate>2017-03-07</pubDate><title>t</title>{inside}</item></channel></rss>"
        );
        assert_eq!(read(feed.as_bytes()).0, [format!("{expected} t")], "{inside}");
    }
    check("<guid>https://a.example/1</guid><link>https://a.example/2</link>", "https://a.example/1");
    check("<guid>1</guid><link>https://a.example/2</link>", "https://a.example/2");
    check("<guid>1</guid>", "https://a.example/#1");
    check("<guid>urn:x:1</guid>", "urn:x:1");
    check("", "");
}
