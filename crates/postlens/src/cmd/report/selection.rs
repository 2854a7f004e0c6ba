//! Which mail and which clients a report is about: `--domain`, `--sender`, `--recipient`,
//! `--client`, `--instance`.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use bstr::BStr;
use clap::Args;
use postlens_detect::{Finding, Subject};
use postlens_filter::{Facts, Field, Line, Query};
use postlens_report::Filter;
use postlens_source::Period;
use postlens_syntax::FieldSink;
use postlens_track::Observation;

use crate::exit::hint;

/// What the user wrote.
#[derive(Debug, Args)]
pub(super) struct SelectionArgs {
    /// Only mail of this domain's senders and for its recipients, and logins of its users;
    /// subdomains are in it. May be given several times, as all of these; with `!` before
    /// it: all but this.
    #[arg(long, value_name = "DOMAIN", help_heading = "Only some mail")]
    domain: Vec<String>,
    /// Only mail of this envelope sender: alice@example.com, '*@example.com', '' for
    /// notifications.
    #[arg(long, value_name = "ADDRESS", help_heading = "Only some mail")]
    sender: Vec<String>,
    /// Only mail for this recipient.
    #[arg(long, value_name = "ADDRESS", help_heading = "Only some mail")]
    recipient: Vec<String>,
    /// Only connections of this client, and mail that came from it: 192.0.2.1,
    /// 192.0.2.0/24, '*.example.com'.
    #[arg(long, value_name = "CLIENT", help_heading = "Only some mail")]
    client: Vec<String>,
    /// Only this instance of Postfix, by its `syslog_name`, as if it were alone.
    #[arg(long, value_name = "NAME", help_heading = "Only some mail")]
    instance: Vec<String>,
}

impl SelectionArgs {
    /// Reads the patterns.
    pub(super) fn validate(&self) -> Result<Selection> {
        let options = [
            (Field::Domain, &self.domain),
            (Field::Sender, &self.sender),
            (Field::Recipient, &self.recipient),
            (Field::Client, &self.client),
            (Field::Instance, &self.instance),
        ];
        let read = |wanted: &[Field]| {
            let of = options.iter().filter(|(field, _)| wanted.contains(field));
            let values =
                of.flat_map(|(field, values)| values.iter().map(|value| (*field, value.as_str())));
            Query::new(values).map_err(|error| {
                let remedy = error.hint();
                hint(error, remedy)
            })
        };
        let words = options.iter().filter(|(_, values)| !values.is_empty());
        Ok(Selection {
            addresses: read(&[Field::Domain, Field::Recipient])?,
            sender: read(&[Field::Sender])?,
            client: read(&[Field::Client])?,
            all: read(&[Field::Domain, Field::Sender, Field::Recipient, Field::Client])?,
            instance: read(&[Field::Instance])?,
            words: words.map(|(field, values)| (field.name(), (*values).clone())).collect(),
            left_out: AtomicU64::new(0),
        })
    }
}

/// What a report is about; all must hold.
#[derive(Debug)]
pub(super) struct Selection {
    /// Whom mail is of or for: what may hold for some recipients of a mail only.
    pub(super) addresses: Query,
    pub(super) sender: Query,
    pub(super) client: Query,
    /// These three.
    pub(super) all: Query,
    instance: Query,
    /// Options and values as written.
    words: Vec<(&'static str, Vec<String>)>,
    /// Lines of the report's period that are not in it.
    left_out: AtomicU64,
}

impl Selection {
    /// Whether the report is about everything.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether instances are chosen: that is done before messages are followed, so that one
    /// instance is as if it were alone.
    pub(super) fn chooses_instances(&self) -> bool {
        !self.instance.is_empty()
    }

    /// Whether a line is of a chosen instance; others of the period are counted.
    pub(super) fn is_of_instance(&self, line: &Observation<'_>, period: Option<Period>) -> bool {
        let chosen = self.instance.matches(&Line::from(line));
        if !chosen {
            self.leave_out(line, period);
        }
        chosen
    }

    /// Counts a line that the report is not about.
    pub(super) fn leave_out(&self, line: &Observation<'_>, period: Option<Period>) {
        let counts = period.is_none_or(|period| period.contains(line.time.micros));
        if counts && !line.echo {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lines left out so far.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }

    /// What the report says about it; `None` where it is about everything.
    pub(super) fn told(&self) -> Option<Filter> {
        let filter = || Filter { words: self.words.clone(), left_out: self.left_out() };
        (!self.is_empty()).then(filter)
    }

    /// Whether a problem belongs to what the report is about: it is about the mail system
    /// itself, or about somebody who was chosen.
    pub(super) fn concerns(&self, finding: &Finding) -> bool {
        match &finding.subject {
            Subject::System | Subject::Host(_) | Subject::Service(_) | Subject::Program(_) => true,
            subject => self.all.matches(&About(subject)),
        }
    }
}

/// Whom a finding is about, under the names of the event schema.
struct About<'a>(&'a Subject);

impl Facts for About<'_> {
    fn send(&self, sink: &mut dyn FieldSink) {
        match self.0 {
            Subject::Domain(domain) => {
                // Any address there.
                let address = [b"@", domain.as_slice()].concat();
                sink.text("recipient", BStr::new(&address));
            }
            Subject::Sender(address) => sink.text("sender", address.as_ref()),
            Subject::Recipient(address) => sink.text("recipient", address.as_ref()),
            Subject::User(user) => sink.text("sasl_username", user.as_ref()),
            Subject::Client(client) => sink.text("client_address", client.as_ref()),
            Subject::UserAt { user, client } => {
                sink.text("sasl_username", user.as_ref());
                sink.text("client_address", client.as_ref());
            }
            Subject::System
            | Subject::Host(_)
            | Subject::Service(_)
            | Subject::Program(_)
            | Subject::Uid(_) => {}
        }
    }
}
