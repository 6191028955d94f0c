//! A second look at single posts: what was deleted or edited since. Only posts of the host's own accounts, whose addresses carry the number
//! by which the host has them; a host is no witness for posts of others.

use super::page::{Item, escape};
use super::{Doing, Host};
use crate::archive::{Place, Reject};
use crate::post::{Deletion, PostId};
use crate::source::{Answer, Ending, Goal, Next, Out};

/// Why a post is not looked at again.
const NOT_OURS: &str = "not looked at again: a post of another host";
/// The same.
const NO_NUMBER: &str = "not looked at again: its address does not carry the host's own number";
/// Why an answer is not used.
const OTHER_POST: &str = "not looked at again: the host has another post under that number";
/// Longest number of a post; snowflakes have 18 digits, ULIDs 26 characters.
const MAX_NUMBER: usize = 64;

impl Host {
    /// Asks for the first post from `at` on that can be asked for.
    pub(super) fn recheck(&mut self, at: usize, out: &mut Out<'_>) -> Next {
        if !self.instance.is_known {
            // Whoever answers everything with 404 would have all posts deleted.
            let host = &self.goal.host;
            return Next::Done(Ending::Failed(format!(
                "{host} does not describe itself: what it misses is no proof"
            )));
        }
        let mut at = at;
        while let Some(uri) = self.goal.recheck.get(at) {
            match number(uri, &self.goal) {
                Ok(number) => {
                    let (path, what) =
                        (format!("/api/v1/statuses/{}", escape(number)), format!("post {number}"));
                    return self.ask(Doing::Post(at), &path, what, out.now);
                }
                Err(why) => out.posts.unselected(why),
            }
            at += 1;
        }
        Next::Done(Ending::Complete)
    }

    pub(super) fn rechecked(&mut self, at: usize, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        let Some(uri) = self.goal.recheck.get(at) else { return Next::Done(Ending::Complete) };
        match answer.status {
            200..300 => match Item::read(answer.body) {
                Some(item) if item.uri == *uri => out.read(self.parser.as_ref(), answer.body),
                Some(_) => out.posts.unselected(OTHER_POST),
                None => out.posts.reject(reject(out, "not a post", answer.body)),
            },
            // In the API's own form: a proxy that knows no such path says nothing about the post.
            404 | 410 if answer.is_json() => {
                let post = PostId { platform: "fediverse".to_owned(), id: uri.clone() };
                out.posts.deletion(Deletion { post, posted_at: None });
            }
            status @ (401 | 403 | 422) => return Next::Done(self.not_allowed(&format!("status {status}"))),
            status => out.posts.reject(reject(out, &format!("answered with status {status}"), b"")),
        }
        self.recheck(at + 1, out)
    }
}

fn reject(out: &Out<'_>, reason: &str, body: &[u8]) -> Reject {
    Reject::new(Place::Record(out.record + 1), reason, body)
}

/// Whether the host can be asked about a post.
pub(super) fn is_ours(uri: &str, goal: &Goal) -> bool {
    number(uri, goal).is_ok()
}

/// The host's own number in a post's address: `https://HOST/users/NAME/statuses/NUMBER`, since 4.5 `https://HOST/ap/users/NUMBER/statuses/NUMBER`.
/// Other servers' addresses look otherwise, and their numbers are none of the API.
fn number<'u>(uri: &'u str, goal: &Goal) -> Result<&'u str, &'static str> {
    let path = uri.strip_prefix(goal.url("/").as_str()).ok_or(NOT_OURS)?;
    let account = path.strip_prefix("ap/users/").or_else(|| path.strip_prefix("users/")).ok_or(NO_NUMBER)?;
    let (name, number) = account.split_once("/statuses/").ok_or(NO_NUMBER)?;
    let number = number.strip_suffix("/activity").unwrap_or(number);
    let is_one =
        !number.is_empty() && number.len() <= MAX_NUMBER && number.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_one && !name.contains('/') { Ok(number) } else { Err(NO_NUMBER) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_addresses_of_the_host() {
        let goal = Goal { host: "one.example".to_owned(), ..Goal::default() };
        let check =
            |uri: &str, expected: Result<&str, &str>| assert_eq!(number(uri, &goal), expected, "{uri}");
        check("https://one.example/users/demo_a/statuses/108000000000000001", Ok("108000000000000001"));
        check("https://one.example/ap/users/117/statuses/108", Ok("108"));
        check("https://one.example/users/demo_a/statuses/108/activity", Ok("108"));
        check("https://two.example/users/demo_a/statuses/108", Err(NOT_OURS));
        check("https://one.example.evil.example/users/demo_a/statuses/108", Err(NOT_OURS));
        for other in [
            "objects/1-2-3",
            "users/demo_a/statuses/",
            "users/demo_a/statuses/1?x=/2",
            "users/a/b/statuses/1",
            "@demo_a/1",
        ] {
            check(&format!("https://one.example/{other}"), Err(NO_NUMBER));
        }
    }
}
