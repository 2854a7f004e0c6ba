//! Which queue is read, and by which way.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use postlens_queue::{Message, QueueName, Spool, SpoolError, listing};

use crate::exit::{self, hint};
use crate::output::message;
use crate::postfix::{Instance, instances, printed, program};

/// What the user wrote.
#[derive(Debug, Args, Clone)]
pub(crate) struct PlaceArgs {
    /// A queue directory, such as /var/spool/postfix or a saved copy of one.
    #[arg(long, value_name = "DIR", help_heading = "Queue", conflicts_with_all = ["config", "via"])]
    spool: Option<PathBuf>,
    /// The instance with this configuration directory. Default: all that postmulti lists.
    #[arg(long, short = 'c', value_name = "DIR", help_heading = "Queue")]
    config: Option<PathBuf>,
    /// How to read it: the queue files (needs root), or what `postqueue -j` says.
    #[arg(long, value_name = "WAY", default_value = "auto", help_heading = "Queue")]
    via: Via,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Via {
    /// Queue files where they may be read, else postqueue.
    Auto,
    /// Queue files.
    Files,
    /// `postqueue -j`.
    Postqueue,
}

/// A message, and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// Name of the instance, where there is more than one.
    pub(crate) instance: Option<String>,
    /// Its configuration directory, where it is a live queue.
    pub(crate) config: Option<PathBuf>,
    pub(crate) message: Message,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) messages: Vec<Held>,
    pub(crate) reading: Reading,
}

/// How reading went.
#[derive(Debug)]
pub(crate) struct Reading {
    /// From where, in words.
    pub(crate) origins: Vec<String>,
    /// Files in `corrupt` and `saved`.
    pub(crate) aside: u64,
    /// Files that Postfix was writing.
    pub(crate) unfinished: u64,
    /// Whether part of the queue is missing.
    pub(crate) incomplete: bool,
    /// Whether times of the next attempt are known.
    pub(crate) attempts_known: bool,
    /// What could not be read, in words.
    pub(crate) problems: Vec<String>,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            aside: 0,
            unfinished: 0,
            incomplete: false,
            attempts_known: true,
            problems: Vec::new(),
        }
    }
}

impl Reading {
    /// The exit code that follows.
    pub(crate) fn code(&self) -> u8 {
        if self.incomplete { exit::INCOMPLETE } else { exit::OK }
    }

    /// Says what could not be read.
    pub(crate) fn tell(&self) {
        self.problems.iter().for_each(|problem| message(problem));
    }

    fn problem(&mut self, error: &dyn std::error::Error) {
        let causes = std::iter::successors(error.source(), |error| error.source());
        let parts = std::iter::once(error.to_string()).chain(causes.map(ToString::to_string));
        self.problems.push(parts.collect::<Vec<_>>().join(": "));
    }
}

/// Takes messages one by one.
type Take<'a> = &'a mut dyn FnMut(Held);

impl Held {
    fn of(instance: &Instance, message: Message) -> Self {
        Self { instance: instance.name.clone(), config: instance.config.clone(), message }
    }
}

impl PlaceArgs {
    /// Reads what waits in the queues named, all by default, and says what it could not.
    pub(crate) fn read(&self, queues: &[QueueName]) -> Result<Waiting> {
        let mut messages = Vec::new();
        let reading = self.each(queues, &mut |held| messages.push(held))?;
        reading.tell();
        Ok(Waiting { messages, reading })
    }

    /// Gives what waits in the queues named, all by default, one by one. Says nothing.
    pub(crate) fn each(&self, queues: &[QueueName], take: Take<'_>) -> Result<Reading> {
        let queues = if queues.is_empty() { &QueueName::WAITING[..] } else { queues };
        let mut reading = Reading::default();
        if let Some(root) = &self.spool {
            let spool = Spool::open(root).map_err(explain)?;
            files(&spool, &Instance::default(), queues, &mut reading, take);
            return Ok(reading);
        }
        let instances = match &self.config {
            Some(config) => vec![Instance { name: None, config: Some(config.clone()) }],
            None => instances(),
        };
        for instance in instances {
            self.live(&instance, queues, &mut reading, take)?;
        }
        Ok(reading)
    }

    /// Which queue is meant, whatever way it is read.
    pub(crate) fn name(&self) -> String {
        let place = self.spool.as_ref().or(self.config.as_ref());
        place.map(|path| path.display().to_string()).unwrap_or_default()
    }

    /// Whether a saved copy is read.
    pub(crate) fn is_copy(&self) -> bool {
        self.spool.is_some()
    }

    /// Looks at messages of live queues again.
    pub(crate) fn again(&self, messages: &[Held]) -> Result<Vec<Message>> {
        let mut found = Vec::new();
        let mut configs: Vec<Option<PathBuf>> =
            messages.iter().map(|held| held.config.clone()).collect();
        configs.dedup();
        for config in configs {
            let instance = Instance { name: None, config: config.clone() };
            let spool = if self.via == Via::Postqueue {
                None
            } else {
                let root = queue_directory(&instance)?;
                Spool::open(root).ok().and_then(|spool| readable(spool, &QueueName::WAITING).ok())
            };
            let ids =
                messages.iter().filter(|held| held.config == config).map(|held| &held.message.id);
            if let Some(spool) = spool {
                found.extend(ids.filter_map(|id| spool.find(id)));
                continue;
            }
            let mut reading = Reading::default();
            let take = &mut |held: Held| found.push(held.message);
            postqueue(&instance, &QueueName::WAITING, &mut reading, take)?;
            reading.tell();
        }
        Ok(found)
    }

    fn live(
        &self,
        instance: &Instance,
        queues: &[QueueName],
        reading: &mut Reading,
        take: Take<'_>,
    ) -> Result<()> {
        if self.via != Via::Postqueue {
            let opened = queue_directory(instance)
                .and_then(|root| readable(Spool::open(root).map_err(explain)?, queues));
            match opened {
                Ok(spool) => {
                    files(&spool, instance, queues, reading, take);
                    return Ok(());
                }
                Err(error) if self.via == Via::Files => return Err(error),
                Err(_) => {}
            }
        }
        reading.attempts_known = false;
        postqueue(instance, queues, reading, take)
    }
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

fn explain(error: SpoolError) -> anyhow::Error {
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

fn files(
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

fn queue_directory(instance: &Instance) -> Result<PathBuf> {
    let config = instance.config.as_deref();
    let path = printed(program("postconf", config).args(["-xh", "queue_directory"]))?;
    Ok(PathBuf::from(path.trim_end()))
}

fn postqueue(
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
