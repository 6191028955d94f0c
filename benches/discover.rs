//! How well `discover` finds the groups that people found: labelled posts, one fixed setting for all.
//!
//!     cargo run --release --example discover -- planted [--posts 3000] [--seed 7]
//!     cargo run --release --example discover -- labelled FILE.jsonl…
//!
//! `labelled` reads a post a line (`id`, `time`, `text`, `label`) and scores what it finds against the labels; a post in no candidate counts as
//! one of a group of their own. `planted` makes a campaign of its own and ends with 1 if what was planted is not found. Beside the figures of
//! sets that others have grouped stand theirs: from the literature, or from runs of their programs.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is there to print")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "small numbers that are made here"
)]

#[path = "lines/used.rs"]
mod used;

use clap::{Parser, Subcommand};
use fastrand::Rng;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use tagline::discover::{Corpus, Fineness, propose};
use used::{cpu_seconds, peak_mib};

/// How well `discover` finds the groups that people found
#[derive(Parser)]
#[command(name = "discover")]
struct Options {
    #[command(subcommand)]
    of: Of,
}

#[derive(Subcommand)]
enum Of {
    /// A campaign of our own, with theories that are known
    Planted {
        /// Posts of it
        #[arg(long, default_value = "3000")]
        posts: usize,
        /// Other seeds give other campaigns
        #[arg(long, default_value = "7")]
        seed: u64,
    },
    /// Posts that people labelled
    Labelled {
        /// A post a line: `id`, `time`, `text`, `label`
        files: Vec<PathBuf>,
    },
}

#[derive(Deserialize)]
struct Row {
    id: Option<String>,
    time: Option<String>,
    text: String,
    label: Option<String>,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<bool, Box<dyn Error>> {
    println!("posts | labels | found | ARI | AMI | CPU s | peak MiB | of | others: ARI/AMI");
    match options.of {
        Of::Planted { posts, seed } => {
            let scored = score(&planted(posts, seed), "planted");
            // As many as were planted, and nearly every post in its own.
            Ok(scored.0 >= 0.95 && scored.1 == PLANTED)
        }
        Of::Labelled { files } => {
            for file in files {
                let lines = fs::read_to_string(&file)?;
                let rows: Result<Vec<Row>, _> = lines.lines().map(serde_json::from_str).collect();
                let mut rows = rows?;
                rows.sort_by(|a, b| (&a.time, &a.id).cmp(&(&b.time, &b.id)));
                score(&rows, &file.file_stem().unwrap_or_default().to_string_lossy());
            }
            Ok(true)
        }
    }
}

/// Prints a line; gives ARI and the number of candidates.
fn score(rows: &[Row], name: &str) -> (f64, usize) {
    let before = cpu_seconds();
    let mut corpus = Corpus::default();
    for (number, row) in (1..).zip(rows) {
        corpus.add(&row.text, "x", std::iter::empty(), number);
    }
    let proposal = propose(&corpus, Fineness::Evidence);
    let seconds = cpu_seconds() - before;
    let mut labels: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut given, mut found) = (Vec::new(), Vec::new());
    for (row, of) in rows.iter().zip(&proposal.of) {
        let Some(label) = row.label.as_deref().filter(|label| !matches!(*label, "" | "X")) else { continue };
        let next = u32::try_from(labels.len()).unwrap_or(u32::MAX);
        given.push(*labels.entry(label).or_insert(next));
        found.push(of.unwrap_or(u32::MAX));
    }
    let table = Table::new(&given, &found);
    let (ari, ami) = (table.ari(), table.ami());
    let (posts, candidates) = (rows.len(), proposal.candidates.len());
    println!(
        "{posts} | {} | {candidates} | {ari:.3} | {ami:.3} | {seconds:.2} | {:.0} | {name} | {}",
        labels.len(),
        peak_mib(),
        others(name)
    );
    (ari, candidates)
}

/// What others reached on the same posts.
fn others(name: &str) -> &'static str {
    match name {
        "th_germanwings-crash" => {
            "GSDMM .542/.684, MStream .491/.600, MiniLM + UMAP + HDBSCAN .257/.609, kNN + Leiden .553/.699"
        }
        "th_putinmissing" => {
            "GSDMM .147/.351, MStream .099/.296, MiniLM + UMAP + HDBSCAN .532/.535, MiniLM k-means with the true K .293/.494"
        }
        "sttm_tweet" => "GSDMM .822/.865, MStream .624/.816, MiniLM + UMAP + HDBSCAN .759/.889",
        "mstream_tweets_t" => "GSDMM .649/.834, MStream .584/.814, kNN + Leiden .696/.869",
        _ => "",
    }
}

/// Theories of the planted campaign.
const PLANTED: usize = 8;
/// Words that each of them has for itself.
const OWN_WORDS: usize = 12;

/// A campaign whose theories are of different sizes, share the words of the event, and are passed on in copies.
fn planted(posts: usize, seed: u64) -> Vec<Row> {
    let mut random = Rng::with_seed(seed);
    let mut rows: Vec<Row> = Vec::new();
    while rows.len() < posts {
        let theory = (0..PLANTED - 1).find(|_| random.f64() < 0.3).unwrap_or(PLANTED - 1);
        let label = Some(format!("t{theory}"));
        let copied = rows.iter().rev().take(200).filter(|row| row.label == label).nth(random.usize(0..20));
        let text = match copied {
            Some(row) if random.f64() < 0.25 => format!("RT @demo_{}: {}", random.u32(0..500), row.text),
            _ => {
                let own = (0..random.usize(2..6))
                    .map(|_| (random.f64() * random.f64() * OWN_WORDS as f64) as usize);
                let mut words: Vec<String> = own.map(|word| format!("guess{theory}word{word}")).collect();
                words.extend((0..random.usize(1..5)).map(|_| format!("event{}", random.usize(0..40))));
                words.extend((0..random.usize(0..3)).map(|_| format!("any{}", random.usize(0..3_000))));
                words.push("#Vault7".to_owned());
                random.shuffle(&mut words);
                words.join(" ")
            }
        };
        rows.push(Row { id: None, time: None, text, label });
    }
    rows
}

/// How often labels and groups fall together.
struct Table {
    posts: f64,
    cells: BTreeMap<(u32, u32), f64>,
    labels: BTreeMap<u32, f64>,
    groups: BTreeMap<u32, f64>,
}

impl Table {
    fn new(labels: &[u32], groups: &[u32]) -> Self {
        let mut table = Self {
            posts: labels.len() as f64,
            cells: BTreeMap::new(),
            labels: BTreeMap::new(),
            groups: BTreeMap::new(),
        };
        for (&label, &group) in labels.iter().zip(groups) {
            *table.cells.entry((label, group)).or_default() += 1.0;
            *table.labels.entry(label).or_default() += 1.0;
            *table.groups.entry(group).or_default() += 1.0;
        }
        table
    }

    /// Adjusted Rand index (Hubert and Arabie, 1985).
    fn ari(&self) -> f64 {
        let pairs = |count: &f64| count * (count - 1.0) / 2.0;
        let both: f64 = self.cells.values().map(pairs).sum();
        let (labels, groups): (f64, f64) =
            (self.labels.values().map(pairs).sum(), self.groups.values().map(pairs).sum());
        let expected = labels * groups / pairs(&self.posts);
        let most = f64::midpoint(labels, groups);
        if (most - expected).abs() < f64::EPSILON { 1.0 } else { (both - expected) / (most - expected) }
    }

    /// Adjusted mutual information, by the arithmetic mean (Vinh, Epps, Bailey, 2010).
    fn ami(&self) -> f64 {
        let n = self.posts;
        let entropy = |sizes: &BTreeMap<u32, f64>| -> f64 {
            -sizes.values().map(|size| size / n * (size / n).ln()).sum::<f64>()
        };
        let mutual: f64 = self
            .cells
            .iter()
            .map(|((label, group), both)| {
                both / n * (both * n / (self.labels[label] * self.groups[group])).ln()
            })
            .sum();
        let expected = self.expected();
        let most = f64::midpoint(entropy(&self.labels), entropy(&self.groups));
        if (most - expected).abs() < 1e-12 { 1.0 } else { (mutual - expected) / (most - expected) }
    }

    /// Mutual information that chance alone gives groups of these sizes.
    fn expected(&self) -> f64 {
        let sizes = |of: &BTreeMap<u32, f64>| {
            let mut sizes: BTreeMap<u64, f64> = BTreeMap::new();
            for &size in of.values() {
                *sizes.entry(size as u64).or_default() += 1.0;
            }
            sizes
        };
        let (n, factorial) = (self.posts, |count: f64| libm::lgamma(count + 1.0));
        let mut expected = 0.0;
        for (&a, times_a) in &sizes(&self.labels) {
            for (&b, times_b) in &sizes(&self.groups) {
                let (fa, fb) = (a as f64, b as f64);
                let fixed =
                    factorial(fa) + factorial(fb) + factorial(n - fa) + factorial(n - fb) - factorial(n);
                let from = (a + b).saturating_sub(n as u64).max(1);
                for both in from..=a.min(b) {
                    let both = both as f64;
                    let ways = factorial(both)
                        + factorial(fa - both)
                        + factorial(fb - both)
                        + factorial(n - fa - fb + both);
                    expected +=
                        times_a * times_b * both / n * (n * both / (fa * fb)).ln() * (fixed - ways).exp();
                }
            }
        }
        expected
    }
}
