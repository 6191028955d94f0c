//! Changes to the text of a rule file that leave everything else as the person wrote it: order, comments, spaces.
//!
//! What is added or removed is cut into the text itself, by the places that the parser gives; nothing is written out anew.

use super::purpose::is_said;
use super::read::read_campaign;
use super::{DataStatement, Mistake, Purpose, Theory};
use crate::post::Timestamp;
use std::ops::Range;
use toml_edit::{Array, Document, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// The rule file with one event more, at its end.
pub fn add_event(
    source: &str,
    at: Timestamp,
    label: &str,
    url: Option<&str>,
) -> Result<String, Vec<Mistake>> {
    read_campaign(source)?;
    let mut pairs = vec![("at", Value::from(at.to_string())), ("label", Value::from(label))];
    pairs.extend(url.map(|url| ("url", Value::from(url))));
    if let Some(mut document) = with_inline(source, "event") {
        let event: InlineTable = pairs.into_iter().collect();
        if let Some(events) = document.get_mut("event").and_then(Item::as_array_mut) {
            events.push(event);
        }
        return checked(document.to_string());
    }
    checked(append_section(source, "[[event]]", &pairs))
}

/// The rule file with one theory more, at its end. Lists without terms are left out.
pub fn add_theory(source: &str, theory: &Theory) -> Result<String, Vec<Mistake>> {
    read_campaign(source)?;
    let mut pairs = vec![("id", Value::from(&theory.id)), ("label", Value::from(&theory.label))];
    pairs.extend(theory.means.as_ref().map(|means| ("means", Value::from(means))));
    let lists =
        [("any", &theory.any), ("all", &theory.all), ("none", &theory.none), ("regex", &theory.regex)];
    for (name, terms) in lists.into_iter().filter(|(_, terms)| !terms.is_empty()) {
        pairs.push((name, Value::from(terms.iter().collect::<Array>())));
    }
    if let Some(mut document) = with_inline(source, "theory") {
        let theory: InlineTable = pairs.into_iter().collect();
        if let Some(theories) = document.get_mut("theory").and_then(Item::as_array_mut) {
            theories.push(theory);
        }
        return checked(document.to_string());
    }
    checked(append_section(source, "[[theory]]", &pairs))
}

/// The rule file without the event at `index` in the order of time; `None` if there is none.
pub fn remove_event(source: &str, index: usize) -> Result<Option<String>, Vec<Mistake>> {
    let campaign = read_campaign(source)?;
    // The campaign has its events sorted by time (stably): find which one of the file it is.
    let Some(at) = file_position(source, index, campaign.events.len()) else { return Ok(None) };
    if let Some(mut document) = with_inline(source, "event") {
        if let Some(events) = document.get_mut("event").and_then(Item::as_array_mut) {
            events.remove(at);
        }
        return checked(document.to_string()).map(Some);
    }
    let document = Document::parse(source).ok();
    let tables =
        document.as_ref().and_then(|document| document.get("event")).and_then(Item::as_array_of_tables);
    let Some(lines) = tables.and_then(|tables| tables.get(at)).and_then(|table| lines_of(source, table))
    else {
        return Ok(None);
    };
    let mut edited = source.to_owned();
    edited.replace_range(lines, "");
    checked(edited).map(Some)
}

/// The rule file with this statement about the data; an empty one says "asked, and skipped".
pub fn set_data(source: &str, data: &DataStatement) -> Result<String, Vec<Mistake>> {
    read_campaign(source)?;
    let covers = (!data.covers.is_empty()).then(|| Value::from(data.covers.iter().collect::<Array>()));
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    let values = [
        ("who", text(&data.who)),
        ("selected_by", text(&data.selected_by)),
        ("covers", covers),
        ("complete", text(&data.complete)),
        ("source_url", text(&data.source_url)),
    ];
    set_section(source, "data", &["campaign"], values.to_vec(), &|edited| {
        read_campaign(edited).is_ok_and(|campaign| campaign.data.as_ref() == Some(data))
    })
}

/// The rule file with this purpose.
pub fn set_purpose(source: &str, purpose: &Purpose) -> Result<String, Vec<Mistake>> {
    read_campaign(source)?;
    let values = purpose.parts().map(|(key, value)| (key, Some(Value::from(value))));
    set_section(source, "purpose", &["data", "campaign"], values.to_vec(), &|edited| {
        is_said(edited, purpose).unwrap_or(false)
    })
}

/// Writes the keys of a section: into it, or else as a new one below the first of some that is there.
fn set_section(
    source: &str,
    name: &str,
    below: &[&str],
    values: Vec<(&str, Option<Value>)>,
    is_right: &dyn Fn(&str) -> bool,
) -> Result<String, Vec<Mistake>> {
    let document = Document::parse(source).ok();
    if document.as_ref().is_some_and(|document| document.contains_key(name)) {
        let mut document: DocumentMut = source.parse().unwrap_or_default();
        if let Some(table) = document.get_mut(name).and_then(Item::as_table_like_mut) {
            for (key, value) in values {
                set(table, key, value);
            }
        }
        return checked(document.to_string());
    }
    let pairs: Vec<_> = values.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    let header = format!("[{name}]");
    // There is where one looks for it; if that is no plain table, the end will do.
    let table = |name: &&str| document.as_ref()?.get(name).and_then(Item::as_table);
    if let Some(lines) = below.iter().find_map(table).and_then(|table| lines_of(source, table)) {
        let (before, after) = source.split_at(lines.end);
        let edited = append_section(before, &header, &pairs)
            + if after.is_empty() { "" } else { "\n" }
            + after.trim_start_matches(['\r', '\n']);
        if is_right(&edited) {
            return Ok(edited);
        }
    }
    checked(append_section(source, &header, &pairs))
}

/// No edit may leave a file behind that cannot be read.
fn checked(edited: String) -> Result<String, Vec<Mistake>> {
    read_campaign(&edited).map(|_| edited)
}

fn append_section(source: &str, header: &str, pairs: &[(&str, Value)]) -> String {
    let mut text = source.trim_end_matches(['\r', '\n']).to_owned();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(header);
    text.push('\n');
    for (key, value) in pairs {
        text.extend([*key, " = ", value.to_string().trim(), "\n"]);
    }
    text
}

/// The file to be edited value by value, if `key` is written as `key = [{ … }]`.
fn with_inline(source: &str, key: &str) -> Option<DocumentMut> {
    let document: DocumentMut = source.parse().ok()?;
    document.get(key).is_some_and(Item::is_array).then_some(document)
}

/// Where in the file the event at `index` in the order of time stands.
fn file_position(source: &str, index: usize, events: usize) -> Option<usize> {
    // The times come from the reader itself, so the two cannot disagree.
    let times = super::read::event_times(source);
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by_key(|&at| times.get(at).copied());
    (order.len() == events).then(|| order.get(index).copied()).flatten()
}

/// The lines from a table's header to its last value, whole; comments above the header are not part of it.
fn lines_of(source: &str, table: &Table) -> Option<Range<usize>> {
    let header = table.span()?;
    let ends = TableLike::iter(table).filter_map(|(_, item)| item.span()).map(|span| span.end);
    let last = ends.chain([header.end]).max()?;
    let start = source.get(..header.start)?.rfind('\n').map_or(0, |at| at + 1);
    let end = last + source.get(last..)?.find('\n').map_or(source.len() - last, |at| at + 1);
    Some(start..end)
}

/// Sets or removes a key, keeping the comment behind an old value.
fn set(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    match (value, table.get_mut(key).and_then(Item::as_value_mut)) {
        (Some(mut value), Some(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        (Some(value), None) => {
            table.insert(key, Item::Value(value));
        }
        (None, _) => {
            table.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# mine
[campaign]   # head
name = 'x'  # the name

# second
[[event]]
at = '2017-03-08' # at
label = 'b'

# first
[[event]]
label = 'a'
at = '2017-03-07'

[[theory]]
id = 't'
any = ['y']  # why
# end";

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn labels(source: &str) -> Vec<String> {
        read_campaign(source).unwrap().events.into_iter().map(|event| event.label).collect()
    }

    #[test]
    fn an_added_event_leaves_all_else_as_it_was() {
        let early = at("2017-03-06T00:00:00Z");
        let edited = add_event(FILE, early, "c \"x\"\n", Some("http://a.b")).unwrap();
        assert!(edited.starts_with(FILE));
        assert_eq!(labels(&edited), ["c \"x\"\n", "a", "b"]);
        assert_eq!(labels(&add_event("", early, "c", None).unwrap()), ["c"]);
        let inline = "event = [{at = '2017-03-07', label = 'a'}] # x\n";
        let edited = add_event(inline, at("2017-03-08T00:00:00Z"), "b", None).unwrap();
        assert_eq!(labels(&edited), ["a", "b"]);
        assert!(edited.ends_with("# x\n"));
        assert!(add_event(FILE, early, " ", None).is_err());
        assert!(add_event("[campain]", early, "x", None).is_err());
    }

    #[test]
    fn events_are_removed_in_the_order_of_time() {
        let without_first = remove_event(FILE, 0).unwrap().unwrap();
        assert_eq!(labels(&without_first), ["b"]);
        assert_eq!(without_first, FILE.replace("[[event]]\nlabel = 'a'\nat = '2017-03-07'\n", ""));
        let without_second = remove_event(FILE, 1).unwrap().unwrap();
        assert_eq!(without_second, FILE.replace("[[event]]\nat = '2017-03-08' # at\nlabel = 'b'\n", ""));
        assert_eq!(remove_event(FILE, 2), Ok(None));
        let inline = "event = [{at = '2017-03-08', label = 'b'}, {at = '2017-03-07', label = 'a'}]";
        assert_eq!(labels(&remove_event(inline, 0).unwrap().unwrap()), ["b"]);
    }

    #[track_caller]
    fn check_data(source: &str, data: &DataStatement) -> String {
        let edited = set_data(source, data).unwrap();
        assert_eq!(read_campaign(&edited).unwrap().data.as_ref(), Some(data), "{edited}");
        edited
    }

    #[test]
    fn the_data_statement_is_written_and_rewritten() {
        let data = DataStatement {
            who: Some("all \"of\" them".to_owned()),
            covers: vec!["2017-02-01/2017-02-02".to_owned()],
            complete: Some("no".to_owned()),
            ..DataStatement::default()
        };
        let edited = check_data(FILE, &data);
        let added =
            "[data]\nwho = 'all \"of\" them'\ncovers = [\"2017-02-01/2017-02-02\"]\ncomplete = \"no\"\n";
        assert_eq!(edited, FILE.replace("# the name\n", &format!("# the name\n\n{added}")));
        let other = DataStatement { who: None, complete: Some("yes".to_owned()), ..data.clone() };
        let again = check_data(&edited, &other);
        assert_eq!(again, edited.replace("who = 'all \"of\" them'\n", "").replace("\"no\"", "\"yes\""));
        check_data(&again, &DataStatement::default());
        for source in [
            "",
            "campaign.name = 'x'\n",
            "campaign = {name = 'x'}\n[[event]]\nat = '2017-03-08'\nlabel = 'b'",
            "data = {}\n",
            "[campaign]",
            "[campaign]\r\nname = 'x'\r\n",
            "[campaign]\nname = '''\nx\n'''\ntags = [\n 'a', # b\n]\n# c",
        ] {
            check_data(source, &data);
            check_data(source, &DataStatement::default());
        }
    }
    #[test]
    fn what_was_said_of_deletions_stays_when_the_data_is_described() {
        let source = "[data]\ndeletions = 'drop'  # as agreed\n";
        let edited = check_data(source, &DataStatement { who: Some("x".into()), ..DataStatement::default() });
        assert!(edited.starts_with(source), "{edited}");
    }

    #[test]
    fn the_purpose_is_written_and_rewritten() {
        let mut purpose = read_campaign(Purpose::example()).unwrap().purpose.unwrap();
        purpose.why = "to see \"who\" said it\n".to_owned();
        for source in
            [FILE, "", "[campaign]\r\nname = 'x'\r\n", "[data]\n", "data = {}\n", "campaign.name = 'x'"]
        {
            let edited = set_purpose(source, &purpose).unwrap();
            assert!(is_said(&edited, &purpose).unwrap(), "{edited}");
            let other = Purpose { retention: "2030-01-01".to_owned(), ..purpose.clone() };
            let again = set_purpose(&edited, &other).unwrap();
            // Line ends become those of the file's end where a value is rewritten.
            let lines = |text: &str| text.replace("\r\n", "\n");
            assert_eq!(lines(&again), lines(&edited.replace("2028-12-31", "2030-01-01")));
        }
        assert!(set_purpose(FILE, &purpose).unwrap().starts_with("# mine\n[campaign]   # head\nname = 'x'"));
        assert!(set_purpose("", &Purpose::default()).is_err());
    }
}
