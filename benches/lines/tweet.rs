//! Objects as X's API 1.1 gave them: streams (`text`, cut, with `extended_tweet`) and pages (`full_text`) mixed, a quarter of them
//! retweets with the whole original inside, slashes always escaped, other characters in half of the lines.

use super::body::{Body, Kind, Part, code, words};
use super::random::Draw;
use super::{Lines, civil, handle, purpose};
use std::fmt::Write as _;

const LANGS: &[&str] = &["en", "en", "en", "en", "de", "es", "fr", "ru", "und"];
const SOURCES: &[&str] = &[
    r#"<a href=\"http:\/\/twitter.com\" rel=\"nofollow\">Twitter Web Client<\/a>"#,
    r#"<a href=\"http:\/\/twitter.com\/download\/iphone\" rel=\"nofollow\">Twitter for iPhone<\/a>"#,
    r#"<a href=\"http:\/\/twitter.com\/download\/android\" rel=\"nofollow\">Twitter for Android<\/a>"#,
];
const COLOURS: &[&str] = &["C0DEED", "1DA1F2", "000000", "F5F8FA", "ABB8C2", "DDEEF6", "333333", "94D487"];
const ZONES: &[&str] = &[
    r#""utc_offset":null,"time_zone":null"#,
    r#""utc_offset":-28800,"time_zone":"Pacific Time (US & Canada)""#,
    r#""utc_offset":3600,"time_zone":"Amsterdam""#,
];
/// Longest text of the classic form, in characters.
const CLASSIC: u64 = 140;
/// A quarter of the posts passes on one among so many lines before it.
const RETWEET_WITHIN: u64 = 10_000;

/// Appends a post without its line end.
pub(super) fn write(lines: &Lines, post: u64, out: &mut Vec<u8>) {
    let mut draw = Draw::new(lines.seed, purpose::REST, post);
    let mut line = Line { out: String::with_capacity(8192), escapes: draw.chance(50) };
    let back = 1 + draw.below(RETWEET_WITHIN);
    let original = if draw.chance(25) { post.checked_sub(back) } else { None };
    line.status(lines, post, original, &mut draw);
    out.extend_from_slice(line.out.as_bytes());
}

/// A line in the making.
struct Line {
    out: String,
    /// Whether what is not ASCII is written as `\uXXXX`.
    escapes: bool,
}

/// Appends formatted text; writing into memory cannot fail.
macro_rules! put {
    ($line:expr, $($arguments:tt)*) => {{ let _ = write!($line.out, $($arguments)*); }};
}

impl Line {
    fn status(&mut self, lines: &Lines, post: u64, original: Option<u64>, draw: &mut Draw) {
        let (id, author) = (lines.id(post), lines.author_of(post));
        let body = Body::new(&mut Draw::new(lines.seed, purpose::BODY, original.unwrap_or(post)), true);
        self.out.push_str("{\"created_at\":\"");
        self.time(lines.time(post));
        put!(self, "\",\"id\":{id},\"id_str\":\"{id}\"");
        match original {
            Some(original) => {
                let passed_on = body.passed_on(lines.author_of(original)).cut(CLASSIC);
                put!(self, ",\"full_text\":");
                self.text(&passed_on.text);
                put!(self, ",\"truncated\":false,\"display_text_range\":[0,{}]", passed_on.length());
                self.entities(&passed_on, None);
            }
            None => self.texts(&body, draw),
        }
        put!(self, ",\"source\":\"{}\"", draw.pick(SOURCES));
        self.reply(lines, post, draw);
        put!(self, ",\"user\":{{");
        self.user(author, &mut Draw::new(lines.seed, purpose::USER, author));
        put!(self, "}},\"geo\":null,\"coordinates\":null,\"place\":null,\"contributors\":null");
        if let Some(original) = original {
            put!(self, ",\"retweeted_status\":");
            self.status(lines, original, None, &mut Draw::new(lines.seed, purpose::REST, original));
        }
        if draw.chance(8) && post > 0 {
            let quoted = lines.id(draw.below(post));
            put!(
                self,
                ",\"quoted_status_id\":{quoted},\"quoted_status_id_str\":\"{quoted}\",\"is_quote_status\":true"
            );
        } else {
            put!(self, ",\"is_quote_status\":false");
        }
        let (passed_on, liked) = (draw.tail() / 2, draw.tail());
        put!(
            self,
            ",\"retweet_count\":{passed_on},\"favorite_count\":{liked},\"favorited\":false,\"retweeted\":false"
        );
        put!(self, ",\"possibly_sensitive\":false,\"lang\":\"{}\"}}", draw.pick(LANGS));
    }

    /// Text and entities, as a page gives them or as a stream does, which cuts what is long and adds the whole apart.
    fn texts(&mut self, body: &Body, draw: &mut Draw) {
        let length = body.length();
        let media = draw.chance(3).then(|| draw.next() >> 2);
        if draw.chance(60) {
            put!(self, ",\"full_text\":");
            self.text(&body.text);
            put!(self, ",\"truncated\":false,\"display_text_range\":[0,{length}]");
            return self.entities(body, media);
        }
        put!(self, ",\"text\":");
        if length <= CLASSIC {
            self.text(&body.text);
            put!(self, ",\"truncated\":false");
            return self.entities(body, media);
        }
        let mut cut = body.cut(CLASSIC - 24);
        cut.link(draw);
        self.text(&cut.text);
        put!(self, ",\"truncated\":true");
        self.entities(&cut, None);
        put!(self, ",\"extended_tweet\":{{\"full_text\":");
        self.text(&body.text);
        put!(self, ",\"display_text_range\":[0,{length}]");
        self.entities(body, media);
        put!(self, "}}");
    }

    fn entities(&mut self, body: &Body, media: Option<u64>) {
        put!(self, ",\"entities\":{{\"hashtags\":[");
        self.list(body, |line, part| {
            let Kind::Tag(tag) = part.kind else { return false };
            put!(line, "{{\"text\":\"{tag}\"");
            true
        });
        put!(self, "],\"symbols\":[],\"user_mentions\":[");
        self.list(body, |line, part| {
            let Kind::Mention(author) = part.kind else { return false };
            put!(line, "{{\"screen_name\":\"{}\",\"name\":\"Demo {author}\"", handle(author));
            put!(line, ",\"id\":{0},\"id_str\":\"{0}\"", author_id(author));
            true
        });
        put!(self, "],\"urls\":[");
        self.list(body, |line, part| {
            let Kind::Link(code) = &part.kind else { return false };
            put!(line, "{{\"url\":\"https:\\/\\/t.co\\/{code}\"");
            put!(
                line,
                ",\"expanded_url\":\"https:\\/\\/example.org\\/2017\\/{code}\\/index.html?from=demo\""
            );
            put!(line, ",\"display_url\":\"example.org\\/2017\\/{code}\\u2026\"");
            true
        });
        self.out.push(']');
        let Some(media) = media else { return self.out.push('}') };
        put!(self, ",\"media\":");
        self.media(body, media);
        put!(self, "}},\"extended_entities\":{{\"media\":");
        self.media(body, media);
        self.out.push('}');
    }

    /// The parts of a text that `open` begins to write, each ended by its place.
    fn list(&mut self, body: &Body, open: impl Fn(&mut Self, &Part) -> bool) {
        let start = self.out.len();
        for part in &body.parts {
            let before = self.out.len();
            if before > start {
                self.out.push(',');
            }
            if open(self, part) {
                put!(self, ",\"indices\":[{},{}]}}", part.start, part.end);
            } else {
                self.out.truncate(before);
            }
        }
    }

    /// A picture whose short link is no longer in the text.
    fn media(&mut self, body: &Body, media: u64) {
        let (end, code) = (body.length(), media % 1_000_000);
        put!(self, "[{{\"id\":{media},\"id_str\":\"{media}\",\"indices\":[{end},{end}]");
        for scheme in ["media_url\":\"http", "media_url_https\":\"https"] {
            put!(self, ",\"{scheme}:\\/\\/img.example.org\\/media\\/C6{code}.jpg\"");
        }
        put!(self, ",\"url\":\"https:\\/\\/t.co\\/m{code}\",\"display_url\":\"pic.example.org\\/m{code}\"");
        put!(self, ",\"expanded_url\":\"https:\\/\\/example.org\\/demo\\/status\\/{media}\\/photo\\/1\"");
        put!(self, ",\"type\":\"photo\",\"sizes\":{{\"thumb\":{{\"w\":150,\"h\":150,\"resize\":\"crop\"}}");
        for (name, width) in [("small", 680), ("medium", 1200), ("large", 2048)] {
            put!(self, ",\"{name}\":{{\"w\":{width},\"h\":{},\"resize\":\"fit\"}}", width * 9 / 16);
        }
        put!(self, "}}}}]");
    }

    fn reply(&mut self, lines: &Lines, post: u64, draw: &mut Draw) {
        const NOTHING: &str = concat!(
            r#","in_reply_to_status_id":null,"in_reply_to_status_id_str":null,"in_reply_to_user_id":null"#,
            r#","in_reply_to_user_id_str":null,"in_reply_to_screen_name":null"#,
        );
        if post == 0 || !draw.chance(12) {
            return self.out.push_str(NOTHING);
        }
        let to = draw.below(post);
        let (id, author) = (lines.id(to), lines.author_of(to));
        put!(self, ",\"in_reply_to_status_id\":{id},\"in_reply_to_status_id_str\":\"{id}\"");
        put!(self, ",\"in_reply_to_user_id\":{0},\"in_reply_to_user_id_str\":\"{0}\"", author_id(author));
        put!(self, ",\"in_reply_to_screen_name\":\"{}\"", handle(author));
    }

    fn user(&mut self, author: u64, draw: &mut Draw) {
        let (id, handle) = (author_id(author), handle(author));
        put!(self, "\"id\":{id},\"id_str\":\"{id}\",\"name\":\"Demo {author}\",\"screen_name\":\"{handle}\"");
        put!(self, ",\"location\":\"{}\",\"description\":", words(draw, 2));
        let about = 2 + draw.below(6);
        let about = words(draw, about) + draw.pick(&["", "", "", "\nsays \"hello\"", " 🤔", " – déjà vu"]);
        self.text(&about);
        let site = if draw.chance(10) { Some(code(draw)) } else { None };
        match site {
            Some(code) => {
                put!(self, ",\"url\":\"https:\\/\\/t.co\\/{code}\",\"entities\":{{\"url\":{{\"urls\":[{{");
                put!(
                    self,
                    "\"url\":\"https:\\/\\/t.co\\/{code}\",\"expanded_url\":\"https:\\/\\/example.org\\/{handle}\""
                );
                put!(self, ",\"display_url\":\"example.org\\/{handle}\",\"indices\":[0,23]}}]}}");
                put!(self, ",\"description\":{{\"urls\":[]}}}}");
            }
            None => put!(self, ",\"url\":null,\"entities\":{{\"description\":{{\"urls\":[]}}}}"),
        }
        put!(self, ",\"protected\":false");
        for count in ["followers", "friends", "listed", "favourites", "statuses"] {
            put!(self, ",\"{count}_count\":{}", draw.tail() * 7 + draw.below(50));
        }
        put!(self, ",\"created_at\":\"");
        self.time(1_240_000_000_000 + draw.below(240_000_000) * 1000);
        let on = |draw: &mut Draw, percent| draw.chance(percent);
        put!(self, "\",{},\"geo_enabled\":{}", draw.pick(ZONES), on(draw, 30));
        put!(self, ",\"verified\":{},\"lang\":\"{}\"", on(draw, 2), draw.pick(LANGS));
        put!(
            self,
            ",\"contributors_enabled\":false,\"is_translator\":false,\"is_translation_enabled\":false"
        );
        put!(self, ",\"profile_background_color\":\"{}\"", draw.pick(COLOURS));
        if draw.chance(30) {
            for (key, scheme) in [("url", "http"), ("url_https", "https")] {
                put!(
                    self,
                    ",\"profile_background_image_{key}\":\"{scheme}:\\/\\/img.example.org\\/themes\\/theme1\\/bg.png\""
                );
            }
        } else {
            put!(self, ",\"profile_background_image_url\":null,\"profile_background_image_url_https\":null");
        }
        put!(self, ",\"profile_background_tile\":false");
        let (picture, name) = (draw.next() >> 24, code(draw));
        for (key, scheme) in [("image_url", "http"), ("image_url_https", "https")] {
            put!(
                self,
                ",\"profile_{key}\":\"{scheme}:\\/\\/img.example.org\\/pictures\\/{picture}\\/{name}_normal.jpg\""
            );
        }
        if draw.chance(30) {
            put!(
                self,
                ",\"profile_banner_url\":\"https:\\/\\/img.example.org\\/profile_banners\\/{id}\\/1486000000\""
            );
        }
        for part in ["link", "sidebar_border", "sidebar_fill", "text"] {
            put!(self, ",\"profile_{part}_color\":\"{}\"", draw.pick(COLOURS));
        }
        put!(self, ",\"profile_use_background_image\":true,\"has_extended_profile\":{}", on(draw, 30));
        put!(self, ",\"default_profile\":{},\"default_profile_image\":false", on(draw, 50));
        put!(
            self,
            ",\"following\":false,\"follow_request_sent\":false,\"notifications\":false,\"translator_type\":\"none\""
        );
    }

    /// `Wed Mar 08 00:37:00 +0000 2017`
    fn time(&mut self, ms: u64) {
        const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let at = civil(ms);
        let name = |list: &[&'static str], number: i8| {
            usize::try_from(number - 1).ok().and_then(|number| list.get(number)).copied().unwrap_or_default()
        };
        let (day, month) = (name(&DAYS, at.weekday().to_monday_one_offset()), name(&MONTHS, at.month()));
        let (hour, minute, second, year) = (at.hour(), at.minute(), at.second(), at.year());
        put!(self, "{day} {month} {:02} {hour:02}:{minute:02}:{second:02} +0000 {year}", at.day());
    }

    /// A JSON string.
    fn text(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' | '/' => self.out.extend(['\\', c]),
                '\n' => self.out.push_str("\\n"),
                c if c.is_ascii() || !self.escapes => self.out.push(c),
                c => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        put!(self, "\\u{unit:04x}");
                    }
                }
            }
        }
        self.out.push('"');
    }
}

fn author_id(author: u64) -> u64 {
    10_000_000 + author
}
