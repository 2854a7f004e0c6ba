//! What is answered over the socket.
//!
//! | request | what it gives |
//! |---|---|
//! | `POST /sql` with `{"query": …, "format": …, "seconds": …}` | the rows of a query |
//! | `GET /logs?from=MICROS&to=MICROS` | the logs that have lines of a period: `[[[LOG, FIRST, LAST], …], …]`; those that follow each other are together; days are counted from 1970-01-01 |
//! | `GET /lines?log=LOG&first=DAY&last=DAY&from=MICROS&to=MICROS` | the lines of a log in a period, as they were logged |
//! | `GET /health` | how the daemon is |

use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use postlens_store::{Answers, Ends, KeptLog, Pieces, StoreError, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use crate::audit::{Audit, Ticket};
use crate::exit::causes;
use crate::http::{Parts, Reply, Request};
use crate::intake::Shared;
use crate::output::{Format, Shape};
use crate::peer::{Allowed, Peer};

/// What questions need.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) shared: Arc<Shared>,
    pub(crate) audit: Arc<Audit>,
    pub(crate) allowed: Allowed,
    /// The most that a query may take, in seconds.
    pub(crate) seconds: u64,
}

/// A query.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    pub(crate) query: String,
    #[serde(default)]
    pub(crate) format: Format,
    /// How long it may take at most; no longer than the configuration allows.
    #[serde(default)]
    pub(crate) seconds: Option<u64>,
}

/// The headers that tell when the first line of an answer was logged, and where it begins in
/// its log.
const FIRST: &str = "postlens-first";
const OFFSET: &str = "postlens-offset";

impl Api {
    /// Answers a question.
    pub(crate) async fn answer(&self, peer: Peer, request: Request) -> Reply {
        let Request { method, target, body } = request;
        let (path, parameters) = target.split_once('?').unwrap_or((&target, ""));
        let question =
            if method == "POST" { String::from_utf8_lossy(&body) } else { parameters.into() };
        let mut ticket = self.audit.begin(peer.clone(), path, &question);
        if !self.allowed.allows(&peer) {
            ticket.failed("not allowed");
            return refusal(
                403,
                "this user may not ask",
                Some("ask_users and ask_groups in the configuration of postlensd say who may"),
            );
        }
        match (method.as_str(), path) {
            ("POST", "/sql") => self.sql(&body, ticket).await,
            ("GET", "/logs") => self.logs(parameters, ticket).await,
            ("GET", "/lines") => self.lines(parameters, ticket).await,
            ("GET", "/health") => {
                ticket.done();
                Reply::Whole { status: 200, body: self.shared.board().json().into_bytes() }
            }
            _ => {
                ticket.failed("no such request");
                refusal(404, &format!("{method} {path} is nothing that can be asked"), None)
            }
        }
    }

    /// What the store holds now.
    async fn view(&self) -> Result<View, StoreError> {
        let shared = Arc::clone(&self.shared);
        // The store may be busy for a while.
        let view = tokio::task::spawn_blocking(move || shared.store().view()).await;
        view.unwrap_or_else(|error| Err(StoreError::Threads(std::io::Error::other(error))))
    }

    async fn sql(&self, body: &[u8], mut ticket: Ticket) -> Reply {
        let question: Question = match serde_json::from_slice(body) {
            Ok(question) => question,
            Err(error) => {
                ticket.failed("not a question");
                let hint = "send {\"query\": \"SELECT …\", \"format\": \"csv\"}";
                return refusal(400, &format!("not a question: {error}"), Some(hint));
            }
        };
        let seconds = question.seconds.unwrap_or(self.seconds).min(self.seconds);
        let end = Instant::now() + Duration::from_secs(seconds);
        let asked = async { self.view().await?.ask(&question.query).await };
        let answers = timeout_at(end, asked).await.unwrap_or(Err(StoreError::Slow { seconds }));
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) => return failed(&error, &mut ticket),
        };
        let rows = Rows { answers, shape: Shape::new(question.format), ticket, end, seconds };
        first(rows.parts()).await.map_or_else(
            |reply| reply,
            |(_, parts)| {
                let kind = ("content-type", question.format.media_type().to_owned());
                Reply::Parts { headers: vec![kind], parts }
            },
        )
    }

    async fn logs(&self, parameters: &str, mut ticket: Ticket) -> Reply {
        let Some(Wanted { ends, .. }) = Wanted::new(parameters) else {
            ticket.failed("not a period");
            return refusal(400, "from and to are whole numbers", None);
        };
        let logs = async { self.view().await?.logs(ends).await };
        match logs.await {
            Ok(strands) => {
                ticket.done();
                let told = |kept: &KeptLog| {
                    json!([format!("{:016x}", kept.log), kept.days.0, kept.days.1])
                };
                let strands = strands.iter().map(|logs| logs.iter().map(told).collect());
                let body = serde_json::Value::Array(strands.collect()).to_string().into_bytes();
                Reply::Whole { status: 200, body }
            }
            Err(error) => failed(&error, &mut ticket),
        }
    }

    async fn lines(&self, parameters: &str, mut ticket: Ticket) -> Reply {
        let Some(Wanted { log: Some(log), first: Some(from), last: Some(to), ends }) =
            Wanted::new(parameters)
        else {
            ticket.failed("not a log and a period");
            return refusal(400, "log, first, last, from and to are whole numbers", None);
        };
        let view = match self.view().await {
            Ok(view) => view,
            Err(error) => return failed(&error, &mut ticket),
        };
        let pieces = view.lines(KeptLog { log, days: (from, to) }, ends);
        first(lines(pieces, ticket)).await.map_or_else(
            |reply| reply,
            |(start, parts)| {
                let mut headers = vec![("content-type", "text/plain".to_owned())];
                headers.extend(start.time.map(|time| (FIRST, time.to_string())));
                headers.extend(start.offset.map(|offset| (OFFSET, offset.to_string())));
                Reply::Parts { headers, parts }
            },
        )
    }
}

/// The parameters of `/logs` and `/lines`.
#[derive(Debug, Default)]
struct Wanted {
    log: Option<u64>,
    first: Option<i32>,
    last: Option<i32>,
    ends: Ends,
}

impl Wanted {
    /// Reads them; `None` where one is wrong.
    fn new(parameters: &str) -> Option<Self> {
        let mut wanted = Self::default();
        for (name, value) in url::form_urlencoded::parse(parameters.as_bytes()) {
            match &*name {
                "log" => wanted.log = Some(u64::from_str_radix(&value, 16).ok()?),
                "first" => wanted.first = Some(value.parse().ok()?),
                "last" => wanted.last = Some(value.parse().ok()?),
                "from" => wanted.ends.0 = Some(value.parse().ok()?),
                "to" => wanted.ends.1 = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        Some(wanted)
    }
}

fn refusal(status: u16, error: &str, hint: Option<&str>) -> Reply {
    let body = json!({ "error": error, "hint": hint }).to_string().into_bytes();
    Reply::Whole { status, body }
}

fn failed(error: &StoreError, ticket: &mut Ticket) -> Reply {
    let words = causes(error);
    ticket.failed(&words);
    refusal(400, &words, error.hint())
}

/// Where the lines of an answer begin.
#[derive(Debug, Clone, Copy, Default)]
struct Start {
    time: Option<i64>,
    offset: Option<u64>,
}

/// A part of an answer, or an error in words with a hint.
type Part = Result<(Start, Vec<u8>), (String, Option<&'static str>)>;

/// Waits for the first part: what fails before it is refused as a whole.
async fn first(parts: impl Stream<Item = Part> + Send + 'static) -> Result<(Start, Parts), Reply> {
    let mut parts = Box::pin(parts.fuse());
    let (start, begun) = match parts.next().await {
        Some(Err((error, hint))) => return Err(refusal(400, &error, hint)),
        Some(Ok((start, bytes))) => (start, Some(Ok(bytes))),
        None => (Start::default(), None),
    };
    let words = |(error, hint): (String, Option<&str>)| match hint {
        Some(hint) => format!("{error}; {hint}"),
        None => error,
    };
    let rest = parts.map(move |part| part.map(|(_, bytes)| bytes).map_err(words));
    Ok((start, Box::pin(futures::stream::iter(begun).chain(rest))))
}

/// The rows of a query on their way out.
struct Rows {
    answers: Answers,
    shape: Shape,
    ticket: Ticket,
    end: Instant,
    seconds: u64,
}

impl Rows {
    /// All that is written; an error is the last.
    fn parts(mut self) -> impl Stream<Item = Part> + Send {
        let headers = self.shape.part(&self.answers.headers());
        let begun = futures::stream::iter([headers
            .map(|bytes| (Start::default(), bytes))
            .map_err(|error| told(&error))]);
        begun.chain(futures::stream::unfold(Some(self), |rows| async move {
            let mut rows = rows?;
            let next = match rows.next().await {
                Ok(Some(bytes)) => return Some((Ok((Start::default(), bytes)), Some(rows))),
                Ok(None) => {
                    rows.ticket.done();
                    Ok((Start::default(), rows.shape.end()))
                }
                Err(error) => {
                    rows.ticket.failed(&causes(&error));
                    Err(told(&error))
                }
            };
            Some((next, None))
        }))
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let next = timeout_at(self.end, self.answers.next()).await;
        let slow = StoreError::Slow { seconds: self.seconds };
        let Some(answer) = next.map_err(|_| slow)? else { return Ok(None) };
        let answer = answer?;
        let bytes = self.shape.part(&answer)?;
        self.ticket.sent(answer.rows(), bytes.len());
        Ok(Some(bytes))
    }
}

fn told(error: &StoreError) -> (String, Option<&'static str>) {
    (causes(error), error.hint())
}

/// Lines on their way out.
fn lines(pieces: Pieces, ticket: Ticket) -> impl Stream<Item = Part> + Send {
    futures::stream::unfold(Some((pieces, ticket)), |state| async move {
        let (mut pieces, mut ticket) = state?;
        match pieces.next().await {
            Some(Ok(piece)) => {
                ticket.sent(piece.lines, piece.bytes.len());
                let start = Start { time: piece.first, offset: piece.offset };
                Some((Ok((start, piece.bytes)), Some((pieces, ticket))))
            }
            Some(Err(error)) => {
                ticket.failed(&causes(&error));
                Some((Err(told(&error)), None))
            }
            None => {
                ticket.done();
                None
            }
        }
    })
}
