//! What happens to hits, chunk by chunk.

use std::io::{self, Write};

use postlens_engine::Take;
use postlens_search::{Carry, Hits, Search};
use postlens_source::Chunk;

use super::Out;
use super::form::Form;
use super::sample::Sample;

/// Writes what is found.
pub(super) struct Output<'s> {
    search: &'s Search,
    carry: Carry,
    form: Form,
    sample: Option<Sample>,
    /// Lines found.
    lines: u64,
    most: u64,
    out: Out,
    result: io::Result<()>,
}

impl<'s> Output<'s> {
    pub(super) fn new(
        search: &'s Search,
        form: Form,
        most: Option<u64>,
        sample: Option<usize>,
    ) -> Self {
        // One line is enough to know that there is one.
        let most = if matches!(form, Form::Quiet) { Some(1) } else { most };
        Self {
            search,
            carry: Carry::default(),
            form,
            sample: sample.map(Sample::new),
            lines: 0,
            most: most.unwrap_or(u64::MAX),
            out: Out::with_capacity(1 << 16, io::stdout()),
            result: Ok(()),
        }
    }

    fn write(&mut self, chunk: &Chunk, hits: &Hits) -> io::Result<()> {
        if let Some(result) = self.form.chunk(chunk, hits, &mut self.out) {
            return result;
        }
        let understands = self.form.understands() || self.sample.is_some();
        for hit in &hits.hits {
            let bytes = hits.bytes(chunk, &hit.place);
            if !understands {
                self.form.line(bytes, &mut self.out)?;
                continue;
            }
            let mut result = Ok(());
            let (form, sample, out) = (&mut self.form, &mut self.sample, &mut self.out);
            hits.understand(chunk, &self.carry, hit, &mut |found| match sample {
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

impl Take<Hits> for Output<'_> {
    fn take(&mut self, chunk: &Chunk, mut hits: Hits) {
        if self.result.is_err() {
            return;
        }
        self.carry.settle(self.search, chunk, &mut hits);
        let left = usize::try_from(self.most - self.lines).unwrap_or(usize::MAX);
        hits.hits.truncate(left);
        self.lines += hits.hits.len() as u64;
        self.result = self.write(chunk, &hits);
    }

    fn pause(&mut self) {
        if self.result.is_ok() && self.sample.is_none() {
            self.result = self.form.pause(&mut self.out).and_then(|()| self.out.flush());
        }
    }

    fn broken(&self) -> bool {
        self.result.is_err() || self.lines >= self.most
    }
}
