//! A page of posts that was cut: closed again behind its last whole post.

/// Deepest nesting followed: serde reads no deeper.
const MAX_DEPTH: usize = 128;

/// An open bracket.
struct Open<'t> {
    is_list: bool,
    /// The key that it is the value of; none inside a list.
    key: &'t str,
    /// In a list: behind its last whole object.
    whole: Option<usize>,
}

/// The text up to the last whole object of the outermost open list under one of the keys `lists`, and closed there. `None` if there is no
/// such list or nothing whole in it: half a post is none.
pub(super) fn closed(text: &str, lists: &[&str]) -> Option<String> {
    if lists.is_empty() {
        return None;
    }
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut key = "";
    let mut string = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match (string, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(start), b'"') => {
                key = text.get(start..at)?;
                string = None;
            }
            (None, b'"') => string = Some(at + 1),
            (None, b'{' | b'[') => {
                if open.len() == MAX_DEPTH {
                    return None;
                }
                open.push(Open { is_list: byte == b'[', key: std::mem::take(&mut key), whole: None });
            }
            (None, b'}' | b']') => {
                open.pop()?;
                if let Some(list) = open.last_mut().filter(|outer| outer.is_list && byte == b'}') {
                    list.whole = Some(at + 1);
                }
            }
            (None, b',') => key = "",
            _ => {}
        }
    }
    let found = open.iter().position(|open| open.whole.is_some() && lists.contains(&open.key))?;
    let mut page = text.get(..open.get(found)?.whole?)?.to_owned();
    page.extend(open.iter().take(found + 1).rev().map(|open| if open.is_list { ']' } else { '}' }));
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(closed(text, &["data", "children"]).as_deref(), expected, "{text}");
    }

    #[test]
    fn whole_posts_of_a_cut_page_are_kept() {
        check(r#"{"data":[{"id":1},{"id":2},{"id"#, Some(r#"{"data":[{"id":1},{"id":2}]}"#));
        check(r#"{"data":[{"id":1}],"includes":{"users":[{"#, None);
        check(r#"{"data":{"children":[{"a":[{}]},{"a":[{},{"#, Some(r#"{"data":{"children":[{"a":[{}]}]}}"#));
        check(r#"{"data":[{"a":"\"]}"},"#, Some(r#"{"data":[{"a":"\"]}"}]}"#));
    }

    #[test]
    fn half_a_post_is_none() {
        check(r#"{"id":1,"text":"a","urls":[{"u":1},{"#, None);
        check(r#"{"data":[{"id":1,"urls":[{"u":1},{"#, None);
        check(r#"{"a":"data","b":[{"id":1},{"#, None);
        check("", None);
        check("}]", None);
        check(&"[".repeat(500), None);
    }
}
