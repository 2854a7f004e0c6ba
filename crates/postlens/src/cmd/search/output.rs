//! What happens to hits, chunk by chunk.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use postlens_engine::Take;
use postlens_search::{Carry, Hits, Search};
use postlens_source::{Chunk, Stream};

use super::Out;
use super::form::{Form, Others};
use super::sample::Sample;

/// Writes what is found.
pub(super) struct Output {
    search: Arc<Search>,
    /// Which stream a file belongs to.
    streams: HashMap<PathBuf, usize>,
    places: Vec<Place>,
    /// The stream of the last chunk.
    current: usize,
    form: Form,
    sample: Option<Sample>,
    /// Lines found.
    lines: u64,
    most: u64,
    /// Whether somebody watches lines as they come.
    live: bool,
    out: Out,
    result: io::Result<()>,
}

/// What is remembered of a stream's last chunks.
struct Place {
    carry: Carry,
    others: Others,
}

impl Output {
    pub(super) fn new(
        search: Arc<Search>,
        streams: &[Stream],
        form: Form,
        most: Option<u64>,
        sample: Option<usize>,
    ) -> Self {
        // One line is enough to know that there is one.
        let most = if matches!(form, Form::Quiet) { Some(1) } else { most };
        let files = |(index, stream): (usize, &Stream)| {
            let paths = stream.files().iter().map(|file| file.path().to_owned());
            paths.map(move |path| (path, index)).collect::<Vec<_>>()
        };
        let place = |_: &Stream| Place { carry: Carry::default(), others: form.others() };
        Self {
            search,
            streams: streams
                .iter()
                .enumerate()
                .flat_map(|stream| files((stream.0, stream.1)))
                .collect(),
            places: streams.iter().map(place).collect(),
            current: 0,
            form,
            sample: sample.map(Sample::new),
            lines: 0,
            most: most.unwrap_or(u64::MAX),
            live: false,
            out: Out::with_capacity(1 << 16, io::stdout()),
            result: Ok(()),
        }
    }

    /// For lines that somebody watches as they come.
    pub(super) fn live(self) -> Self {
        Self { live: true, ..self }
    }

    /// Takes what was found in a chunk of a stream.
    fn found(&mut self, stream: usize, chunk: &Chunk, mut hits: Hits) -> io::Result<()> {
        let Some(place) = self.places.get_mut(stream) else { return Ok(()) };
        place.carry.settle(&self.search, chunk, &mut hits);
        let left = usize::try_from(self.most - self.lines).unwrap_or(usize::MAX);
        hits.hits.truncate(left);
        self.lines += hits.hits.len() as u64;
        let terminal = self.form.is_for_terminal();
        match place.others.chunk(chunk, &hits, terminal, &mut self.out) {
            Some(result) => result,
            None => self.write(stream, chunk, &hits),
        }
    }

    fn write(&mut self, stream: usize, chunk: &Chunk, hits: &Hits) -> io::Result<()> {
        let Some(place) = self.places.get(stream) else { return Ok(()) };
        let understands = self.form.understands() || self.sample.is_some();
        for hit in &hits.hits {
            let bytes = hits.bytes(chunk, &hit.place);
            if !understands {
                self.form.line(bytes, &mut self.out)?;
                continue;
            }
            let mut result = Ok(());
            let (form, sample, out) = (&mut self.form, &mut self.sample, &mut self.out);
            hits.understand(chunk, &place.carry, hit, &mut |found| match sample {
                Some(sample) => sample.add(bytes, found),
                None => result = form.found(found, out),
            });
            result?;
        }
        Ok(())
    }

    /// Writes what is left; returns whether anything was found.
    pub(super) fn finish(mut self) -> io::Result<bool> {
        self.result?;
        let terminal = self.form.is_for_terminal();
        for place in &mut self.places {
            place.others.finish(terminal, &mut self.out)?;
        }
        for kept in self.sample.iter().flat_map(Sample::kept) {
            let (form, out) = (&mut self.form, &mut self.out);
            form.line(&kept.bytes, out)?;
            kept.understand(&mut |found| form.found(found, out))?;
        }
        self.form.finish(self.lines, &mut self.out)?;
        self.out.flush()?;
        Ok(self.lines > 0)
    }
}

impl Take<Hits> for Output {
    fn take(&mut self, chunk: &Chunk, hits: Hits) {
        if self.result.is_err() {
            return;
        }
        // What takes a file's place in a followed stream has its name.
        self.current = self.streams.get(chunk.path()).copied().unwrap_or(self.current);
        self.result = self.found(self.current, chunk, hits);
    }

    fn pause(&mut self) {
        if self.result.is_err() {
            return;
        }
        if self.live {
            self.result = self.form.pause(&mut self.out);
        }
        if self.result.is_ok() {
            self.result = self.out.flush();
        }
    }

    fn broken(&self) -> bool {
        let wants_more = || self.places.iter().any(|place| place.others.wants_more());
        self.result.is_err() || (self.lines >= self.most && !wants_more())
    }
}
