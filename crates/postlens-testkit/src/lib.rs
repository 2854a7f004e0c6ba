//! A seeded generator of Postfix logs of any size, with the truth about them.
//!
//! It plays a mail system's life (sessions, filters, aliases, retries, bounces, attacks,
//! the admin at work) by events in time and writes the lines that Postfix would log,
//! interleaved as many processes log them. Beside the log it tells what really happened:
//! every message with the outcome of each recipient, every refusal, session and failed
//! login, as of the log's end and as far as its lines show it.
//!
//! ```
//! use postlens_testkit::{Config, Until, generate_in_memory};
//!
//! let config = Config { seed: 7, until: Until::Messages(50), ..Config::default() };
//! let (log, truth, totals) = generate_in_memory(config);
//! assert_eq!(log.len() as u64, totals.bytes);
//! assert!(totals.messages >= 50);
//! assert!(!truth.is_empty());
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod clock;
pub mod config;
mod format;
mod kind;
mod ledger;
mod mail;
mod process;
pub mod python;
pub mod queue;
mod queue_id;
mod random;
mod remote;
pub mod scenario;
mod schedule;
mod service;
mod simulation;
pub mod truth;
mod world;

use std::io::{self, Write};

pub use config::{
    Config, Flavour, Format, Hostility, Incident, IncidentKind, Repeats, Until, Zone,
};
pub use scenario::{SCENARIOS, Scenario};
pub use truth::{Totals, Truth};

use simulation::Simulation;

/// Why a log could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The log could not be written.
    #[error("cannot write the generated log")]
    Write {
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
}

/// Generates one log.
#[derive(Debug)]
pub struct Generator {
    config: Config,
}

impl Generator {
    /// A generator for `config`.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// Writes the log to `log` and hands the truth to `truth`, record by record as soon
    /// as it is final; gives the sums. Memory is bounded by what is in the queues, not by
    /// the length of the log. The same configuration always gives the same log and truth.
    ///
    /// # Errors
    /// [`GenerateError::Write`] when `log` fails.
    pub fn generate(
        &mut self,
        log: &mut dyn Write,
        truth: &mut dyn FnMut(Truth),
    ) -> Result<Totals, GenerateError> {
        Simulation::new(self.config.clone())
            .run(log, truth)
            .map_err(|source| GenerateError::Write { source })
    }
}

/// Generates a log and its truth in memory.
pub fn generate_in_memory(config: Config) -> (Vec<u8>, Vec<Truth>, Totals) {
    let (mut log, mut records) = (Vec::new(), Vec::new());
    let totals = Simulation::new(config).run(&mut log, &mut |record| records.push(record));
    // Writing to memory cannot fail.
    (log, records, totals.unwrap_or_default())
}
