//! The real sources, of hosts that allow so little that a few hundred posts feel it.

use super::world::Shape;
use crate::source::{Feed, Goal, GoalError, Hosts, Limit, SecretNeed, Source};
use std::time::Duration;

/// The source of a shape.
pub(super) fn source(shape: Shape) -> &'static dyn Source {
    match shape {
        Shape::HackerNews => &Tight(Shape::HackerNews),
        Shape::Jetstream => &Tight(Shape::Jetstream),
        Shape::Mastodon => &Tight(Shape::Mastodon),
    }
}

struct Tight(Shape);

impl Tight {
    fn real(&self) -> &'static dyn Source {
        super::source(self.0).unwrap()
    }
}

impl Source for Tight {
    fn name(&self) -> &'static str {
        self.real().name()
    }
    fn about(&self) -> &'static str {
        self.real().about()
    }
    fn format(&self) -> &'static str {
        self.real().format()
    }
    fn hosts(&self) -> Hosts {
        self.real().hosts()
    }
    fn secrets(&self) -> &'static [SecretNeed] {
        self.real().secrets()
    }
    fn caveats(&self) -> &'static [&'static str] {
        self.real().caveats()
    }
    fn limits(&self, goal: &Goal) -> Vec<Limit> {
        let window = Duration::from_secs(600);
        let limits = self.real().limits(goal).into_iter();
        let tight = |kind: &str| if kind.is_empty() { 60 } else { 40 };
        limits.map(|limit| Limit { requests: tight(limit.kind), window, ..limit }).collect()
    }
    fn tags_are_words(&self) -> bool {
        self.real().tags_are_words()
    }
    fn tells_of_everybody(&self) -> bool {
        self.real().tells_of_everybody()
    }
    fn feed(&self, goal: &Goal, cursor: Option<&str>) -> Result<Box<dyn Feed>, GoalError> {
        self.real().feed(goal, cursor)
    }
}
