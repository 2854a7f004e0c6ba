//! One source of log bytes: a file, a pipe, standard input or the journal.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compression::{Compression, Decoder, gzip_mtime};
use crate::feed::Feed;
use crate::halt::Halt;
use crate::identity::{FileIdentity, HEAD};
use crate::journal::JournalQuery;
use crate::kept::{Keeper, Kept, KeptLines};
use crate::place::Span;
use crate::problem::{Problem, ProblemKind};
use crate::tail::Tail;
use crate::writer::Writer;

/// One source of log bytes.
#[derive(Debug, Clone)]
pub struct LogFile {
    pub(crate) path: PathBuf,
    pub(crate) kind: InputKind,
    pub(crate) identity: Option<FileIdentity>,
    pub(crate) compression: Compression,
    /// When the log was last written, in seconds since 1970: from the archive's
    /// header where it tells, else from the file system.
    pub(crate) written: Option<i64>,
    /// Whether to wait for more at its end.
    pub(crate) followed: bool,
    /// Ends that.
    pub(crate) halt: Halt,
    /// The part that is wanted.
    pub(crate) span: Span,
    /// The open file, where its name may come to mean another before it is read.
    pinned: Option<Arc<File>>,
}

/// How bytes are got from a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InputKind {
    File,
    /// A FIFO or a character device: read once, front to back.
    Pipe,
    Stdin,
    Journal(JournalQuery),
    Kept(Kept),
}

/// What standard input is called in messages.
const STDIN: &str = "standard input";

impl LogFile {
    /// Takes a path that exists.
    ///
    /// # Errors
    /// When it is no file and no pipe.
    pub(crate) fn at(path: &Path, metadata: &Metadata) -> Result<Self, Problem> {
        let file_type = metadata.file_type();
        let kind = if file_type.is_file() {
            InputKind::File
        } else if file_type.is_fifo() || file_type.is_char_device() {
            InputKind::Pipe
        } else {
            let kind = match () {
                () if file_type.is_socket() => "a socket",
                () if file_type.is_block_device() => "a block device",
                () if file_type.is_dir() => "a directory",
                () => "of unknown kind",
            };
            return Err(Problem::new(path, ProblemKind::NotAFile { kind }));
        };
        let mut file = Self {
            path: path.to_owned(),
            kind,
            identity: None,
            compression: Compression::None,
            written: None,
            followed: false,
            halt: Halt::default(),
            span: Span::default(),
            pinned: None,
        };
        if file.kind == InputKind::File {
            file.written = modified(metadata);
            // A failure is said when the file is opened to be read.
            if let Ok(head) = file.head(HEAD) {
                file.identity = Some(FileIdentity::new(metadata, &head));
            }
        }
        Ok(file)
    }

    pub(crate) fn stdin() -> Self {
        Self {
            path: PathBuf::from(STDIN),
            kind: InputKind::Stdin,
            identity: None,
            compression: Compression::None,
            written: None,
            followed: false,
            halt: Halt::default(),
            span: Span::default(),
            pinned: None,
        }
    }

    pub(crate) fn journal(query: JournalQuery) -> Self {
        Self { path: query.name(), kind: InputKind::Journal(query), ..Self::stdin() }
    }

    /// A log that somebody keeps; `log` is which one.
    pub fn kept(name: impl Into<PathBuf>, log: u64, keeper: Arc<dyn Keeper>) -> Self {
        let kept = Kept { keeper, log, period: None };
        Self { path: name.into(), kind: InputKind::Kept(kept), ..Self::stdin() }
    }

    /// The file's path, or the name of the other source.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which file it is, for regular files that can be read.
    pub fn identity(&self) -> Option<FileIdentity> {
        self.identity
    }

    /// How it is compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Whether it is a regular file: it can be looked at before it is read.
    pub fn is_file(&self) -> bool {
        self.kind == InputKind::File
    }

    /// Makes reading wait for more at the end; whether that can be. Pipes do anyway, and
    /// nothing is added to archives.
    pub(crate) fn follow(&mut self, halt: &Halt) -> bool {
        self.halt = halt.clone();
        match &mut self.kind {
            InputKind::File => {
                // Learns the compression; a failure is said when the file is read.
                let _ = self.head(0);
                self.followed = self.compression == Compression::None;
                self.followed
            }
            InputKind::Pipe | InputKind::Stdin => true,
            InputKind::Journal(query) => {
                query.follow = query.files.is_empty();
                query.follow
            }
            InputKind::Kept(_) => false,
        }
    }

    /// The file that has taken a followed file's place.
    pub(crate) fn successor(&self) -> Result<Self, Problem> {
        let metadata =
            std::fs::metadata(&self.path).map_err(|e| Problem::opening(&self.path, e))?;
        let mut next = Self::at(&self.path, &metadata)?;
        next.follow(&self.halt);
        Ok(next)
    }

    /// The first `count` bytes of the log, decompressed, or as many as there are;
    /// also learns the compression.
    pub(crate) fn head(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        let mut start = [0; 8];
        let length = read_some(|into| file.read(into), &mut start)?;
        let header = start.get(..length).unwrap_or_default().to_vec();
        if let Some(mtime) = gzip_mtime(&header) {
            self.written = Some(self.written.map_or(mtime, |written| written.min(mtime)));
        }
        let whole = io::Cursor::new(header).chain(file);
        let mut decoder = Decoder::new(Box::new(whole))?;
        self.compression = decoder.compression();
        let mut head = vec![0; count];
        let mut filled = 0;
        while let Some(into) = head.get_mut(filled..).filter(|into| !into.is_empty()) {
            match decoder.read(into) {
                Ok(0) | Err(_) => break,
                Ok(read) => filled += read,
            }
        }
        head.truncate(filled);
        Ok(head)
    }

    /// Opens a file now, to be read whatever becomes of its name.
    ///
    /// # Errors
    /// When it cannot be opened, or the name means another file already.
    pub(crate) fn pin(&mut self) -> Result<(), Problem> {
        let failed = |error| Problem::opening(&self.path, error);
        let file = File::open(&self.path).map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        let same = |known: FileIdentity| (known.device, known.inode) == (found.dev(), found.ino());
        if !self.identity.is_some_and(same) {
            return Err(Problem::new(&self.path, ProblemKind::Vanished));
        }
        self.pinned = Some(Arc::new(file));
        Ok(())
    }

    /// The file's bytes from its beginning, decompressed.
    pub(crate) fn decoder(&self) -> io::Result<Decoder> {
        Decoder::new(Box::new(self.open_at(0)?))
    }

    fn open_at(&self, start: u64) -> io::Result<File> {
        let mut file = match &self.pinned {
            Some(pinned) => pinned.try_clone()?,
            None => File::open(&self.path)?,
        };
        if start > 0 || self.pinned.is_some() {
            file.seek(SeekFrom::Start(start))?;
        }
        Ok(file)
    }

    /// Opens the source to read it; a file from byte `start` of its decompressed log on.
    pub(crate) fn open(&self, start: u64) -> Result<Feed, Problem> {
        let mut writer = None;
        let packed = self.compression != Compression::None;
        let seek = if packed { 0 } else { start };
        let raw: Box<dyn Read + Send> = match &self.kind {
            InputKind::File | InputKind::Pipe => {
                let file = self.open_at(seek).map_err(|e| Problem::opening(&self.path, e))?;
                if self.followed {
                    return self.tail(file);
                }
                if self.kind == InputKind::Pipe {
                    writer = file.try_clone().ok().map(Writer::of);
                }
                Box::new(file)
            }
            InputKind::Stdin => {
                writer = Some(Writer::stdin());
                Box::new(io::stdin())
            }
            InputKind::Journal(query) => {
                let failed = |e| Problem::new(&self.path, ProblemKind::Journal(e));
                let journal = query.open().map_err(failed)?;
                if query.follow {
                    writer = Some(Writer::of(journal.pipe().map_err(failed)?));
                }
                Box::new(journal)
            }
            InputKind::Kept(kept) => {
                let opened = kept.keeper.open(kept.period);
                let KeptLines { first, offset, bytes } =
                    opened.map_err(|e| Problem::opening(&self.path, e))?;
                let feed = Feed::new(Decoder::plain(bytes), None);
                return Ok(feed.of_log(kept.log, offset, first));
            }
        };
        let decoder = if seek == 0 { Decoder::new(raw) } else { Ok(Decoder::plain(raw)) };
        let skipped = decoder.and_then(|mut decoder| {
            decoder.skip(start - seek)?;
            Ok(decoder)
        });
        skipped
            .map(|decoder| Feed::new(decoder, writer))
            .map_err(|source| Problem::new(&self.path, ProblemKind::Read { read: 0, source }))
    }

    fn tail(&self, file: File) -> Result<Feed, Problem> {
        let failed = |source| Problem::new(&self.path, ProblemKind::Read { read: 0, source });
        let tail = Tail::new(&self.path, file, self.halt.clone()).map_err(failed)?;
        let writer = Writer::of_tail(tail.clone());
        Ok(Feed::new(Decoder::plain(Box::new(tail)), Some(writer)))
    }
}

/// Fills a buffer as far as the source goes.
fn read_some(
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
    into: &mut [u8],
) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn modified(metadata: &Metadata) -> Option<i64> {
    let since = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}
