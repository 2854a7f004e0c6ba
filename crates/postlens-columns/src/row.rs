//! One record or one line, to be taken apart into cells.

use std::cell::OnceCell;

use bstr::BStr;
use postlens_explain::{Failure, Verdict};
use postlens_syntax::{Event, Severity};
use postlens_track::{
    Delivery, LineId, Message, MessageName, Observation, Record, Refusal, Session,
};

use crate::cell::Cell;
use crate::fields::Fields;
use crate::suppression::Suppression;
use crate::table::{self, Table};

/// A row of a table.
#[derive(Debug)]
pub struct Row<'a>(Kind<'a>);

#[derive(Debug)]
enum Kind<'a> {
    Message(&'a Message<'a>),
    Delivery(DeliveryRow<'a>),
    Refusal(RefusalRow<'a>),
    Session(&'a Session<'a>),
    Event(Box<EventRow<'a>>),
    Suppression(&'a Suppression<'a>),
}

#[derive(Debug)]
pub(crate) struct DeliveryRow<'a> {
    pub(crate) record: &'a Delivery<'a>,
    verdict: OnceCell<Option<Verdict>>,
}

impl DeliveryRow<'_> {
    /// Why it failed, found out when a column first asks for it.
    pub(crate) fn verdict(&self) -> Option<&Verdict> {
        let event = || Event::Delivery(*self.record.line);
        self.verdict.get_or_init(|| verdict(&event())).as_ref()
    }
}

#[derive(Debug)]
pub(crate) struct RefusalRow<'a> {
    pub(crate) record: &'a Refusal<'a>,
    verdict: OnceCell<Option<Verdict>>,
}

impl RefusalRow<'_> {
    /// Why it was refused, found out when a column first asks for it.
    pub(crate) fn verdict(&self) -> Option<&Verdict> {
        let event = || Event::Decision(*self.record.decision);
        self.verdict.get_or_init(|| verdict(&event())).as_ref()
    }
}

#[derive(Debug)]
pub(crate) struct EventRow<'a> {
    pub(crate) line: &'a Observation<'a>,
    pub(crate) severity: Severity,
    pub(crate) fields: Fields,
    verdict: OnceCell<Option<Verdict>>,
}

impl EventRow<'_> {
    /// Why something failed, found out when a column first asks for it.
    pub(crate) fn verdict(&self) -> Option<&Verdict> {
        self.verdict.get_or_init(|| verdict(self.line.event)).as_ref()
    }
}

fn verdict(event: &Event<'_>) -> Option<Verdict> {
    Failure::of(event).map(|failure| failure.verdict())
}

impl<'a> Row<'a> {
    /// The row of a record.
    pub fn of_record(record: &'a Record<'a>) -> Self {
        Self(match record {
            Record::Message(message) => Kind::Message(message),
            Record::Delivery(delivery) => {
                Kind::Delivery(DeliveryRow { record: delivery, verdict: OnceCell::new() })
            }
            Record::Refusal(refusal) => {
                Kind::Refusal(RefusalRow { record: refusal, verdict: OnceCell::new() })
            }
            Record::Session(session) => Kind::Session(session),
        })
    }

    /// The row of a line.
    pub fn of_line(line: &'a Observation<'a>) -> Self {
        let severity = line.event.severity().or(line.entry.priority).unwrap_or(Severity::Info);
        let fields = Fields::of(line.event);
        let verdict = OnceCell::new();
        Self(Kind::Event(Box::new(EventRow { line, severity, fields, verdict })))
    }

    /// The row of a recipient.
    pub fn of_suppression(suppression: &'a Suppression<'a>) -> Self {
        Self(Kind::Suppression(suppression))
    }

    /// The line that it stands for, or that its record begins with; a message has no such name.
    pub fn line(&self) -> Option<LineId> {
        match &self.0 {
            Kind::Delivery(row) => Some(row.record.line_id),
            Kind::Refusal(row) => Some(row.record.line),
            Kind::Session(session) => Some(session.line),
            Kind::Event(row) => Some(row.line.line),
            Kind::Message(_) | Kind::Suppression(_) => None,
        }
    }

    /// The message of a delivery, and the host and the instance of the delivery's own line.
    pub fn message(&self) -> Option<(MessageName<'a>, Option<&'a BStr>, Option<&'a BStr>)> {
        match &self.0 {
            Kind::Delivery(DeliveryRow { record, .. }) => {
                Some((record.message, record.host, record.tag.instance()))
            }
            Kind::Message(_)
            | Kind::Refusal(_)
            | Kind::Session(_)
            | Kind::Event(_)
            | Kind::Suppression(_) => None,
        }
    }

    /// The table that it belongs to.
    pub fn table(&self) -> Table {
        match &self.0 {
            Kind::Message(_) => Table::Messages,
            Kind::Delivery(_) => Table::Deliveries,
            Kind::Refusal(_) => Table::Refusals,
            Kind::Session(_) => Table::Sessions,
            Kind::Event(_) => Table::Events,
            Kind::Suppression(_) => Table::Suppressions,
        }
    }

    /// The cells of the columns that are wanted, in the table's order.
    pub(crate) fn fill(&'a self, wanted: &[bool], cells: &mut Vec<Cell<'a>>) {
        match &self.0 {
            Kind::Message(message) => table::message(message, wanted, cells),
            Kind::Delivery(row) => table::delivery(row, wanted, cells),
            Kind::Refusal(row) => table::refusal(row, wanted, cells),
            Kind::Session(session) => table::session(session, wanted, cells),
            Kind::Event(row) => table::event(row, wanted, cells),
            Kind::Suppression(row) => table::suppression(row, wanted, cells),
        }
    }
}
