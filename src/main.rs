//! The binary: everything it does is in the library.

use std::process::ExitCode;

/// Memory that is given back after a scan, and threads that do not wait for each other to allocate: measured in docs/performance.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tagline::run()
}
