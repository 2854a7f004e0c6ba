//! A quick look at a file before it is read: what its lines say about their years,
//! and which part of it can lie in a period.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::compression::Compression;
use crate::input::LogFile;
use crate::sampling::{DENSE, sample, scan};
use crate::wide::Records;
use crate::year::{Sighting, YearSummary};

/// What a quick look at a file tells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Survey {
    /// Of the lines looked at.
    pub(crate) summary: YearSummary,
    /// Whether the lines looked at reach to the end of the file.
    pub(crate) to_end: bool,
    /// Lines here and there in a plain file, by offset.
    pub(crate) spots: Vec<(u64, Sighting)>,
    /// Bytes in the file, for plain files.
    pub(crate) size: u64,
    /// When the log was last written, seconds since 1970.
    pub(crate) written: Option<i64>,
}

/// Plain files up to this size are looked at whole.
const SMALL: u64 = 1024 * 1024;
/// At so many places a larger plain file is looked at.
const SPOTS: u64 = 256;
/// How much is read at each.
const SPOT: usize = 4096;
/// Archives up to this size are unpacked to count their years, where nothing in
/// their first lines tells one.
const SMALL_ARCHIVE: u64 = 4 * 1024 * 1024;

impl Survey {
    /// Looks at a regular file. What cannot be read is met again, and said, when the
    /// file is read.
    pub(crate) fn of(file: &mut LogFile) -> Self {
        let dense = usize::try_from(DENSE).unwrap_or(usize::MAX);
        let Ok(head) = file.head(dense) else { return Self::default() };
        let mut survey = Self { written: file.written, ..Self::default() };
        if Records::recognize(&head).is_some() {
            // Offsets in the file are not those of the lines that its records become.
            return survey;
        }
        let whole_lines = whole_lines(&head, head.len() < dense);
        scan(whole_lines, 0, |offset, sighting| survey.see(offset, sighting));
        survey.to_end = head.len() < dense;
        if survey.to_end {
            survey.size = head.len() as u64;
        } else if file.compression == Compression::None {
            // A file that fails here fails again when it is read.
            drop(survey.look_around(file, whole_lines.len() as u64));
        } else if survey.summary.has_yearless() && survey.summary.first_year().is_none() {
            let size = std::fs::metadata(&file.path).map_or(u64::MAX, |metadata| metadata.len());
            if size <= SMALL_ARCHIVE {
                survey.unpack(file);
            }
        }
        survey
    }

    fn see(&mut self, offset: u64, sighting: Sighting) {
        self.summary.add(sighting);
        self.spots.push((offset, sighting));
    }

    /// Looks at places spread over a plain file, and at its end.
    fn look_around(&mut self, file: &LogFile, from: u64) -> io::Result<()> {
        let handle = File::open(&file.path)?;
        self.size = handle.metadata()?.len();
        let mut buffer = vec![0; SPOT];
        let step = if self.size <= SMALL { SPOT as u64 } else { self.size / SPOTS };
        let mut at = from;
        while at < self.size {
            self.look_at(&handle, at, &mut buffer)?;
            at += step;
        }
        buffer.resize(4 * SPOT, 0);
        self.look_at_end(&handle, &mut buffer)
    }

    /// Looks at the lines around an offset: those that lie in a buffer as a whole.
    fn look_at(&mut self, handle: &File, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let read = handle.read_at(buffer, at)?;
        let data = buffer.get(..read).unwrap_or_default();
        // The first line may be a part of one.
        let Some(start) = memchr::memchr(b'\n', data) else { return Ok(()) };
        let data = whole_lines(data.get(start + 1..).unwrap_or_default(), false);
        scan(data, at + start as u64 + 1, |offset, sighting| self.see(offset, sighting));
        Ok(())
    }

    fn look_at_end(&mut self, handle: &File, buffer: &mut [u8]) -> io::Result<()> {
        let seen = self.spots.last().map_or(0, |(offset, _)| *offset);
        let at = self.size.saturating_sub(buffer.len() as u64);
        let read = handle.read_at(buffer, at)?;
        let data = buffer.get(..read).unwrap_or_default();
        let Some(start) = memchr::memchr(b'\n', data) else { return Ok(()) };
        scan(
            data.get(start + 1..).unwrap_or_default(),
            at + start as u64 + 1,
            |offset, sighting| {
                if offset > seen {
                    self.see(offset, sighting);
                }
            },
        );
        self.to_end = true;
        Ok(())
    }

    /// Unpacks an archive, looking at some of its lines.
    fn unpack(&mut self, file: &LogFile) {
        let Ok(mut decoder) = file.open(0) else { return };
        let (mut summary, mut next, mut offset) = (YearSummary::default(), 0, 0u64);
        let mut buffer = vec![0; 256 * 1024];
        let mut kept = 0;
        while let Some(into) = buffer.get_mut(kept..).filter(|into| !into.is_empty()) {
            let count = decoder.read(into).unwrap_or(0);
            let filled = kept + count;
            let data = whole_lines(buffer.get(..filled).unwrap_or_default(), count == 0);
            sample(data, offset, &mut next, |_, sighting| summary.add(sighting));
            if count == 0 {
                self.summary = summary;
                self.to_end = true;
                return;
            }
            let used = data.len();
            offset += used as u64;
            buffer.copy_within(used..filled, 0);
            kept = filled - used;
        }
    }
}

/// The part of `data` that ends with a line's end; all of it at the end of a file.
fn whole_lines(data: &[u8], at_end: bool) -> &[u8] {
    if at_end {
        return data;
    }
    let end = memchr::memrchr(b'\n', data).map_or(0, |end| end + 1);
    data.get(..end).unwrap_or_default()
}
