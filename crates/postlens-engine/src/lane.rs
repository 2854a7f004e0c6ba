//! One stream on its way through reader and parser threads.

use std::thread::Scope;

use crossbeam_channel::{Receiver, Sender, bounded};
use postlens_source::{Chunk, Options, Problem, Skipped, Stream, StreamReader};

use crate::parsed::{ParsedChunk, parse};

/// A chunk to be parsed, and where the result goes.
pub(crate) struct Job {
    chunk: Chunk,
    done: Sender<ParsedChunk>,
}

/// The receiving end of a stream's chunks, in their order.
pub(crate) struct Lane {
    chunks: Receiver<Receiver<ParsedChunk>>,
    report: Receiver<LaneReport>,
    buffers: Sender<Vec<u8>>,
}

/// What a reader has to say once its stream has ended.
#[derive(Debug, Default)]
pub(crate) struct LaneReport {
    pub(crate) problems: Vec<Problem>,
    pub(crate) skipped: Skipped,
}

/// Chunks of a stream that may be on their way at once.
const AHEAD: usize = 4;

impl Lane {
    /// Starts a stream's reader thread.
    pub(crate) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        stream: Stream,
        options: Options,
        jobs: Sender<Job>,
    ) -> Self {
        let (chunk_sender, chunks) = bounded(AHEAD);
        let (report_sender, report) = bounded(1);
        let (buffers, recycled) = bounded(AHEAD);
        scope.spawn(move || {
            let mut reader = stream.open(&options);
            read(&mut reader, &recycled, &chunk_sender, &jobs);
            let report = LaneReport { problems: reader.take_problems(), skipped: reader.skipped() };
            // Nobody waits for it where the run was broken off.
            let _ = report_sender.send(report);
        });
        Self { chunks, report, buffers }
    }

    /// The next parsed chunk; `None` at the stream's end.
    pub(crate) fn next(&self) -> Option<ParsedChunk> {
        self.chunks.recv().ok()?.recv().ok()
    }

    /// Whether no chunk is on its way.
    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Gives a chunk's buffer back to the reader.
    pub(crate) fn recycle(&self, chunk: ParsedChunk) {
        let _ = self.buffers.try_send(chunk.into_owner().into_buffer());
    }

    /// What the reader has to say; after the last chunk.
    pub(crate) fn report(&self) -> LaneReport {
        self.report.recv().unwrap_or_default()
    }
}

fn read(
    reader: &mut StreamReader,
    recycled: &Receiver<Vec<u8>>,
    chunks: &Sender<Receiver<ParsedChunk>>,
    jobs: &Sender<Job>,
) {
    while let Some(chunk) = reader.next_chunk(recycled.try_recv().unwrap_or_default()) {
        let (done, parsed) = bounded(1);
        // The order is fixed here, before any parser sees the chunk.
        if chunks.send(parsed).is_err() || jobs.send(Job { chunk, done }).is_err() {
            return;
        }
    }
}

/// Parses chunks until there are no more.
pub(crate) fn parser(jobs: &Receiver<Job>, compared: bool) {
    let mut scratch = Vec::new();
    for job in jobs {
        let _ = job.done.send(parse(job.chunk, compared, &mut scratch));
    }
}
