//! Reads pictures back: what a chart shows must be what the answer says.

use super::*;

/// Writes samples to look at: `cargo test --lib chart::tests::write_samples -- --ignored`, with `TAGLINE_SAMPLES` naming a folder.
#[test]
#[ignore = "writes pictures for people to look at"]
fn write_samples() {
    let folder = std::path::PathBuf::from(std::env::var("TAGLINE_SAMPLES").unwrap());
    for (name, answer) in samples() {
        let chart = draw(&answer, ChartKind::Stacked, &ChartOptions::default()).unwrap();
        std::fs::write(folder.join(format!("{name}.svg")), chart.svg).unwrap();
    }
}

fn samples() -> Vec<(&'static str, TheoriesAnswer)> {
    vec![("vault7", sample::vault7()), ("twelve", sample::theories(12)), ("hourly", sample::hourly())]
}
