//! The ways to read a queue.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, anyhow};
use postlens_queue::{QueueName, Showq, ShowqError, Spool, SpoolError, listing};

use super::{Held, Reading, Take};
use crate::exit::hint;
use crate::postfix::{Instance, printed, program};

/// The queue directory of an instance, if nothing in it is hidden.
pub(super) fn opened(instance: &Instance, queues: &[QueueName]) -> Result<Spool> {
    readable(Spool::open(queue_directory(instance)?).map_err(explain)?, queues)
}

/// Only a queue of which nothing is hidden is read from its files.
fn readable(spool: Spool, queues: &[QueueName]) -> Result<Spool> {
    for queue in queues {
        let path = spool.root().join(queue.name());
        match std::fs::read_dir(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(explain(SpoolError::Unreadable { path, source }));
            }
            _ => {}
        }
    }
    Ok(spool)
}

/// Adds what to do.
pub(super) fn explain(error: SpoolError) -> anyhow::Error {
    let remedy = match &error {
        SpoolError::Foreign { .. } => {
            "name the directory that `postconf -xh queue_directory` prints, or a copy of it"
        }
        SpoolError::Unreadable { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            "name the directory that `postconf -xh queue_directory` prints, or a copy of it"
        }
        SpoolError::Unreadable { .. } => {
            "queue files are for root and the user postfix: use sudo, or --via postqueue"
        }
    };
    hint(error, remedy)
}

/// Reads queue files.
pub(super) fn files(
    spool: &Spool,
    instance: &Instance,
    queues: &[QueueName],
    reading: &mut Reading,
    take: Take<'_>,
) {
    let scan = spool.scan(queues, true, &mut |found| take(Held::of(instance, found)));
    let mut beside = spool.scan(&[QueueName::Corrupt, QueueName::Saved], false, &mut |_| {});
    reading.aside += std::mem::take(&mut beside.aside);
    reading.unfinished += scan.unfinished;
    reading.incomplete |= scan.is_incomplete();
    reading.origins.push(format!("queue files in {}", spool.root().display()));
    for failure in &scan.failures {
        reading.problem(failure);
    }
    for failure in &scan.directories {
        reading.problem(failure);
    }
    let untold = scan.failed.saturating_sub(scan.failures.len() as u64);
    if untold > 0 {
        reading.problems.push(format!("{untold} more queue files could not be read"));
    }
    if scan.failed > 0 {
        let hint = "hint: look at a damaged file with postcat; what is damaged is not counted here";
        reading.problems.push(hint.to_owned());
    }
}

/// The queue directory of an instance.
pub(crate) fn queue_directory(instance: &Instance) -> Result<PathBuf> {
    let config = instance.config.as_deref();
    let path = printed(program("postconf", config).args(["-xh", "queue_directory"]))?;
    Ok(PathBuf::from(path.trim_end()))
}

/// Connects to the showq service of an instance.
pub(super) fn connected(instance: &Instance) -> Result<Showq> {
    let directory = queue_directory(instance)?;
    Showq::connect(&directory).map_err(|error| {
        let remedy = "it is for root and the group postdrop, while Postfix runs: use sudo, or --via postqueue";
        hint(error, remedy)
    })
}

/// Reads what showq(8) says.
pub(super) fn showq(
    showq: Showq,
    instance: &Instance,
    queues: &[QueueName],
    reading: &mut Reading,
    take: Take<'_>,
) -> Result<()> {
    let origin = format!("the showq socket {}", showq.path().display());
    let read = showq.read(&mut |found| {
        if queues.contains(&found.queue) {
            take(Held::of(instance, found));
        }
    });
    match read {
        Ok(()) => {}
        Err(error @ ShowqError::Cut { .. }) => {
            reading.incomplete = true;
            reading.problem(&error);
        }
        Err(error) => return Err(hint(error, "use --via postqueue, or --via files as root")),
    }
    reading.origins.push(origin);
    Ok(())
}

/// Asks postqueue(1).
pub(super) fn postqueue(
    instance: &Instance,
    queues: &[QueueName],
    reading: &mut Reading,
    take: Take<'_>,
) -> Result<()> {
    let mut command = program("postqueue", instance.config.as_deref());
    // What it says must not get between the lines of a live view.
    let mut words = tempfile::tempfile().context("cannot keep what postqueue says")?;
    command.arg("-j").stdout(Stdio::piped());
    command.stderr(words.try_clone().context("cannot keep what postqueue says")?);
    let mut child = command.spawn().map_err(|error| {
        hint(
            anyhow::Error::new(error).context("cannot run postqueue"),
            "Postfix is not installed here; name a saved queue directory with --spool",
        )
    })?;
    let output = child.stdout.take().context("postqueue has no output")?;
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("cannot read what postqueue says")?;
        if line.is_empty() {
            continue;
        }
        match listing::parse(&line) {
            Ok(found) if queues.contains(&found.queue) => take(Held::of(instance, found)),
            Ok(_) => {}
            Err(error) => {
                reading.incomplete = true;
                reading.problem(&error);
            }
        }
    }
    let status = child.wait().context("cannot wait for postqueue")?;
    let said = said(&mut words).context("cannot read what postqueue says")?;
    if !status.success() {
        let error = anyhow!("{said}").context("postqueue failed: the queue could not be read");
        return Err(hint(error, "is Postfix running (`postfix status`)?"));
    }
    if !said.is_empty() {
        reading.problems.push(said);
    }
    reading.origins.push("postqueue -j".to_owned());
    Ok(())
}

/// What was written to a file.
fn said(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}
