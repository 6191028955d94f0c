//! The binary: parse, run, print the error, exit.

fn main() {}
