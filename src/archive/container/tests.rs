//! Containers, whole.
