//! Reading `tagline.toml`: every mistake is found in one go, each with its place and what to write instead.

use super::instant::{InstantError, instant, zone};
use super::mistake::{Mistake, quoted, suggest_near};
use super::{Campaign, DataStatement, Event, Theory};
use crate::text::fold;
use crate::theory::{List, MAX_REGEXES, MAX_THEORIES};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::ops::Range;
use toml_edit::{Document, Item, TableLike, Value};

/// Largest rule file. A thousand theories of fifty terms stay below it; what is larger is some other file.
pub const MAX_RULE_FILE_BYTES: u64 = 4 << 20;
/// Ids that tables and files use for rows of their own.
pub const RESERVED_IDS: [&str; 4] = ["all", "several", "unmatched", "other"];
/// What `complete` may say.
pub const COMPLETE_WORDS: [&str; 5] = ["yes", "random sample", "sample", "no", "unknown"];

/// More mistakes than this help nobody.
const MAX_MISTAKES: usize = 100;
/// Longest id of a theory: it becomes a column name and part of file names.
const MAX_ID_CHARS: usize = 64;

const CAMPAIGN_KEYS: &[&str] = &["name", "tags", "words", "zone", "since", "until"];
const DATA_KEYS: &[&str] =
    &["who", "selected_by", "covers", "complete", "source_url", "deletions", "deletions_reason"];
const THEORY_KEYS: &[&str] = &["id", "label", "means", "any", "all", "none", "regex"];
const EVENT_KEYS: &[&str] = &["at", "label", "url"];

/// Reads the text of a rule file; all mistakes at once, in the order of the file.
pub fn read_campaign(source: &str) -> Result<Campaign, Vec<Mistake>> {
    let document = Document::parse(source).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        vec![Mistake::at(source, &span, format!("this is not TOML: {message}"), None)]
    })?;
    let mut reader = Reader { source, zone: TimeZone::UTC, mistakes: Vec::new() };
    let campaign = reader.campaign(document.as_table());
    if reader.mistakes.is_empty() {
        return Ok(campaign);
    }
    reader.mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    Err(reader.mistakes)
}

/// An id made from a label: lower-case letters and digits of ASCII with `-` between them; empty if there are none.
pub fn slug(label: &str) -> String {
    let folded = fold(label);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words
        .collect::<Vec<_>>()
        .join("-")
        .chars()
        .take(MAX_ID_CHARS)
        .collect::<String>()
        .trim_end_matches('-')
        .to_owned()
}

/// Collects what is wrong while reading.
pub(super) struct Reader<'a> {
    pub(super) source: &'a str,
    zone: TimeZone,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    pub(super) fn mistake(&mut self, span: &Range<usize>, message: String, fix: Option<String>) {
        if self.mistakes.len() < MAX_MISTAKES {
            self.mistakes.push(Mistake::at(self.source, span, message, fix));
        }
    }

    fn campaign(&mut self, root: &dyn TableLike) -> Campaign {
        self.known_keys(root, "the file", &["campaign", "data", "purpose", "theory", "event"]);
        let mut campaign = Campaign { zone: "UTC".to_owned(), ..Campaign::default() };
        if let Some((table, _)) = self.table(root, "campaign") {
            self.head(table, &mut campaign);
        }
        if let Some((table, _)) = self.table(root, "data") {
            campaign.data = Some(self.data(table));
            campaign.deletions = self.deletions(table);
        }
        campaign.purpose = self.table(root, "purpose").map(|(table, span)| self.purpose(table, &span));
        let theories = self.tables(root, "theory");
        if let Some((_, span)) = theories.get(MAX_THEORIES) {
            self.mistake(span, format!("there are more than {MAX_THEORIES} theories"), None);
        }
        for (table, span) in theories.into_iter().take(MAX_THEORIES) {
            let theory = self.theory(table, &span, &campaign.theories);
            campaign.theories.push(theory);
        }
        let regexes: usize = campaign.theories.iter().map(|theory| theory.regex.len()).sum();
        if regexes > MAX_REGEXES {
            self.mistake(
                &(0..0),
                format!("there are {regexes} regular expressions; {MAX_REGEXES} are allowed"),
                None,
            );
        }
        for (table, span) in self.tables(root, "event") {
            campaign.events.extend(self.event(table, &span));
        }
        campaign.events.sort_by_key(|event| event.at);
        campaign
    }

    fn head(&mut self, table: &dyn TableLike, campaign: &mut Campaign) {
        self.known_keys(table, "`[campaign]`", CAMPAIGN_KEYS);
        if let Some((name, _)) = self.string(table, "name") {
            campaign.name = name;
        }
        if let Some((name, span)) = self.string(table, "zone") {
            match zone(&name) {
                Ok(zone) => {
                    zone.iana_name().unwrap_or(&name).clone_into(&mut campaign.zone);
                    self.zone = zone;
                }
                Err(error) => self.instant_mistake(&span, &error),
            }
        }
        campaign.tags = self.tags(table);
        campaign.words = self.words(table);
        let since = self.instant(table, "since");
        let until = self.instant(table, "until");
        if let (Some((since, ..)), Some((until, _, span))) = (&since, &until)
            && since >= until
        {
            let fix = Some("`until` is exclusive: write the day after the last one".to_owned());
            self.mistake(span, "`until` is not after `since`".to_owned(), fix);
        }
        campaign.since = since.map(|(_, written, _)| written);
        campaign.until = until.map(|(_, written, _)| written);
    }

    fn data(&mut self, table: &dyn TableLike) -> DataStatement {
        self.known_keys(table, "`[data]`", DATA_KEYS);
        let covers = self.strings(table, "covers");
        for (written, span) in &covers {
            let days =
                written.split_once('/').map(|(first, last)| (first.parse::<Date>(), last.parse::<Date>()));
            let fix = Some("write `2017-02-01/2017-08-31`, first and last day".to_owned());
            match days {
                Some((Ok(first), Ok(last))) if first <= last => {}
                Some((Ok(_), Ok(_))) => {
                    self.mistake(span, "the last day is before the first".to_owned(), fix);
                }
                _ => self.mistake(span, format!("not a span of days: `{}`", quoted(written)), fix),
            }
        }
        let complete = self.string(table, "complete").map(|(word, span)| {
            if !COMPLETE_WORDS.contains(&word.as_str()) {
                let words = COMPLETE_WORDS.map(|word| format!("`{word}`")).join(", ");
                let message = format!("`complete` cannot be `{}`", quoted(&word));
                self.mistake(&span, message, Some(format!("write one of {words}")));
            }
            word
        });
        DataStatement {
            who: self.string(table, "who").map(|pair| pair.0),
            selected_by: self.string(table, "selected_by").map(|pair| pair.0),
            covers: covers.into_iter().map(|pair| pair.0).collect(),
            complete,
            source_url: self.string(table, "source_url").map(|pair| pair.0),
        }
    }

    fn theory(&mut self, table: &dyn TableLike, span: &Range<usize>, before: &[Theory]) -> Theory {
        self.known_keys(table, "`[[theory]]`", THEORY_KEYS);
        let label = self.string(table, "label").map(|pair| pair.0).filter(|label| !label.trim().is_empty());
        let id = self.theory_id(table, span, label.as_deref(), before);
        let theory = Theory {
            label: label.unwrap_or_else(|| id.clone()),
            means: self.string(table, "means").map(|pair| pair.0),
            any: self.terms(table, List::Any),
            all: self.terms(table, List::All),
            none: self.terms(table, List::None),
            regex: self.terms(table, List::Regex),
            id,
        };
        if theory.any.is_empty() && theory.all.is_empty() && theory.regex.is_empty() {
            let message = "this theory has no term in `any`, `all` or `regex`, so no post can be in it";
            self.mistake(span, message.to_owned(), Some("write `any = [\"some words\"]`".to_owned()));
        }
        theory
    }

    fn theory_id(
        &mut self,
        table: &dyn TableLike,
        span: &Range<usize>,
        label: Option<&str>,
        before: &[Theory],
    ) -> String {
        let proposal = |from: &str| match slug(from) {
            slug if slug.is_empty() || RESERVED_IDS.contains(&slug.as_str()) => {
                format!("theory-{}", before.len() + 1)
            }
            slug => slug,
        };
        let Some((id, id_span)) = self.string(table, "id") else {
            if !table.contains_key("id") {
                let fix = format!("write `id = \"{}\"`", proposal(label.unwrap_or_default()));
                self.mistake(span, "this theory has no `id`".to_owned(), Some(fix));
            }
            return String::new();
        };
        let plain = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !plain || id.is_empty() || id.starts_with('-') || id.len() > MAX_ID_CHARS {
            let message = format!(
                "`{}` cannot be an id: lower-case letters, digits and `-`, at most {MAX_ID_CHARS}",
                quoted(&id)
            );
            self.mistake(&id_span, message, Some(format!("write `id = \"{}\"`", proposal(&id))));
        } else if RESERVED_IDS.contains(&id.as_str()) {
            let message = format!("the id `{id}` is reserved for a row of the tables");
            self.mistake(&id_span, message, Some(format!("write another, such as `{id}-theory`")));
        } else if before.iter().any(|theory| theory.id == id) {
            let message = format!("the id `{id}` is taken by a theory above");
            self.mistake(
                &id_span,
                message,
                Some(format!("write another, such as `{id}-{}`", before.len() + 1)),
            );
        }
        id
    }

    fn event(&mut self, table: &dyn TableLike, span: &Range<usize>) -> Option<Event> {
        self.known_keys(table, "`[[event]]`", EVENT_KEYS);
        let label = self.string(table, "label").map(|pair| pair.0).filter(|label| !label.trim().is_empty());
        if label.is_none() {
            let fix = Some("write `label = \"what happened\"`".to_owned());
            self.mistake(span, "this event has no `label`".to_owned(), fix);
        }
        if !table.contains_key("at") {
            let fix = Some("write `at = \"2017-03-07T13:00:00Z\"`".to_owned());
            self.mistake(span, "this event has no `at`".to_owned(), fix);
        }
        let (at, ..) = self.instant(table, "at")?;
        Some(Event { at, label: label?, url: self.string(table, "url").map(|pair| pair.0) })
    }

    fn instant(
        &mut self,
        table: &dyn TableLike,
        key: &str,
    ) -> Option<(crate::post::Timestamp, String, Range<usize>)> {
        let (written, span) = self.string(table, key)?;
        match instant(&written, &self.zone) {
            Ok(at) => Some((at, written, span)),
            Err(error) => {
                self.instant_mistake(&span, &error);
                None
            }
        }
    }

    fn instant_mistake(&mut self, span: &Range<usize>, error: &InstantError) {
        let fix = match error {
            InstantError::UnknownZone { near: Some(near), .. } => format!("write `{near}`"),
            InstantError::UnknownZone { .. } => {
                "write an IANA name such as `Europe/Berlin`, or `UTC`".to_owned()
            }
            _ => "write `2017-03-07`, `2017-03-07 13:00` or `2017-03-07T13:00:00Z`".to_owned(),
        };
        self.mistake(span, error.to_string(), Some(fix));
    }
}

/// Values by type: what is of another type is a mistake that names the right one.
impl Reader<'_> {
    pub(super) fn known_keys(&mut self, table: &dyn TableLike, place: &str, known: &[&str]) {
        for (key, item) in table.iter() {
            if !known.contains(&key) {
                let span =
                    table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span()).unwrap_or(0..0);
                let fix = match suggest_near(key, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "{place} may have {}",
                        known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
                    ),
                };
                self.mistake(&span, format!("unknown key `{}` in {place}", quoted(key)), Some(fix));
            }
        }
    }

    fn table<'t>(&mut self, root: &'t dyn TableLike, key: &str) -> Option<(&'t dyn TableLike, Range<usize>)> {
        let item = root.get(key)?;
        let span = item.span().unwrap_or(0..0);
        if let Some(table) = item.as_table_like() {
            return Some((table, span));
        }
        self.mistake(&span, format!("`{key}` must be a table"), Some(format!("write `[{key}]`, once")));
        None
    }

    fn tables<'t>(&mut self, root: &'t dyn TableLike, key: &str) -> Vec<(&'t dyn TableLike, Range<usize>)> {
        let Some(item) = root.get(key) else { return Vec::new() };
        let span = item.span().unwrap_or(0..0);
        if let Some(tables) = item.as_array_of_tables() {
            return tables
                .iter()
                .map(|table| (table as &dyn TableLike, table.span().unwrap_or(0..0)))
                .collect();
        }
        let inline = item.as_array().map(|array| {
            array
                .iter()
                .map(|value| (value.as_inline_table(), value.span().unwrap_or(0..0)))
                .collect::<Vec<_>>()
        });
        match inline {
            Some(values) if values.iter().all(|(table, _)| table.is_some()) => values
                .into_iter()
                .filter_map(|(table, span)| Some((table? as &dyn TableLike, span)))
                .collect(),
            _ => {
                let fix = Some(format!("write `[[{key}]]` above each"));
                self.mistake(&span, format!("`{key}` must be a list of tables"), fix);
                Vec::new()
            }
        }
    }

    /// A text. A date or time may stand without quotes.
    pub(super) fn string(&mut self, table: &dyn TableLike, key: &str) -> Option<(String, Range<usize>)> {
        let item = table.get(key)?;
        let span = item.span().unwrap_or(0..0);
        match item {
            Item::Value(Value::String(text)) => Some((text.value().clone(), span)),
            Item::Value(Value::Datetime(time)) => Some((time.value().to_string(), span)),
            Item::Value(Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => {
                let written = self.source.get(span.clone()).unwrap_or_default();
                let fix = Some(format!("put it in quotes: `{key} = \"{}\"`", quoted(written)));
                self.mistake(&span, format!("`{key}` must be a text"), fix);
                None
            }
            other => {
                let message = format!("`{key}` must be a text, not {}", type_word(other.type_name()));
                self.mistake(&span, message, Some(format!("write `{key} = \"…\"`")));
                None
            }
        }
    }

    /// A list of texts.
    pub(super) fn strings(&mut self, table: &dyn TableLike, key: &str) -> Vec<(String, Range<usize>)> {
        let Some(item) = table.get(key) else { return Vec::new() };
        let span = item.span().unwrap_or(0..0);
        let Some(array) = item.as_array() else {
            let fix = match item.as_str() {
                Some(text) => format!("write `{key} = [\"{}\"]`", quoted(text)),
                None => format!("write `{key} = [\"…\"]`"),
            };
            self.mistake(&span, format!("`{key}` must be a list of texts"), Some(fix));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for value in array {
            let span = value.span().unwrap_or_else(|| span.clone());
            if let Some(text) = value.as_str() {
                texts.push((text.to_owned(), span));
            } else {
                let fix = Some("put each in quotes".to_owned());
                self.mistake(&span, format!("`{key}` must be a list of texts"), fix);
            }
        }
        texts
    }
}

fn type_word(type_name: &str) -> &'static str {
    match type_name {
        "array" | "array of tables" => "a list",
        "table" | "inline table" => "a table",
        _ => "this",
    }
}

/// Times of the events of a file without mistakes, in the order of the file.
pub(super) fn event_times(source: &str) -> Vec<crate::post::Timestamp> {
    let Ok(document) = Document::parse(source) else { return Vec::new() };
    let mut reader = Reader { source, zone: TimeZone::UTC, mistakes: Vec::new() };
    let root = document.as_table();
    if let Some((table, _)) = reader.table(root, "campaign") {
        reader.head(table, &mut Campaign::default());
    }
    let tables = reader.tables(root, "event");
    tables.into_iter().filter_map(|(table, span)| reader.event(table, &span)).map(|event| event.at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::DeletionPolicy;
    use crate::project::purpose::PURPOSE_KEYS;

    /// `line:column message | fix` of every mistake.
    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let mistakes = read_campaign(source).err().unwrap_or_default();
        let fix = |one: &Mistake| one.fix.clone().unwrap_or_default();
        let shown: Vec<String> = mistakes
            .iter()
            .map(|one| format!("{}:{} {} | {}", one.line, one.column, one.message, fix(one)))
            .collect();
        assert_eq!(shown, expected, "{source}");
    }

    const WHOLE: &str = r##"
[campaign]
name = "Vault 7"
tags = ["#Vault7", "vault7", "Vault8"]
words = ["vault 7"]
zone = "europe/berlin"
since = 2017-02-01
until = "2017-09-01"

[data]
who = "some accounts"
covers = ["2017-02-01/2017-08-31"]
complete = "random sample"

[[theory]]
id = "cia-documents"
label = "CIA hacking tools leaked"
any = ["cia documents", "#yearzero"]
regex = ['cia\s+mole']

[[theory]]
id = "mole"
all = ["cia", "mole"]

[[event]]
at = "2017-03-08"
label = "later"

[[event]]
at = 2017-03-07T13:00:00Z
label = "Year Zero"
url = "https://example.com"
"##;

    #[test]
    fn a_whole_file_is_read() {
        let campaign = read_campaign(WHOLE).unwrap();
        assert_eq!(campaign.tags, ["Vault7", "Vault8"]);
        assert_eq!(campaign.zone, "Europe/Berlin");
        assert_eq!(campaign.since.as_deref(), Some("2017-02-01"));
        assert_eq!(campaign.data.unwrap().complete.as_deref(), Some("random sample"));
        assert_eq!(campaign.theories[0].regex, [r"cia\s+mole"]);
        assert_eq!(campaign.theories[1].label, "mole");
        let times: Vec<String> = campaign.events.iter().map(|event| event.at.to_string()).collect();
        assert_eq!(times, ["2017-03-07T13:00:00Z", "2017-03-07T23:00:00Z"]);
        assert_eq!(read_campaign("").unwrap().zone, "UTC");
        assert_eq!(read_campaign("[data]").unwrap().data, Some(DataStatement::default()));
        assert_eq!(read_campaign("\u{feff}[data]\r\n").unwrap().data, Some(DataStatement::default()));
        let inline = "event = [{at = \"2017-03-07\", label = \"x\"}]";
        assert_eq!(read_campaign(inline).unwrap().events.len(), 1);
    }

    #[test]
    fn unknown_keys_are_mistakes() {
        check("[campain]", &["1:2 unknown key `campain` in the file | did you mean `campaign`?"]);
        check("[campaign]\nnam = 'x'", &["2:1 unknown key `nam` in `[campaign]` | did you mean `name`?"]);
        let keys = "`id`, `label`, `means`, `any`, `all`, `none`, `regex`";
        check(
            "[[theory]]\nid = 'a'\nany = ['b']\nkeywords = ['c']",
            &[&format!("4:1 unknown key `keywords` in `[[theory]]` | `[[theory]]` may have {keys}")],
        );
        check(
            "x = 1\n[data]\nwhom = ''",
            &[
                "1:1 unknown key `x` in the file | the file may have `campaign`, `data`, `purpose`, `theory`, `event`",
                "3:1 unknown key `whom` in `[data]` | did you mean `who`?",
            ],
        );
    }

    #[test]
    fn wrong_types_are_mistakes() {
        check("[campaign]\nname = 7", &["2:8 `name` must be a text | put it in quotes: `name = \"7\"`"]);
        check("[campaign]\nname = ['x']", &["2:8 `name` must be a text, not a list | write `name = \"…\"`"]);
        check("[campaign]\ntags = 'x'", &["2:8 `tags` must be a list of texts | write `tags = [\"x\"]`"]);
        check("[campaign]\ntags = ['x', 7]", &["2:14 `tags` must be a list of texts | put each in quotes"]);
        check(
            "[theory]\nid = 'x'",
            &["1:1 `theory` must be a list of tables | write `[[theory]]` above each"],
        );
        check("[[campaign]]", &["1:1 `campaign` must be a table | write `[campaign]`, once"]);
        check("data = 1", &["1:8 `data` must be a table | write `[data]`, once"]);
    }

    #[test]
    fn what_is_no_toml_has_a_place() {
        let cases = [("[campaign\n", 1), ("a = 1\nb = = 2", 2), ("a = 1\na = 2", 2), ("x = \"é", 1)];
        for (source, line) in cases {
            let mistakes = read_campaign(source).unwrap_err();
            assert_eq!(mistakes[0].line, line, "{source:?}: {mistakes:?}");
            assert!(mistakes[0].message.starts_with("this is not TOML: "));
        }
    }

    #[test]
    fn ids_are_checked() {
        let rule = |id: &str| format!("[[theory]]\nid = '{id}'\nany = ['b']\n");
        let bad = |id: &str, fix: &str| {
            let what = "cannot be an id: lower-case letters, digits and `-`, at most 64";
            check(&rule(id), &[&format!("2:6 `{id}` {what} | write `id = \"{fix}\"`")]);
        };
        bad("CIA Documents", "cia-documents");
        bad("選挙", "theory-1");
        bad("", "theory-1");
        bad("-a", "a");
        check(
            &rule("other"),
            &[
                "2:6 the id `other` is reserved for a row of the tables | write another, such as `other-theory`",
            ],
        );
        check(
            &(rule("a") + &rule("a")),
            &["5:6 the id `a` is taken by a theory above | write another, such as `a-2`"],
        );
        check(
            "[[theory]]\nlabel = 'A b!'\nany = ['b']",
            &["1:1 this theory has no `id` | write `id = \"a-b\"`"],
        );
        let no_terms = "this theory has no term in `any`, `all` or `regex`, so no post can be in it";
        check(
            "[[theory]]\nid = 'a'\nnone = ['b']",
            &[&format!("1:1 {no_terms} | write `any = [\"some words\"]`")],
        );
    }

    #[test]
    fn terms_are_checked_in_place() {
        let rule = |terms: &str| format!("[[theory]]\nid = 'a'\n{terms}");
        check(&rule("any = ['x', '']"), &["3:13 the term is empty | write a word, or remove the term"]);
        let group = "the regular expression is wrong: unclosed group";
        check(&rule("regex = ['cia (mole']"), &[&format!("3:15 {group} | ")]);
        check(&rule("regex = ['''x(''']"), &[&format!("3:14 {group} | ")]);
        check(&rule(r#"regex = ["\\d("]"#), &[&format!("3:10 {group} | ")]);
        check(
            &rule("any = ['https://a.b/c']"),
            &["3:8 addresses are taken out of the text, so this term can match nothing | write `url:a.b/c`"],
        );
        let tag = "a tag has letters, digits and `_` only, and at least one letter; words go into `words`";
        check(
            "[campaign]\ntags = ['vault 7', '9', '']",
            &[
                &format!("2:9 `vault 7` is no tag | {tag}"),
                &format!("2:20 `9` is no tag | {tag}"),
                "2:25 `` is no tag | write a tag, or remove it",
            ],
        );
    }

    #[test]
    fn times_are_checked() {
        let forms = "write `2017-03-07`, `2017-03-07 13:00` or `2017-03-07T13:00:00Z`";
        check("[campaign]\nzone = 'Berlin'", &["2:8 unknown time zone `Berlin` | write `Europe/Berlin`"]);
        check("[campaign]\nsince = 'soon'", &[&format!("2:9 not a date or time: `soon` | {forms}")]);
        check(
            "[campaign]\nsince = '2017-02-01'\nuntil = '2017-02-01'",
            &["3:9 `until` is not after `since` | `until` is exclusive: write the day after the last one"],
        );
        check(
            "[[event]]\nlabel = 'x'\nat = '7 March'",
            &[&format!("3:6 not a date or time: `7 March` | {forms}")],
        );
        check(
            "[[event]]",
            &[
                "1:1 this event has no `label` | write `label = \"what happened\"`",
                "1:1 this event has no `at` | write `at = \"2017-03-07T13:00:00Z\"`",
            ],
        );
        let covers = "write `2017-02-01/2017-08-31`, first and last day";
        check(
            "[data]\ncovers = ['2017', '2017-02-02/2017-02-01']\ncomplete = 'maybe'",
            &[
                &format!("2:11 not a span of days: `2017` | {covers}"),
                &format!("2:19 the last day is before the first | {covers}"),
                "3:12 `complete` cannot be `maybe` | write one of `yes`, `random sample`, `sample`, `no`, `unknown`",
            ],
        );
    }

    #[test]
    fn what_becomes_of_deleted_posts_is_checked() {
        let policy = |source: &str| read_campaign(source).unwrap().deletions;
        assert_eq!(policy(""), DeletionPolicy::Blank);
        assert_eq!(policy("[data]\ndeletions = 'drop'"), DeletionPolicy::Drop);
        let kept = "[data]\ndeletions = 'keep'\ndeletions_reason = 'statements of a public office'";
        assert_eq!(policy(kept), DeletionPolicy::Keep);
        let words = "write one of `blank`, `drop`, `keep`";
        check("[data]\ndeletions = 'no'", &[&format!("2:13 `deletions` cannot be `no` | {words}")]);
        let reason = "write `deletions_reason = \"…\"`, or `deletions = \"blank\"`";
        for source in ["[data]\ndeletions = 'keep'", "[data]\ndeletions = 'keep'\ndeletions_reason = ' '"] {
            check(source, &[&format!("2:13 `keep` needs a reason | {reason}")]);
        }
    }

    #[test]
    fn a_purpose_is_whole() {
        check(
            "[purpose]\nwhy = ''\ncontroller = 'me'\nretention = 'soon'\ncontact = 'me'\nwhom = ''",
            &[
                "1:1 `[purpose]` has no `legal_basis` | write `legal_basis = \"…\"`",
                "2:7 `why` cannot be `` | say it in a few words",
                "4:13 `retention` cannot be `soon` | write the last day on which posts are kept: `2028-12-31`",
                "5:11 `contact` cannot be `me` | write a mail address (`desk@example.org`) or one that begins with `https://`",
                "6:1 unknown key `whom` in `[purpose]` | did you mean `why`?",
            ],
        );
        assert_eq!(read_campaign("").unwrap().purpose, None);
    }

    #[test]
    fn too_many_are_refused() {
        let rules: Vec<String> =
            (0..=MAX_THEORIES).map(|n| format!("[[theory]]\nid = 't{n}'\nany = ['b']\n")).collect();
        let rules = rules.concat();
        check(&rules, &[&format!("{}:1 there are more than 1000 theories | ", MAX_THEORIES * 3 + 1)]);
        assert_eq!(read_campaign(&"[[event]]\n".repeat(500)).unwrap_err().len(), MAX_MISTAKES);
    }

    #[test]
    fn every_key_has_its_heading_in_the_manual() {
        let manual = include_str!("../../docs/campaign.md");
        for key in [CAMPAIGN_KEYS, DATA_KEYS, PURPOSE_KEYS, THEORY_KEYS, EVENT_KEYS].concat() {
            let quoted = format!("`{key}`");
            assert!(manual.lines().any(|line| line.starts_with("### ") && line.contains(&quoted)), "{key}");
        }
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("CIA: Hacking Tools (leaked)!"), "cia-hacking-tools-leaked");
        assert_eq!(slug("選挙"), "");
        assert!(slug(&"ab ".repeat(100)).len() <= MAX_ID_CHARS);
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(
            source in "(\\[campaign\\]\n|\\[\\[theory\\]\\]\n|id|any|at|zone|=|\"|'|\\[|\\]|\n|é|a|\\(|\\*|#|1|\\PC){0,30}"
        ) {
            let _ = read_campaign(&source);
        }
    }
}
