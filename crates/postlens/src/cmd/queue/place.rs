//! Which queue is read, and by which way.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use postlens_queue::compat::Columns;
use postlens_queue::{Message, QueueName, Spool};

use crate::postfix::{Instance, instances, printed, program};

mod reading;
mod way;

pub(crate) use reading::Reading;
pub(crate) use way::queue_directory;

/// What the user wrote.
#[derive(Debug, Args, Clone)]
pub(crate) struct PlaceArgs {
    /// A queue directory, such as /var/spool/postfix or a saved copy of one.
    #[arg(long, value_name = "DIR", help_heading = "Queue", conflicts_with_all = ["config", "via"])]
    spool: Option<PathBuf>,
    /// The instance with this configuration directory. Default: all that postmulti lists.
    #[arg(long, short = 'c', value_name = "DIR", help_heading = "Queue")]
    config: Option<PathBuf>,
    /// How to read it: the queue files (needs root), the showq socket (group postdrop), or what
    /// `postqueue -j` says.
    #[arg(long, value_name = "WAY", default_value = "auto", help_heading = "Queue")]
    via: Via,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Via {
    /// The first of these that is permitted.
    Auto,
    /// Queue files.
    Files,
    /// The socket of showq(8).
    Showq,
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

/// Takes messages one by one.
type Take<'a> = &'a mut dyn FnMut(Held);

impl Held {
    fn of(instance: &Instance, message: Message) -> Self {
        Self { instance: instance.name.clone(), config: instance.config.clone(), message }
    }
}

impl PlaceArgs {
    /// Gives what waits in the queues named, all by default, one by one. Says nothing.
    pub(crate) fn each(&self, queues: &[QueueName], take: Take<'_>) -> Result<Reading> {
        let queues = if queues.is_empty() { &QueueName::WAITING[..] } else { queues };
        let mut reading = Reading::default();
        if let Some(root) = &self.spool {
            let spool = Spool::open(root).map_err(way::explain)?;
            way::files(&spool, &Instance::default(), queues, &mut reading, take);
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

    /// How queue IDs are laid out, where the configuration can be asked.
    pub(crate) fn columns(&self) -> Option<Columns> {
        if self.is_copy() {
            return None;
        }
        let mut postconf = program("postconf", self.config.as_deref());
        let said = printed(postconf.args(["-xh", "enable_long_queue_ids"])).ok()?;
        Some(if said.trim() == "yes" { Columns::Long } else { Columns::Short })
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
            let ids: HashSet<&str> = messages
                .iter()
                .filter(|held| held.config == config)
                .map(|held| held.message.id.as_str())
                .collect();
            if matches!(self.via, Via::Auto | Via::Files)
                && let Ok(spool) = way::opened(&instance, &QueueName::WAITING)
            {
                found.extend(ids.into_iter().filter_map(|id| spool.find(id)));
                continue;
            }
            let mut reading = Reading::default();
            self.live(&instance, &QueueName::WAITING, &mut reading, &mut |held| {
                if ids.contains(held.message.id.as_str()) {
                    found.push(held.message);
                }
            })?;
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
        if matches!(self.via, Via::Auto | Via::Files) {
            match way::opened(instance, queues) {
                Ok(spool) => {
                    way::files(&spool, instance, queues, reading, take);
                    return Ok(());
                }
                Err(error) if self.via == Via::Files => return Err(error),
                Err(_) => {}
            }
        }
        reading.attempts_known = false;
        if matches!(self.via, Via::Auto | Via::Showq) {
            match way::connected(instance) {
                Ok(showq) => return way::showq(showq, instance, queues, reading, take),
                Err(error) if self.via == Via::Showq => return Err(error),
                Err(_) => {}
            }
        }
        way::postqueue(instance, queues, reading, take)
    }
}
