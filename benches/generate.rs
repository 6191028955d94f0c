//! Writes an archive of invented posts to standard output: seeded, so that the same arguments give the same bytes, and with the same
//! memory whatever the length. Every name and text is made up here.
//!
//!     cargo run --release --example generate -- slim 1000000 --order random --pack zstd > slim.jsonl.zst

#[path = "lines/mod.rs"]
mod lines;
#[path = "lines/order.rs"]
mod order;

use clap::{Args, Parser, ValueEnum};
use lines::{Lines, Shape};
use order::Order;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Writes an archive of invented posts to standard output: 10 % of its lines are repeats, 1 % are broken
#[derive(Parser)]
#[command(name = "generate")]
enum Command {
    /// Ten flat fields a line, about 370 bytes
    Slim(Options),
    /// Objects as X's API 1.1 gave them, about 2.9 KB a line
    Tweets(Options),
    /// Decompresses a file and throws it away: what reading it costs at least
    Unpack {
        /// gzip or zstd
        file: PathBuf,
    },
}

#[derive(Args)]
struct Options {
    /// How many lines
    lines: u64,
    /// Which lines come first; every order has the same lines
    #[arg(long, value_enum, default_value = "time")]
    order: Order,
    /// How the archive is compressed
    #[arg(long, value_enum, default_value = "none")]
    pack: Pack,
    /// Other seeds give other archives
    #[arg(long, default_value = "7")]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Pack {
    None,
    Gzip,
    Zstd,
}

/// Bytes gathered before they are handed on.
const BUFFER_BYTES: usize = 1 << 20;
/// What `gzip` and `zstd` take if nobody says otherwise.
const GZIP_LEVEL: u32 = 6;
const ZSTD_LEVEL: i32 = 3;

fn main() -> io::Result<()> {
    let done = match Command::parse() {
        Command::Slim(options) => options.write(Shape::Slim),
        Command::Tweets(options) => options.write(Shape::Tweets),
        Command::Unpack { file } => unpack(&file),
    };
    match done {
        // Whoever reads has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

impl Options {
    fn write(&self, shape: Shape) -> io::Result<()> {
        let lines = Lines { shape, seed: self.seed };
        let out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout());
        match self.pack {
            Pack::None => self.write_to(lines, out)?.flush(),
            Pack::Gzip => {
                let packer = flate2::write::GzEncoder::new(out, flate2::Compression::new(GZIP_LEVEL));
                self.write_to(lines, packer)?.finish()?.flush()
            }
            Pack::Zstd => self.write_to(lines, zstd::Encoder::new(out, ZSTD_LEVEL)?)?.finish()?.flush(),
        }
    }

    fn write_to<W: Write>(&self, lines: Lines, mut out: W) -> io::Result<W> {
        let mut line = Vec::new();
        self.order.each(lines, self.lines, |number| {
            line.clear();
            lines.write(number, &mut line);
            out.write_all(&line)
        })?;
        Ok(out)
    }
}

fn unpack(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let mut reader: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(BUFFER_BYTES, file)))
    } else {
        Box::new(zstd::Decoder::new(file)?)
    };
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut bytes = 0_usize;
    loop {
        match reader.read(&mut buffer)? {
            0 => return writeln!(io::stdout(), "{bytes}"),
            read => bytes += read,
        }
    }
}
