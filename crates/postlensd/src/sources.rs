//! What the daemon follows: started, stopped and looked at as the configuration says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Error, Result};
use jiff::Timestamp;
use postlens_receive::{JournalNotice, JournalReader, Receiver, Spool, SpoolLimits};
use postlens_source::Halt;

use crate::config::{Config, JournalTable, ListenTable, Log};
use crate::exit::causes;
use crate::follow;
use crate::health::{SourceHealth, Trouble};
use crate::intake::Shared;
use crate::spools;

/// All that is followed.
#[derive(Debug)]
pub(crate) struct Sources {
    shared: Arc<Shared>,
    /// Logs, and files of what was received.
    followed: Vec<(Log, Halt)>,
    receivers: Vec<(Receiver, Arc<Spool>)>,
    journals: Vec<(JournalTable, JournalReader, Arc<Spool>)>,
}

impl Sources {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, followed: Vec::new(), receivers: Vec::new(), journals: Vec::new() }
    }

    /// Follows what the configuration names, and nothing else any more. What cannot be done
    /// is told, and the rest is done all the same.
    pub(crate) fn apply(&mut self, config: &Config) -> Vec<Error> {
        let mut failed = Vec::new();
        failed.extend(self.receive(config));
        failed.extend(self.read_journals(config));
        let mut logs = config.log.clone();
        logs.extend(Self::spooled(config));
        for log in &mut logs {
            log.tz = log.tz.take().or(config.tz.clone());
        }
        failed.extend(self.follow(&logs).err());
        failed
    }

    /// Starts and stops receivers.
    fn receive(&mut self, config: &Config) -> Vec<Error> {
        let wanted: Vec<_> = config.listen.iter().map(ListenTable::listen).collect();
        // Before others are started: they may have the same address.
        self.receivers.retain(|(receiver, _)| wanted.contains(receiver.listen()));
        let mut failed = Vec::new();
        for (receiver, spool) in &self.receivers {
            spool.set_floor(floor(config));
            failed.extend(receiver.renew().err().map(Error::from));
        }
        for listen in wanted {
            if self.receivers.iter().any(|(receiver, _)| *receiver.listen() == listen) {
                continue;
            }
            let started = spool(config, &listen.file_name())
                .and_then(|spool| Ok((Receiver::start(&listen, Arc::clone(&spool))?, spool)));
            match started {
                Ok(started) => self.receivers.push(started),
                Err(error) => failed.push(error),
            }
        }
        failed
    }

    /// Starts and stops readers of journals.
    fn read_journals(&mut self, config: &Config) -> Vec<Error> {
        self.journals.retain(|(table, ..)| config.journal.contains(table));
        self.journals.iter().for_each(|(.., spool)| spool.set_floor(floor(config)));
        let mut failed = Vec::new();
        for table in &config.journal {
            if self.journals.iter().any(|(running, ..)| running == table) {
                continue;
            }
            match self.read_journal(config, table) {
                Ok((reader, spool)) => self.journals.push((table.clone(), reader, spool)),
                Err(error) => failed.push(error),
            }
        }
        failed
    }

    fn read_journal(
        &self,
        config: &Config,
        table: &JournalTable,
    ) -> Result<(JournalReader, Arc<Spool>)> {
        let journal = table.journal();
        let spool = spool(config, &journal.file_name())?;
        let (shared, name) = (Arc::clone(&self.shared), spool.path().display().to_string());
        let notice = move |notice| {
            let text = words(&notice);
            tracing::warn!("{text}");
            shared.board().source(&name, |source| source.trouble = Some(Trouble::now(text)));
        };
        Ok((JournalReader::start(journal, Arc::clone(&spool), notice)?, spool))
    }

    /// The files of what is or was received.
    fn spooled(config: &Config) -> Vec<Log> {
        let zone = |path: &PathBuf| {
            let table = config.listen.iter().find(|table| {
                let named = format!("{}.log", table.listen().file_name());
                path.file_name().is_some_and(|name| *name == *named)
            });
            table.and_then(|table| table.tz.clone())
        };
        let logs = spools::logs(&config.store).into_iter();
        logs.map(|path| Log { tz: zone(&path), path }).collect()
    }

    /// Starts and stops to follow.
    fn follow(&mut self, wanted: &[Log]) -> Result<()> {
        self.followed.retain(|(log, halt)| {
            let stays = wanted.contains(log);
            if !stays {
                halt.stop();
                let name = log.path.display().to_string();
                self.shared.board().health().sources.retain(|source| source.name != name);
            }
            stays
        });
        for log in wanted {
            if !self.followed.iter().any(|(followed, _)| followed == log) {
                let health = SourceHealth::new(log.path.display().to_string());
                self.shared.board().health().sources.push(health);
                let halt = follow::start(Arc::clone(&self.shared), log)?;
                self.followed.push((log.clone(), halt));
            }
        }
        Ok(())
    }

    /// Looks how far each log is behind, and whether the store answers.
    pub(crate) fn look(&self) -> bool {
        let Some(store) = self.shared.try_store() else { return false };
        let now = Timestamp::now();
        let board = self.shared.board();
        board.health().pending_bytes = store.pending();
        for (Log { path, .. }, _) in &self.followed {
            // Whoever follows it says what is wrong with it.
            let Ok(behind) = follow::behind(path, &store) else { continue };
            board.source(&path.display().to_string(), |source| source.behind(behind, now));
        }
        drop(store);
        for (receiver, spool) in &self.receivers {
            let counts = receiver.counts();
            let name = spool.path().display().to_string();
            board.source(&name, |source| source.received = Some(counts.into()));
        }
        true
    }

    /// How many there are, in words.
    pub(crate) fn status(&self) -> String {
        format!("following {} sources", self.followed.len())
    }
}

fn floor(config: &Config) -> u64 {
    config.free_mib << 20
}

fn spool(config: &Config, name: &str) -> Result<Arc<Spool>> {
    let limits = SpoolLimits {
        size: config.spool_mib << 20,
        floor: floor(config),
        ..SpoolLimits::default()
    };
    Ok(Arc::new(Spool::open(&spools::directory(Path::new(&config.store)), name, limits)?))
}

fn words(notice: &JournalNotice) -> String {
    match notice {
        JournalNotice::Gap => "the journal no longer has the record that was read last: what \
             came after it and was removed is lost; going on with the oldest there is"
            .to_owned(),
        JournalNotice::Failed(words) => format!("cannot follow the journal: {words}"),
        JournalNotice::Unwritten(error) => {
            format!("cannot keep the journal's records: {}", causes(error))
        }
    }
}
