//! What the person wants of the files in one import, besides what the campaign selects: a span, tags, languages. Pure.

use crate::post::{Draft, Timestamp};
use crate::text::tags;
use std::fmt::Write as _;

/// Which posts one import takes; the others are counted as unselected. The default takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// Normalised, sorted.
    tags: Vec<String>,
    /// Lower case, sorted.
    langs: Vec<String>,
}

impl Wanted {
    /// Posts from `since` on and before `until`, with any of the tags (if there are any), in any of the languages (if there are any). A tag that
    /// can be none is given back as the error.
    pub fn new(
        since: Option<Timestamp>,
        until: Option<Timestamp>,
        tags: &[String],
        langs: &[String],
    ) -> Result<Self, String> {
        let normalised = |tag: &String| tags::normalise(tag).ok_or_else(|| tag.clone());
        let mut tags = tags.iter().map(normalised).collect::<Result<Vec<_>, _>>()?;
        let mut langs: Vec<String> = langs.iter().map(|lang| lang.trim().to_lowercase()).collect();
        for list in [&mut tags, &mut langs] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(Self { since, until, tags, langs })
    }

    /// Why a settled post is left out, if it is.
    pub(crate) fn leaves_out(&self, post: &Draft<'_>) -> Option<&'static str> {
        let at = post.posted_at;
        if self.since.is_some_and(|since| at < since) {
            Some("before --since")
        } else if self.until.is_some_and(|until| at >= until) {
            Some("not before --until")
        } else if !self.tags.is_empty()
            && !post.tags.iter().any(|tag| self.tags.iter().any(|known| known == tag))
        {
            Some("without a --tag")
        } else if !self.langs.is_empty() && !self.speaks(post.lang.as_deref()) {
            Some("not in a --lang")
        } else {
            None
        }
    }

    /// `en` wants `en-US` too; a post that does not say its language is in none.
    fn speaks(&self, lang: Option<&str>) -> bool {
        let Some(lang) = lang.map(str::to_lowercase) else { return false };
        let is = |wanted: &String| {
            lang.strip_prefix(wanted.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
        };
        self.langs.iter().any(is)
    }

    /// All of it in one line, for the ledger; empty if all is wanted.
    pub(crate) fn describe(&self) -> String {
        let mut line = String::new();
        let edges = [("since", self.since), ("until", self.until)];
        for (name, edge) in edges.into_iter().filter_map(|(name, edge)| Some((name, edge?))) {
            // Writing into a string cannot fail.
            let _ = write!(line, " {name}={edge}");
        }
        for (name, list) in [("tags", &self.tags), ("langs", &self.langs)] {
            if !list.is_empty() {
                let _ = write!(line, " {name}={}", list.join(","));
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[track_caller]
    fn check(wanted: &Wanted, lang: Option<&'static str>, expected: Option<&str>) {
        let post = Draft {
            posted_at: at("2017-03-07T13:00:00Z"),
            tags: vec!["vault7".into(), "wikileaks".into()],
            lang: lang.map(Into::into),
            ..Draft::default()
        };
        assert_eq!(wanted.leaves_out(&post), expected, "{wanted:?} {lang:?}");
    }

    #[test]
    fn spans_are_half_open() {
        let noon = at("2017-03-07T13:00:00Z");
        let later = at("2017-03-07T13:00:00.001Z");
        let span = |since, until| Wanted::new(since, until, &[], &[]).unwrap();
        check(&Wanted::default(), None, None);
        check(&span(Some(noon), Some(later)), None, None);
        check(&span(Some(later), None), None, Some("before --since"));
        check(&span(None, Some(noon)), None, Some("not before --until"));
    }

    #[test]
    fn tags_are_folded_and_languages_have_regions() {
        let own = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
        let tags = |list: &[&str]| Wanted::new(None, None, &own(list), &[]).unwrap();
        check(&tags(&["#Vault7"]), None, None);
        check(&tags(&["vault8", "WIKILEAKS"]), None, None);
        check(&tags(&["vault"]), None, Some("without a --tag"));
        assert_eq!(Wanted::new(None, None, &own(&["#", "a"]), &[]), Err("#".to_owned()));
        let langs = |list: &[&str]| Wanted::new(None, None, &[], &own(list)).unwrap();
        check(&langs(&["en"]), Some("en"), None);
        check(&langs(&["de", "EN"]), Some("en-US"), None);
        check(&langs(&["en"]), Some("enm"), Some("not in a --lang"));
        check(&langs(&["en-us"]), Some("en"), Some("not in a --lang"));
        check(&langs(&["en"]), None, Some("not in a --lang"));
    }

    #[test]
    fn what_is_wanted_is_said_in_one_line() {
        assert_eq!(Wanted::default().describe(), "");
        let wanted =
            Wanted::new(Some(at("2017-03-01T00:00:00Z")), None, &["B".into(), "#a".into()], &["En".into()])
                .unwrap();
        assert_eq!(wanted.describe(), " since=2017-03-01T00:00:00Z tags=a,b langs=en");
    }
}
