//! Alerts while following: a theory's first post in this data, and more posts of a theory in an hour than a person set. Each once, also over
//! restarts. They carry no handle, no text, no id of a post: whoever gets one looks with `tagline posts`.

use super::clock::after;
use crate::post::Timestamp;
use crate::project::Theory;
use crate::store::{Columns, Note, NoteKey, Outcome, Store, StoreError};
use crate::theory::{Matcher, PostText, RuleError, Scratch};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// Where its state stands.
const NAME: &str = "alerts";
/// Most alerts that wait for their receiver; a webhook that is down for longer loses the oldest, and that is told.
const MAX_PENDING: usize = 1000;
/// The span of a rate.
const HOUR: Duration = Duration::from_secs(3600);
/// Most posts of one theory remembered within an hour; above every threshold that can be set.
const MAX_REMEMBERED: usize = 1_000_000;

/// When to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertRules {
    /// A theory's first post in this data.
    pub first: bool,
    /// More posts of a theory than any of these in an hour, by when they were posted.
    pub above: Vec<u32>,
}

/// What happened (`tagline.alert/1`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// `tagline.alert/1`.
    pub schema: String,
    /// The same for the same alert, also when it is sent again.
    pub id: String,
    /// `first` or `rate`.
    pub alert: String,
    /// Id of the theory.
    pub theory: String,
    /// Its name.
    pub label: String,
    /// Of a first: when the post was posted. Of a rate: our clock.
    pub at: Timestamp,
    /// Platform of a first post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Posts within an hour, of a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts: Option<u64>,
    /// The threshold that was set, of a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<u32>,
    /// Whether the post is invented.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
}

/// What is remembered over restarts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    /// Theories whose first post was told, or was there before.
    #[serde(default)]
    known: BTreeSet<String>,
    /// Rates that are above their threshold now: they are told again only after they were below.
    #[serde(default)]
    high: BTreeSet<(String, u32)>,
    /// Told to nobody yet.
    #[serde(default)]
    pending: VecDeque<Alert>,
}

/// Watches what is added.
pub struct Alerts {
    rules: AlertRules,
    theories: Vec<(String, String)>,
    matcher: Matcher,
    scratch: Scratch,
    found: Vec<u16>,
    state: State,
    /// Times of posts by theory, within the last hour.
    recent: Vec<VecDeque<Timestamp>>,
    changed: bool,
}

impl Alerts {
    /// For the theories of a campaign. `there` says of each theory when its posts of the last hour were posted, and whether it has any at all.
    pub fn open(
        store: &dyn Store,
        rules: AlertRules,
        theories: &[Theory],
        there: &BTreeMap<String, (bool, Vec<Timestamp>)>,
    ) -> Result<Self, AlertError> {
        let matcher = Matcher::compile(theories)?;
        let mut state: State = match store.note(&key())? {
            None => State::default(),
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| StoreError::Damaged(format!("the state of alerts cannot be read: {error}")))?,
        };
        let mut recent = Vec::new();
        for theory in theories {
            let (has_posts, times) = there.get(&theory.id).cloned().unwrap_or_default();
            if has_posts {
                state.known.insert(theory.id.clone());
            }
            recent.push(VecDeque::from(times));
        }
        let scratch = matcher.scratch();
        let theories = theories.iter().map(|theory| (theory.id.clone(), theory.label.clone())).collect();
        Ok(Self { rules, theories, matcher, scratch, found: Vec::new(), state, recent, changed: true })
    }

    /// Looks at posts that were just saved; only those that are new count.
    pub(super) fn look(&mut self, posts: &[Columns], outcomes: &[Outcome], now: Timestamp) {
        let views = posts.iter().flat_map(|part| (0..part.len()).map(move |row| part.view(row)));
        for (view, outcome) in views.zip(outcomes) {
            if *outcome != Outcome::Added || view.deleted {
                continue;
            }
            let tags: Vec<&str> = view.tags.collect();
            let links: Vec<&str> = view.links().collect();
            let text = PostText { text: view.text, tags: &tags, links: &links };
            self.found.clear();
            self.matcher.theories_of(text, &mut self.scratch, &mut self.found);
            for theory in std::mem::take(&mut self.found) {
                self.saw(theory.into(), view.posted_at, view.platform, view.synthetic);
            }
        }
        self.rates(now);
    }

    fn saw(&mut self, theory: usize, posted_at: Timestamp, platform: &str, synthetic: bool) {
        let Some((id, label)) = self.theories.get(theory).cloned() else { return };
        if let Some(recent) = self.recent.get_mut(theory)
            && recent.len() < MAX_REMEMBERED
        {
            recent.push_back(posted_at);
        }
        if self.rules.first && self.state.known.insert(id.clone()) {
            self.push(Alert {
                schema: SCHEMA.to_owned(),
                id: format!("first {id}"),
                alert: "first".to_owned(),
                theory: id,
                label,
                at: posted_at,
                platform: Some(platform.to_owned()),
                posts: None,
                above: None,
                synthetic,
            });
        }
    }

    fn rates(&mut self, now: Timestamp) {
        for at in 0..self.theories.len() {
            let (Some(recent), Some((id, label))) = (self.recent.get_mut(at), self.theories.get(at).cloned())
            else {
                continue;
            };
            recent.retain(|posted| after(*posted, HOUR) > now && *posted <= now);
            let posts = recent.len() as u64;
            for above in self.rules.above.clone() {
                let key = (id.clone(), above);
                if posts <= above.into() {
                    self.changed |= self.state.high.remove(&key);
                } else if self.state.high.insert(key) {
                    self.push(Alert {
                        schema: SCHEMA.to_owned(),
                        id: format!("rate {id} {above} {now}"),
                        alert: "rate".to_owned(),
                        theory: id.clone(),
                        label: label.clone(),
                        at: now,
                        platform: None,
                        posts: Some(posts),
                        above: Some(above),
                        synthetic: false,
                    });
                }
            }
        }
    }

    fn push(&mut self, alert: Alert) {
        self.changed = true;
        if self.state.pending.len() >= MAX_PENDING {
            self.state.pending.pop_front();
        }
        self.state.pending.push_back(alert);
    }

    /// Those that nobody was told yet.
    pub(super) fn pending(&self) -> impl Iterator<Item = &Alert> {
        self.state.pending.iter()
    }

    /// These were told.
    pub(super) fn told(&mut self, ids: &[String]) {
        let before = self.state.pending.len();
        self.state.pending.retain(|alert| !ids.contains(&alert.id));
        self.changed |= self.state.pending.len() != before;
    }

    /// The state to be written, if it changed.
    pub(super) fn take_note(&mut self) -> Option<Note> {
        let state = serde_json::to_vec(&self.state).unwrap_or_default();
        std::mem::take(&mut self.changed).then(|| (key(), Some(state)))
    }
}

const SCHEMA: &str = "tagline.alert/1";

fn key() -> NoteKey {
    NoteKey::Cursor(NAME.to_owned())
}

/// Why there can be no alerts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AlertError {
    /// A theory's rules are wrong.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Post;
    use crate::store::memory_store;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis_unchecked(1_488_891_600_000 + minutes * 60_000)
    }

    fn theories() -> Vec<Theory> {
        let theory = |id: &str, word: &str| Theory {
            id: id.to_owned(),
            label: id.to_uppercase(),
            any: vec![word.to_owned()],
            ..Theory::default()
        };
        vec![theory("mole", "mole"), theory("nuclear", "nuclear")]
    }

    fn look(alerts: &mut Alerts, texts: &[(&str, i64)], now: i64) {
        let mut posts = Columns::new();
        for (number, (text, minutes)) in texts.iter().enumerate() {
            posts.push(&Post {
                platform: "x".into(),
                id: number.to_string(),
                text: (*text).to_owned(),
                posted_at: at(*minutes),
                ..Post::default()
            });
        }
        alerts.look(&[posts], &vec![Outcome::Added; texts.len()], at(now));
    }

    fn ids(alerts: &Alerts) -> Vec<String> {
        alerts.pending().map(|alert| alert.id.clone()).collect()
    }

    #[test]
    fn the_first_post_of_a_theory_is_told_once_for_good() {
        let store = memory_store().unwrap();
        let rules = AlertRules { first: true, above: Vec::new() };
        let there = BTreeMap::from([("nuclear".to_owned(), (true, Vec::new()))]);
        let mut alerts = Alerts::open(&*store, rules.clone(), &theories(), &there).unwrap();
        look(&mut alerts, &[("a mole in there", 1), ("nuclear", 1), ("mole again", 2)], 3);
        assert_eq!(ids(&alerts), ["first mole"]);
        let json = serde_json::to_string(alerts.pending().next().unwrap()).unwrap();
        assert!(!json.contains("in there") && json.contains("\"label\":\"MOLE\""), "{json}");
        store.put(&crate::store::Batch { notes: alerts.take_note().into_iter().collect(), ..Default::default() }).unwrap();
        // Nobody was told before the restart: it is told then.
        let mut alerts = Alerts::open(&*store, rules, &theories(), &BTreeMap::new()).unwrap();
        assert_eq!(ids(&alerts), ["first mole"]);
        alerts.told(&["first mole".to_owned()]);
        look(&mut alerts, &[("mole", 9)], 10);
        assert_eq!(ids(&alerts), [""; 0]);
    }

    #[test]
    fn a_rate_is_told_when_it_is_passed_and_again_only_after_it_fell() {
        let store = memory_store().unwrap();
        let rules = AlertRules { first: false, above: vec![2] };
        let there = BTreeMap::from([("mole".to_owned(), (true, vec![at(-1)]))]);
        let mut alerts = Alerts::open(&*store, rules, &theories(), &there).unwrap();
        // Of the last hour are the one that was there and one more; a future time counts for nothing yet.
        look(&mut alerts, &[("mole", 0), ("mole", -90), ("mole", 50)], 1);
        assert_eq!(ids(&alerts), [""; 0]);
        look(&mut alerts, &[("mole", 2), ("mole", 3)], 3);
        look(&mut alerts, &[("mole", 4)], 5);
        let told: Vec<_> = alerts.pending().map(|alert| (alert.posts, alert.above)).collect();
        assert_eq!(told, [(Some(4), Some(2))]);
        look(&mut alerts, &[], 200);
        look(&mut alerts, &[("mole", 201), ("mole", 201), ("mole", 201)], 201);
        assert_eq!(alerts.pending().count(), 2);
    }
}
