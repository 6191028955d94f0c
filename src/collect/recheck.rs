//! Which posts to look at again: the newest of a platform that are not known to be gone.

use crate::post::{MAX_TIMESTAMP, MIN_TIMESTAMP, Timestamp};
use crate::store::{Columns, Groups, Store, StoreError, StoredBlock};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Most posts looked at again in one run: a day of polite asking. `--since` and `--until` choose others.
pub const MAX_RECHECK: usize = 20_000;

/// Ids, and whose they are, of the newest posts of a platform in a span, oldest first, that `of_host` wants; at most [`MAX_RECHECK`].
pub fn to_recheck(
    store: &dyn Store,
    platform: &str,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    of_host: &dyn Fn(&str) -> bool,
) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let span = since.unwrap_or(MIN_TIMESTAMP)..until.unwrap_or(MAX_TIMESTAMP);
    let mut found: VecDeque<(String, Option<String>)> = VecDeque::new();
    let mut look = |block: &StoredBlock| -> Result<(), StoreError> {
        let posts: Columns = block.decode()?;
        let wanted = posts.iter().filter(|post| {
            post.platform == platform && !post.deleted && span.contains(&post.posted_at) && of_host(post.id)
        });
        for post in wanted {
            if found.len() >= MAX_RECHECK {
                found.pop_front();
            }
            found.push_back((post.id.to_owned(), post.author.id.map(str::to_owned)));
        }
        Ok(())
    };
    let mut failure = None;
    store.scan(span.clone(), Groups::WHO.into(), &mut |block| match look(&block) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    })?;
    failure.map_or(Ok(found.into()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Post;
    use crate::store::{Batch, memory_store};

    #[test]
    fn posts_of_the_platform_and_host_that_are_not_gone() {
        let store = memory_store().unwrap();
        let mut posts = Columns::new();
        for (at, platform, id, deleted) in [
            (1000, "fediverse", "https://a.example/1", false),
            (2000, "fediverse", "https://b.example/2", false),
            (3000, "fediverse", "https://a.example/3", true),
            (4000, "bluesky", "https://a.example/4", false),
            (5000, "fediverse", "https://a.example/5", false),
        ] {
            let posted_at = Timestamp::from_millis_unchecked(1_488_891_600_000 + at);
            let (platform, id) = (platform.to_owned(), id.to_owned());
            posts.push(&Post { platform, id, posted_at, deleted, ..Post::default() });
        }
        store.put(&Batch::of(posts)).unwrap();
        let of_a = |id: &str| id.starts_with("https://a.example/");
        let found = to_recheck(&*store, "fediverse", None, None, &of_a).unwrap();
        let ids =
            |found: &[(String, Option<String>)]| found.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&found), ["https://a.example/1", "https://a.example/5"]);
        let since = Some(Timestamp::from_millis_unchecked(1_488_891_600_000 + 1001));
        let found = to_recheck(&*store, "fediverse", since, None, &of_a).unwrap();
        assert_eq!(ids(&found), ["https://a.example/5"]);
    }
}
