//! Which posts belong to a campaign at all: those with one of its tags or words.

use super::compile::{List, ReadTheory, RuleError, RuleErrorKind};
use super::hash::selection_hash;
use super::matcher::{Matcher, PostText, Scratch};
use super::term::Term;
use crate::project::Campaign;
use crate::text::tags;

/// A campaign's tags and words, compiled. With neither, every post is selected.
#[derive(Debug)]
pub struct Selection {
    matcher: Option<Matcher>,
    hash: String,
}

impl Selection {
    /// Compiles the tags and words of a campaign, as written.
    pub fn compile(campaign: &Campaign) -> Result<Self, RuleError> {
        let error = |kind| RuleError { theory: "campaign".to_owned(), kind };
        let tags: Vec<String> = campaign.tags.iter().filter_map(|tag| tags::normalise(tag)).collect();
        let mut read: ReadTheory =
            tags.iter().map(|tag| (List::Any, format!("#{tag}"), Term::Tag(tag.clone()))).collect();
        for word in &campaign.words {
            let term = Term::parse(word)
                .map_err(|cause| error(RuleErrorKind::Term { list: List::Any, term: word.clone(), cause }))?;
            read.push((List::Any, word.clone(), term));
        }
        let matcher =
            if read.is_empty() { None } else { Some(Matcher::from_read(vec![read]).map_err(error)?) };
        Ok(Self { matcher, hash: selection_hash(&tags, &campaign.words) })
    }

    /// Buffers for [`Self::selects`].
    pub fn scratch(&self) -> Scratch {
        self.matcher.as_ref().map_or_else(Scratch::default, Matcher::scratch)
    }

    /// Whether every post is selected.
    pub fn is_everything(&self) -> bool {
        self.matcher.is_none()
    }

    /// Whether [`PostText::links`] must be filled.
    pub fn needs_links(&self) -> bool {
        self.matcher.as_ref().is_some_and(Matcher::needs_links)
    }

    /// Whether the post belongs to the campaign.
    pub fn selects(&self, post: PostText<'_>, scratch: &mut Scratch) -> bool {
        self.matcher.as_ref().is_none_or(|matcher| matcher.any_term_of(post, scratch))
    }

    /// Hash of tags and words, whatever their order. 32 hexadecimal digits.
    pub fn hash(&self) -> String {
        self.hash.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tags: &[&str], words: &[&str], text: &str, post_tags: &[&str], expected: bool) {
        let own = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect();
        let campaign = Campaign { tags: own(tags), words: own(words), ..Campaign::default() };
        let selection = Selection::compile(&campaign).unwrap();
        let post = PostText { text, tags: post_tags, links: &[] };
        assert_eq!(selection.selects(post, &mut selection.scratch()), expected, "{text:?}");
    }

    #[test]
    fn tags_or_words_select() {
        check(&[], &[], "anything", &[], true);
        check(&["vault7"], &[], "see #Vault7", &[], true);
        check(&["vault7"], &[], "see Vault7", &[], false);
        check(&["vault7"], &[], "nothing", &["vault7"], true);
        check(&["vault 7"], &[], "nothing", &["vault 7"], true);
        check(&["vault7"], &["vault 7"], "the Vault-7 files", &[], true);
        check(&["vault7"], &["vault 7"], "vault7", &[], false);
    }
}
