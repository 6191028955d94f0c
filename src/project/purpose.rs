//! What is owed to those who wrote the posts: what these are collected for (`[purpose]`), and what becomes of those that were deleted.

use super::Mistake;
use super::mistake::quoted;
use super::read::Reader;
use crate::post::{DeletionPolicy, MAX_TIMESTAMP, Timestamp};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::ops::Range;
use toml_edit::TableLike;

pub(super) const PURPOSE_KEYS: &[&str] = &["why", "controller", "legal_basis", "retention", "contact"];
/// Longest contact: it goes into the head of every request.
const MAX_CONTACT_BYTES: usize = 200;

/// Why posts are collected, by whom, on what ground, until when, and who answers for it. All five are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purpose {
    /// What the posts are for.
    pub why: String,
    /// The person or institution that decides about them.
    pub controller: String,
    /// The ground in law.
    pub legal_basis: String,
    /// The last day on which they are kept, as written: `2028-12-31`.
    pub retention: String,
    /// Where questions go: a mail address or an `https` one. Every request carries it.
    pub contact: String,
}

impl Purpose {
    /// The parts with their keys, in the order of the file.
    pub fn parts(&self) -> [(&'static str, &str); 5] {
        let Self { why, controller, legal_basis, retention, contact } = self;
        let mut values = [why, controller, legal_basis, retention, contact].into_iter();
        std::array::from_fn(|at| {
            (PURPOSE_KEYS.get(at).copied().unwrap_or_default(), values.next().map_or("", String::as_str))
        })
    }

    /// When the retention ends: the first moment of the next day, in that zone or else in UTC.
    pub fn ends(&self, zone: &str) -> Option<Timestamp> {
        let next = self.retention.parse::<Date>().ok()?.checked_add(1.day()).ok()?;
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let first = next.to_zoned(zone).ok()?.timestamp();
        // For ever, as far as anything here can carry it.
        let latest = MAX_TIMESTAMP.as_millis() - 1;
        Some(Timestamp::from_millis_unchecked(first.as_millisecond().min(latest)))
    }

    /// What is wrong with a day to keep posts until, if anything.
    pub fn retention_mistake(written: &str) -> Option<&'static str> {
        let is_day = written.len() == 10 && written.parse::<Date>().is_ok();
        (!is_day).then_some("write the last day on which posts are kept: `2028-12-31`")
    }

    /// What is wrong with a contact, if anything. It goes into the head of requests, so it has to be plain.
    pub fn contact_mistake(written: &str) -> Option<&'static str> {
        let plain = written.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>\"\\,;".contains(&byte));
        let mail =
            written.strip_prefix("mailto:").unwrap_or(written).split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.contains('@')
            });
        let address = written.strip_prefix("https://").is_some_and(|rest| rest.contains('.'));
        let right =
            plain && written.len() <= MAX_CONTACT_BYTES && (address || mail && !written.contains("://"));
        (!right).then_some("write a mail address (`desk@example.org`) or one that begins with `https://`")
    }

    /// The lines to put into the rule file, with places to fill.
    pub fn example() -> &'static str {
        "[purpose]\nwhy = \"what the posts are for\"\ncontroller = \"who decides about them: you, or your institution\"\n\
         legal_basis = \"for example: journalism, or research in the public interest\"\nretention = \"2028-12-31\"\ncontact = \"you@example.org\"\n"
    }
}

impl Reader<'_> {
    /// What becomes of deleted posts. Whoever keeps them has to say why: their authors took them back.
    pub(super) fn deletions(&mut self, table: &dyn TableLike) -> DeletionPolicy {
        let reason = self.string(table, "deletions_reason").filter(|(reason, _)| !reason.trim().is_empty());
        let Some((word, span)) = self.string(table, "deletions") else { return DeletionPolicy::default() };
        let policy = DeletionPolicy::of(&word);
        if policy.is_none() {
            let message = format!("`deletions` cannot be `{}`", quoted(&word));
            self.mistake(&span, message, Some("write one of `blank`, `drop`, `keep`".to_owned()));
        } else if policy == Some(DeletionPolicy::Keep) && reason.is_none() {
            let fix = Some("write `deletions_reason = \"…\"`, or `deletions = \"blank\"`".to_owned());
            self.mistake(&span, "`keep` needs a reason".to_owned(), fix);
        }
        policy.unwrap_or_default()
    }

    /// Reads `[purpose]`; what is missing or wrong is a mistake.
    pub(super) fn purpose(&mut self, table: &dyn TableLike, span: &Range<usize>) -> Purpose {
        self.known_keys(table, "`[purpose]`", PURPOSE_KEYS);
        let mut part = |key: &str, wrong: &dyn Fn(&str) -> Option<&'static str>| {
            if !table.contains_key(key) {
                let fix = Some(format!("write `{key} = \"…\"`"));
                self.mistake(span, format!("`[purpose]` has no `{key}`"), fix);
            }
            let Some((written, span)) = self.string(table, key) else { return String::new() };
            if let Some(fix) = wrong(&written) {
                let message = format!("`{key}` cannot be `{}`", quoted(&written));
                self.mistake(&span, message, Some(fix.to_owned()));
            }
            written
        };
        let said = |written: &str| written.trim().is_empty().then_some("say it in a few words");
        Purpose {
            why: part("why", &said),
            controller: part("controller", &said),
            legal_basis: part("legal_basis", &said),
            retention: part("retention", &Purpose::retention_mistake),
            contact: part("contact", &Purpose::contact_mistake),
        }
    }
}

/// Whether the purpose of a file is this one.
pub(super) fn is_said(source: &str, purpose: &Purpose) -> Result<bool, Vec<Mistake>> {
    super::read_campaign(source).map(|campaign| campaign.purpose.as_ref() == Some(purpose))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::read_campaign;

    #[test]
    fn contacts_are_mail_or_web_addresses() {
        for right in ["desk@example.org", "mailto:a.b+c@mail.example.org", "https://example.org/about?x=@y"] {
            assert_eq!(Purpose::contact_mistake(right), None, "{right}");
        }
        let long = format!("a@{}.org", "b".repeat(MAX_CONTACT_BYTES));
        for wrong in [
            "",
            "desk",
            "@example.org",
            "a@b",
            "http://example.org",
            "a b@c.org",
            "a@b.c\n",
            "é@a.b",
            "a@b.c)",
            &long,
        ] {
            assert!(Purpose::contact_mistake(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn retention_ends_with_its_day_in_the_campaigns_zone() {
        let ends = |retention: &str, zone: &str| {
            let purpose = Purpose { retention: retention.into(), ..Purpose::default() };
            purpose.ends(zone).map(|at| at.to_string())
        };
        assert_eq!(ends("2028-12-31", "UTC").as_deref(), Some("2029-01-01T00:00:00Z"));
        assert_eq!(ends("2028-12-31", "America/New_York").as_deref(), Some("2029-01-01T05:00:00Z"));
        // Later than any time here can be.
        assert_eq!(ends("2099-12-31", "UTC").as_deref(), Some("2099-12-31T23:59:59.999Z"));
        assert_eq!(ends("9999-12-31", "UTC"), None);
        assert_eq!(ends("soon", "UTC"), None);
        assert!(Purpose::retention_mistake("2028-12-31").is_none());
        for wrong in ["2028", "2028-02-30", "2028-12-31T00:00:00", "never"] {
            assert!(Purpose::retention_mistake(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn the_example_can_be_read() {
        let purpose = read_campaign(Purpose::example()).unwrap().purpose.unwrap();
        assert_eq!(purpose.retention, "2028-12-31");
        assert!(purpose.parts().iter().all(|(key, value)| !key.is_empty() && !value.is_empty()));
        assert_eq!(purpose.parts().map(|(key, _)| key), PURPOSE_KEYS);
    }
}
