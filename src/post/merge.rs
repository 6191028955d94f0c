//! Merging two observations of one post: commutative, associative, idempotent, so that the order of imports does not matter.
//!
//! What can change (text, counts, names) is taken whole from the observation collected last; a known `collected_at` beats an unknown
//! one. Only among equals is it merged piece by piece. Filling a hole of the later one from the earlier would not be associative.

use super::{Author, Metrics, Post};

/// Merges two observations of the same post (same platform and id).
#[must_use]
pub fn merge(a: Post, b: Post) -> Post {
    let (mut new, old) = if (a.collected_at, 0) >= (b.collected_at, 0) { (a, b) } else { (b, a) };
    if new.collected_at == old.collected_at {
        merge_equals(&mut new, &old);
    }
    if (old.time_precision, std::cmp::Reverse(old.posted_at))
        > (new.time_precision, std::cmp::Reverse(new.posted_at))
    {
        new.time_precision = old.time_precision;
        new.posted_at = old.posted_at;
    }
    new.time_trust = new.time_trust.max(old.time_trust);
    new.author.id = new.author.id.max(old.author.id);
    new.url = new.url.max(old.url);
    new.lang = new.lang.max(old.lang);
    new.reply_to = new.reply_to.max(old.reply_to);
    new.repost = new.repost.max(old.repost);
    new.repost_of = new.repost_of.max(old.repost_of);
    new.quote_of = new.quote_of.max(old.quote_of);
    new.copy_of = new.copy_of.max(old.copy_of);
    new.id_derived &= old.id_derived;
    new.deleted |= old.deleted;
    new.synthetic |= old.synthetic;
    unite(&mut new.tags, old.tags);
    unite(&mut new.links, old.links);
    unite(&mut new.mentions, old.mentions);
    unite_kept(&mut new.kept, old.kept);
    new.provenance = new.provenance.min(old.provenance);
    new
}

/// Two observations of the same moment, or of unknown ones: each piece by its own rule.
fn merge_equals(new: &mut Post, old: &Post) {
    // An edit may shorten a text: what was changed later is the later state, though nobody says when it was seen.
    let rank = |post: &Post| (post.edited_at, !post.truncated, post.text.chars().count());
    if (rank(old), &old.text) > (rank(new), &new.text) {
        new.text.clone_from(&old.text);
        new.truncated = old.truncated;
    }
    new.edited_at = new.edited_at.max(old.edited_at);
    let Author { id: _, handle, name } = &old.author;
    new.author.handle = new.author.handle.take().max(handle.clone());
    new.author.name = new.author.name.take().max(name.clone());
    let Metrics { likes, reposts, replies, quotes, views } = old.metrics;
    new.metrics.likes = new.metrics.likes.max(likes);
    new.metrics.reposts = new.metrics.reposts.max(reposts);
    new.metrics.replies = new.metrics.replies.max(replies);
    new.metrics.quotes = new.metrics.quotes.max(quotes);
    new.metrics.views = new.metrics.views.max(views);
}

fn unite(new: &mut Vec<String>, old: Vec<String>) {
    if *new != old {
        new.extend(old);
        new.sort_unstable();
        new.dedup();
    }
}

/// Unites kept columns by name; of two values of one name the bytewise greater stays.
fn unite_kept(new: &mut Vec<(String, String)>, old: Vec<(String, String)>) {
    if *new != old {
        new.extend(old);
        new.sort_unstable_by(|a, b| (&a.0, std::cmp::Reverse(&a.1)).cmp(&(&b.0, std::cmp::Reverse(&b.1))));
        new.dedup_by(|later, earlier| later.0 == earlier.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Provenance, Repost, RunKey, TimePrecision, TimeTrust, Timestamp, blanked};
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn observation()(
            collected in prop::option::of(0i64..3), edited in prop::option::of(0i64..2), text in "[ab]{0,3}", truncated: bool,
            tags in prop::collection::btree_set("[xy]{1,2}", 0..3), likes in prop::option::of(0u64..3), views in prop::option::of(0u64..3),
            deleted: bool, url in prop::option::of("[uv]"), handle in prop::option::of("[hi]"), kept in prop::collection::btree_map("[kl]", "[mn]", 0..2),
            ms in 0i64..3, precision in 0usize..4, trust in 0usize..3, repost in 0usize..3, offset in 0u64..3,
        ) -> Post {
            Post {
                platform: "x".into(), id: "1".into(), url, author: Author { handle, ..Author::default() },
                posted_at: Timestamp::from_millis_unchecked(ms),
                time_trust: [TimeTrust::Indexed, TimeTrust::Claimed, TimeTrust::Id][trust],
                time_precision: [TimePrecision::Day, TimePrecision::Minute, TimePrecision::Second, TimePrecision::Millisecond][precision],
                collected_at: collected.map(Timestamp::from_millis_unchecked),
                edited_at: edited.map(Timestamp::from_millis_unchecked),
                text, truncated, tags: tags.into_iter().collect(),
                repost: [Repost::Unknown, Repost::No, Repost::Yes][repost],
                metrics: Metrics { likes, views, ..Metrics::default() }, deleted, kept: kept.into_iter().collect(),
                provenance: Provenance { run: RunKey::default(), offset }, ..Post::default()
            }
        }
    }

    proptest! {
        #[test]
        fn merging_is_commutative_associative_idempotent(a in observation(), b in observation(), c in observation()) {
            prop_assert_eq!(merge(a.clone(), b.clone()), merge(b.clone(), a.clone()));
            prop_assert_eq!(merge(merge(a.clone(), b.clone()), c.clone()), merge(a.clone(), merge(b, c)));
            prop_assert_eq!(merge(a.clone(), a.clone()), a);
        }

        #[test]
        fn what_stays_of_a_deleted_post_depends_on_no_order(a in observation(), b in observation()) {
            let last = blanked(merge(a.clone(), b.clone()));
            prop_assert_eq!(&blanked(merge(blanked(a.clone()), b.clone())), &last);
            prop_assert_eq!(&merge(blanked(a), blanked(b)), &last);
        }
    }

    fn post(collected: Option<i64>, text: &str, likes: Option<u64>) -> Post {
        Post {
            collected_at: collected.map(Timestamp::from_millis_unchecked),
            text: text.into(),
            metrics: Metrics { likes, ..Metrics::default() },
            ..Post::default()
        }
    }

    #[test]
    fn the_later_observation_wins() {
        let merged = merge(post(Some(1), "long old text", Some(9)), post(Some(2), "new", Some(3)));
        assert_eq!((merged.text.as_str(), merged.metrics.likes), ("new", Some(3)));
        let merged = merge(post(Some(1), "known", None), post(None, "unknown and longer", Some(3)));
        assert_eq!(merged.text, "known");
    }

    #[test]
    fn equals_keep_the_greater_count_and_the_whole_text() {
        let cut = Post { truncated: true, ..post(None, "a much longer text that is cut…", Some(1)) };
        let merged = merge(cut, post(None, "whole", Some(5)));
        assert_eq!((merged.text.as_str(), merged.truncated, merged.metrics.likes), ("whole", false, Some(5)));
    }

    #[test]
    fn the_later_edit_is_kept_though_it_is_shorter() {
        let edit = |at: i64, text: &str| Post {
            edited_at: Some(Timestamp::from_millis_unchecked(at)),
            ..post(None, text, None)
        };
        let merged = merge(
            edit(2, "short"),
            merge(post(None, "what was said first", None), edit(1, "a long correction")),
        );
        assert_eq!((merged.text.as_str(), merged.edited_at), ("short", edit(2, "").edited_at));
    }

    #[test]
    fn a_delete_always_wins() {
        let gone = Post { deleted: true, ..post(Some(1), "x", None) };
        assert!(merge(gone, post(Some(2), "x", None)).deleted);
    }
}
