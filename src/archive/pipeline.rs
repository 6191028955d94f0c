//! From a file to sinks: one thread reads, decompresses and cuts, the rayon pool parses, the caller gets the sinks in the file's order.
//! Memory is a handful of chunks whatever the file's size.

use super::container::{Opened, Peek, Source, Stream, Tap, open};
use super::frame::{Cutter, Resume, Span};
use super::input::{Broken, Filled, Input};
use super::{
    ArchiveFormat, Framing, HEAD_BYTES, Parser, Place, ReadOptions, Refusal, Reject, Sink, detect, encoding,
};
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes read before frames are handed on: small enough that a handful is little memory, large enough that handing on costs nothing.
const CHUNK_BYTES: usize = 1024 * 1024;

/// A file that is about to be read.
pub struct Archive {
    format: &'static dyn ArchiveFormat,
    notes: Vec<String>,
    framing: Framing,
    parser: Box<dyn Parser>,
    input: Input,
    head: Vec<u8>,
    head_end: Result<Filled, Broken>,
    base: u64,
    chunk_bytes: usize,
    /// Where an earlier reading stopped.
    from: Option<Resume>,
}

/// How far reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Of the file as it lies on the disk.
    pub bytes_read: u64,
    /// Of the decompressed file: the chunk just delivered ends here.
    pub offset: u64,
    /// Where a later reading could go on.
    pub resume: Option<Resume>,
    /// Whether nothing comes after it.
    pub is_last: bool,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The disk says no.
    #[error("cannot read `{path}`: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// `--format` names none.
    #[error("there is no format `{name}`; formats are {known}")]
    UnknownFormat {
        /// What was asked for.
        name: String,
        /// The format most like it.
        near: Option<&'static str>,
        /// All names.
        known: String,
    },
    /// It holds no posts, or not as we can read them.
    #[error("cannot read `{path}` as posts: {refusal}")]
    Refused {
        /// The file.
        path: String,
        /// Why.
        refusal: Refusal,
    },
}

/// Why reading stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The disk failed in the middle.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
}

impl Archive {
    /// Opens a file that is no container, finds out what it is and how to read it.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Self, OpenError> {
        let refused = |refusal| OpenError::Refused { path: path.display().to_string(), refusal };
        // Nothing is spooled for a file that is no container.
        match open(path, &std::env::temp_dir(), options)? {
            Opened::File(archive) => archive.map(|archive| *archive).map_err(refused),
            Opened::Container(_) => Err(refused(Refusal::Unreadable("it is a container of several files"))),
        }
    }

    /// Finds out what a stream is, and how to read it. `packing` is what it was packed in.
    pub(super) fn of(
        mut stream: Peek,
        source: Arc<Source>,
        packing: &str,
        options: &ReadOptions,
    ) -> Result<Self, Refusal> {
        let encoding = encoding::find(stream.look(HEAD_BYTES), options)?;
        let text: Stream = match encoding.decode {
            None => Box::new(stream),
            Some(from) => Box::new(encoding::Decoded::new(stream, from)),
        };
        let mut input = Input::new(text, source, packing);
        let mut head = vec![0; HEAD_BYTES];
        let head_end = input.fill(&mut head, 0);
        let base = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        head.drain(..base);
        if let (true, Err(Broken::Stream(reason))) = (head.is_empty(), &head_end) {
            return Err(Refusal::Damaged(reason.clone()));
        }
        // A format that is not there was refused before.
        let wanted = detect::wanted(options).unwrap_or_default();
        let (format, mut plan) = detect::detect(&head, wanted, options)?;
        plan.notes.extend(encoding.note.map(str::to_owned));
        Ok(Self {
            format,
            notes: plan.notes,
            framing: plan.framing,
            parser: plan.parser,
            input,
            head,
            head_end,
            base: base as u64,
            chunk_bytes: CHUNK_BYTES,
            from: None,
        })
    }

    /// What it is.
    pub fn format(&self) -> &'static dyn ArchiveFormat {
        self.format
    }

    /// What it is packed in, from the inside out: `none`, `gzip`, `zip`, `tar+gzip`.
    pub fn packing(&self) -> &str {
        self.input.packing()
    }

    /// What was assumed and has to be said aloud.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Shows the file as it lies on the disk to `tap` while it is read, from the byte on that [`Self::bytes_read`] says.
    pub fn set_tap(&self, tap: Tap) {
        self.input.set_tap(tap);
    }

    /// How much of the file was read to find out what it is.
    pub fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }

    /// Leaves out what comes before: an earlier reading of the same bytes stopped there.
    pub fn go_on(&mut self, from: Resume) {
        self.from = Some(from);
    }

    /// Reads with chunks of another size, so that tests meet their borders.
    #[cfg(test)]
    pub(super) fn with_chunk_bytes(mut self, chunk_bytes: usize) -> Self {
        self.chunk_bytes = chunk_bytes;
        self
    }

    /// Reads the whole file. Each chunk gets a sink of its own; the sinks come back filled, in the file's order.
    pub fn read<S: Sink + Send>(
        self,
        new_sink: impl Fn() -> S + Sync,
        each: &mut dyn FnMut(S, Progress) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let Self { framing, parser, input, head, head_end, base, chunk_bytes, from, .. } = self;
        let threads = rayon::current_num_threads();
        let spare = Spare { buffers: Mutex::default(), most: 4 * threads, bytes: 2 * chunk_bytes };
        let parse = |chunk: Chunk| {
            let mut sink = new_sink();
            let progress = chunk.progress;
            chunk.parse(framing, parser.as_ref(), &mut sink);
            spare.give(chunk.bytes);
            (sink, progress)
        };
        // What is being parsed, in the file's order: so many chunks at a time, and nobody waits for the slowest of a group.
        let (sender, receiver) = sync_channel(threads);
        let parse = &parse;
        rayon::in_place_scope(|parsers| {
            // Owned by who reads: at its end the channel closes.
            let hand_on = move |chunk: Chunk| {
                let (done, result) = sync_channel(1);
                // Nobody listens any more where the caller has had enough.
                parsers.spawn(move |_| drop(done.send(parse(chunk))));
                sender.send(result).is_ok()
            };
            let reader =
                Reader { framing, input, base, chunk_bytes, hand_on: Box::new(hand_on), spare: &spare };
            std::thread::scope(|scope| {
                let reading = scope.spawn(move || match from {
                    Some(from) => reader.go_on(head, head_end, from),
                    None => reader.run(Cutter::new(framing), head, head_end),
                });
                deliver(receiver, each);
                match reading.join() {
                    Ok(result) => result.map_err(ReadError::Io),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            })
        })
    }
}

/// Hands the sinks out in order. Whoever reads stops when nobody listens.
fn deliver<S: Send>(
    receiver: Receiver<Receiver<(S, Progress)>>,
    each: &mut dyn FnMut(S, Progress) -> ControlFlow<()>,
) {
    for result in receiver {
        let Ok((sink, progress)) = result.recv() else { return };
        if each(sink, progress).is_break() {
            return;
        }
    }
}

/// Buffers that were parsed, to be filled again: the system is asked for their memory once.
struct Spare {
    buffers: Mutex<Vec<Vec<u8>>>,
    /// So many are kept, none larger than `bytes`.
    most: usize,
    bytes: usize,
}

impl Spare {
    /// A buffer of so many bytes, whatever they are.
    fn take(&self, bytes: usize) -> Vec<u8> {
        let mut buffer =
            self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        // What stands in it is left there: to wipe it would cost as much as to read a file into it.
        buffer.resize(bytes, 0);
        buffer
    }

    fn give(&self, buffer: Vec<u8>) {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        if buffers.len() < self.most && buffer.capacity() <= self.bytes {
            buffers.push(buffer);
        }
    }
}

/// Whole frames, ready to be parsed.
struct Chunk {
    bytes: Vec<u8>,
    base: u64,
    spans: Vec<Span>,
    /// The stream broke after these frames.
    damage: Option<Reject>,
    progress: Progress,
}

impl Chunk {
    fn parse(&self, framing: Framing, parser: &dyn Parser, sink: &mut dyn Sink) {
        for span in &self.spans {
            span.parse(&self.bytes, self.base, framing, parser, sink);
        }
        if let Some(damage) = &self.damage {
            sink.reject(damage.clone());
        }
    }
}

/// What comes after a chunk.
#[derive(Clone, Copy)]
enum Next {
    /// More; and from where a later reading could read it.
    More(Option<Resume>),
    Nothing,
}

/// The thread that reads.
struct Reader<'a> {
    framing: Framing,
    input: Input,
    base: u64,
    chunk_bytes: usize,
    /// Gives a chunk to be parsed; whether somebody still wants more.
    hand_on: Box<dyn Fn(Chunk) -> bool + Send + 'a>,
    spare: &'a Spare,
}

impl Reader<'_> {
    /// Passes over what was read before, then reads.
    fn go_on(mut self, mut head: Vec<u8>, mut state: Result<Filled, Broken>, from: Resume) -> io::Result<()> {
        loop {
            let passed = usize::try_from(from.offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
            if passed <= head.len() || !matches!(state, Ok(Filled::More)) {
                head.drain(..passed.min(head.len()));
                self.base = from.offset;
                let cutter = Cutter::going_on(self.framing, from);
                return self.run(cutter, head, state);
            }
            self.base += head.len() as u64;
            head.resize(self.chunk_bytes, 0);
            state = self.input.fill(&mut head, 0);
        }
    }

    fn run(mut self, mut cutter: Cutter, head: Vec<u8>, head_end: Result<Filled, Broken>) -> io::Result<()> {
        let mut buffer = head;
        let mut state = head_end;
        loop {
            let mut spans = Vec::new();
            let done = match state {
                Ok(Filled::More) => cutter.cut(&buffer, self.base, &mut spans),
                Ok(Filled::End) => {
                    cutter.finish(&buffer, self.base, &mut spans);
                    let _ = self.send(buffer, spans, None, Next::Nothing);
                    return Ok(());
                }
                Err(Broken::Disk(error)) => return Err(error),
                Err(Broken::Stream(reason)) => {
                    let mut done = cutter.cut(&buffer, self.base, &mut spans);
                    if self.framing == Framing::Whole {
                        // What came is read, as far as it can be.
                        cutter.finish(&buffer, self.base, &mut spans);
                        done = buffer.len();
                    }
                    let left = buffer.get(done..).unwrap_or_default();
                    let end = Place::Byte(self.base + buffer.len() as u64);
                    let damage = Reject::new(end, reason, left);
                    let _ = self.send(buffer, spans, Some(damage), Next::Nothing);
                    return Ok(());
                }
            };
            if done == 0 && spans.is_empty() {
                // Nothing to hand on: the buffer grows, and what stands in it is not copied each time.
                let kept = buffer.len();
                buffer.resize(kept + self.chunk_bytes, 0);
                state = self.input.fill(&mut buffer, kept);
                continue;
            }
            let rest = buffer.get(done..).unwrap_or_default();
            let kept = rest.len();
            let mut next = self.spare.take(kept + self.chunk_bytes);
            if let Some(room) = next.get_mut(..kept) {
                room.copy_from_slice(rest);
            }
            buffer.truncate(done);
            let next_frames = Next::More(cutter.resume(self.base + done as u64));
            if !self.send(buffer, spans, None, next_frames) {
                return Ok(());
            }
            self.base += done as u64;
            buffer = next;
            state = self.input.fill(&mut buffer, kept);
        }
    }

    /// Whether somebody still wants more.
    fn send(&self, bytes: Vec<u8>, spans: Vec<Span>, damage: Option<Reject>, next: Next) -> bool {
        if spans.is_empty() && damage.is_none() {
            return true;
        }
        let offset = self.base + bytes.len() as u64;
        let (resume, is_last) = match next {
            Next::More(resume) => (resume, false),
            Next::Nothing => (None, true),
        };
        let progress = Progress { bytes_read: self.input.bytes_read(), offset, resume, is_last };
        (self.hand_on)(Chunk { bytes, base: self.base, spans, damage, progress })
    }
}
