//! What tools write that capture posts from many platforms: Zeeschuimer (in the browser) and 4CAT.

mod fourcat;
mod item;
mod shapes;
mod zeeschuimer;

pub(super) use fourcat::FourCat;
pub(super) use zeeschuimer::Zeeschuimer;
