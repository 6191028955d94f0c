//! Where feeds hand over what came in: to the writer.

use super::keeper::Delivery;
use tokio::sync::mpsc::Sender;

/// The way to the writer.
#[derive(Clone)]
pub(super) enum Outlet<'a> {
    /// It runs on a thread of its own; a feed waits when it is behind.
    Thread(Sender<Delivery>),
    /// It is called at once: for simulations, whose time stands still meanwhile. Whether to go on.
    #[cfg_attr(not(test), expect(dead_code, reason = "the program itself writes on a thread"))]
    Here(&'a dyn Fn(Delivery) -> bool),
}

impl Outlet<'_> {
    /// Hands over. Whether to go on: not if the writer is gone.
    pub(super) async fn give(&self, delivery: Delivery) -> bool {
        match self {
            Self::Thread(sender) => sender.send(delivery).await.is_ok(),
            Self::Here(take) => take(delivery),
        }
    }
}
