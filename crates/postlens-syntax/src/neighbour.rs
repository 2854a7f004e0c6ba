//! The programs that log beside Postfix: mail stores, content filters, sender checks.
//!
//! One program family per file, each with the same parts in the same order: the log
//! format it reads and who writes it, the types, the parser. Types that several
//! programs share are in [`login`], [`mailbox`], [`verdict`] and [`greylist`]. Lines
//! that carry no event of their own are in the pattern tables.

mod amavis;
mod anchor;
mod courier;
mod cyrus;
mod dovecot;
pub mod greylist;
pub mod login;
pub mod mailbox;
mod opendkim;
mod opendmarc;
mod policyd_spf;
mod preface;
mod rspamd;
mod saslauthd;
mod spamassassin;
#[cfg(test)]
mod test;
pub mod verdict;

use crate::entry::Entry;
use crate::event::Event;
use crate::field::FieldSink;
use crate::postfix::notice::Notice;
use crate::program::Daemon;
use crate::queue_id::QueueId;
use crate::severity::Severity;

pub use greylist::Greylist;
pub use login::{Login, LoginAborted, LoginFailure, Logout};
pub use mailbox::MailboxDelivery;
pub use verdict::{Authentication, FilterVerdict};

/// What a line of a program beside Postfix means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbour<'a> {
    /// A user logged in.
    Login(Login<'a>),
    /// A user failed to log in.
    LoginFailure(LoginFailure<'a>),
    /// A connection ended without a login and without wrong credentials.
    LoginAborted(LoginAborted<'a>),
    /// A user's session ended.
    Logout(Logout<'a>),
    /// A message arrived at its mailbox, or not.
    Mailbox(MailboxDelivery<'a>),
    /// A content filter's verdict.
    Filter(FilterVerdict<'a>),
    /// A DKIM, SPF or DMARC result.
    Authentication(Authentication<'a>),
    /// A greylisting decision.
    Greylist(Greylist<'a>),
}

/// Understands an entry of `daemon`; `None` for lines that are no event of their own.
pub fn parse<'a>(entry: &Entry<'a>, daemon: Daemon) -> Option<Neighbour<'a>> {
    let text: &'a [u8] = entry.text;
    match daemon {
        Daemon::Dovecot => dovecot::parse(text),
        Daemon::CourierImapd | Daemon::CourierImapdSsl => courier::parse("imap", text),
        Daemon::CourierPop3d | Daemon::CourierPop3dSsl => courier::parse("pop3", text),
        Daemon::CyrusImap | Daemon::CyrusImaps => cyrus::parse("imap", text),
        Daemon::CyrusPop3 | Daemon::CyrusPop3s => cyrus::parse("pop3", text),
        Daemon::CyrusSieve => cyrus::parse("managesieve", text),
        Daemon::CyrusLmtp => cyrus::parse("lmtp", text),
        Daemon::Saslauthd => saslauthd::parse(text).map(Neighbour::LoginFailure),
        Daemon::Amavis => amavis::parse(text).map(Neighbour::Filter),
        Daemon::Rspamd => rspamd::parse(text).map(Neighbour::Filter),
        Daemon::Spamd => spamassassin::parse(text).map(Neighbour::Filter),
        Daemon::Opendkim => opendkim::parse(text).map(Neighbour::Authentication),
        Daemon::Opendmarc => opendmarc::parse(text).map(Neighbour::Authentication),
        Daemon::PolicydSpf | Daemon::PolicySpf => {
            policyd_spf::parse(text).map(Neighbour::Authentication)
        }
        Daemon::Postgrey => greylist::parse(text).map(Neighbour::Greylist),
        _ => None,
    }
}

/// What a line means for which [`parse`] has no event: a row of the tables, debug output,
/// or nothing that anybody understands. The tables' rows are written without what stands
/// before a program's own words.
pub fn other<'a>(entry: &Entry<'a>, daemon: Daemon) -> Event<'a> {
    const ROWS: [Severity; 4] =
        [Severity::Info, Severity::Warning, Severity::Error, Severity::Fatal];
    let (severity, text) = preface::split(daemon, entry.text);
    if severity == Severity::Debug {
        return Event::Debug;
    }
    // The programs differ in which of their lines state a level, and Perl's rarely do: a
    // row of another level than the stated one describes the line as well.
    std::iter::once(severity)
        .chain(ROWS.into_iter().filter(|row| *row != severity))
        .find_map(|row| Notice::parse(daemon, row, text))
        .map_or(Event::Unrecognized(severity), |mut notice| {
            notice.severity = notice.severity.max(severity);
            Event::Notice(notice)
        })
}

impl<'a> Neighbour<'a> {
    /// The line's kind, in snake_case.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Login(_) => "login",
            Self::LoginFailure(_) => "auth_failed",
            Self::LoginAborted(_) => "login_aborted",
            Self::Logout(_) => "logout",
            Self::Mailbox(_) => "mailbox_delivery",
            Self::Filter(_) => "filter_verdict",
            Self::Authentication(_) => "authentication_result",
            Self::Greylist(_) => "greylist",
        }
    }

    /// The queue ID that the line is about, where the program knows it.
    pub fn queue_id(&self) -> Option<QueueId<'a>> {
        match self {
            Self::Filter(line) => line.queue_id,
            Self::Authentication(line) => line.queue_id,
            Self::Greylist(line) => line.queue_id,
            Self::Login(_)
            | Self::LoginFailure(_)
            | Self::LoginAborted(_)
            | Self::Logout(_)
            | Self::Mailbox(_) => None,
        }
    }

    /// Sends the line's fields, without `queue_id`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        match self {
            Self::Login(line) => line.fields(sink),
            Self::LoginFailure(line) => line.fields(sink),
            Self::LoginAborted(line) => line.fields(sink),
            Self::Logout(line) => line.fields(sink),
            Self::Mailbox(line) => line.fields(sink),
            Self::Filter(line) => line.fields(sink),
            Self::Authentication(line) => line.fields(sink),
            Self::Greylist(line) => line.fields(sink),
        }
    }
}
