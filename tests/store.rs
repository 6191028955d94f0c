//! One suite over every back end of the store, against a plain model.

#[cfg(test)]
#[path = "store/suite.rs"]
mod suite;
#[cfg(test)]
#[path = "store/together.rs"]
mod together;
