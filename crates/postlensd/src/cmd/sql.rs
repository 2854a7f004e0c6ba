//! `postlensd sql`: asks the store.

use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use clap::Args;
use postlens_client::{ClientError, Daemon};

use super::StoreArgs;
use crate::api::Question;
use crate::audit::Audit;
use crate::exit::{self, causes};
use crate::output::{Format, write_answer};
use crate::peer::Peer;

/// Asks the store in SQL
///
/// The tables are `messages`, `deliveries`, `refusals`, `sessions` and `events`; their columns
/// are those of `postlens export`, and `events` has the lines themselves too, in `line`. Where
/// a postlensd follows logs into the store, it answers, with what it read a second ago.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postlensd sql 'SELECT status, count(*) FROM deliveries GROUP BY status'
  postlensd sql --format csv \"SELECT * FROM messages WHERE sender = 'alice@example.org'\"
  postlensd sql \"SELECT line FROM events WHERE queue_id = '4jYXrC3hT6z1SZfq' ORDER BY time\"
  postlensd sql 'DESCRIBE messages'

Exit codes: 0 the query was run, 2 it was not.")]
pub(crate) struct Arguments {
    /// The query.
    #[arg(value_name = "QUERY")]
    query: String,
    #[command(flatten)]
    store: StoreArgs,
    /// How the result is written.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

/// Asks whoever follows logs into the store, else the store itself.
pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    let Arguments { query, store, format } = arguments;
    let mut out = BufWriter::new(io::stdout().lock());
    let question = Question { query: query.clone(), format: *format, seconds: None };
    match Daemon::of_store(&store.store).post("/sql", &serde_json::to_vec(&question)?) {
        Ok(mut reply) => drop(io::copy(&mut reply, &mut out).context("cannot run the query")?),
        Err(ClientError::Absent { .. }) => {
            let view = postlens_store::view(&store.store)?;
            let mut ticket = Audit::of(&store.store).begin(Peer::own(), "offline", query);
            match write_answer(&view, query, *format, &mut out) {
                Ok((rows, bytes)) => {
                    ticket.sent(rows, bytes);
                    ticket.done();
                }
                Err(error) => {
                    ticket.failed(&causes(&error));
                    return Err(error.into());
                }
            }
        }
        Err(error) => return Err(error.into()),
    }
    out.flush()?;
    Ok(exit::OK)
}
