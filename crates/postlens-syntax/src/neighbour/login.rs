//! Logins of users to mail services, as Dovecot, Courier, Cyrus and saslauthd log
//! them; each program's grammar is in its own file.

use bstr::BStr;

use crate::field::FieldSink;

/// Who tried to log in where, as far as the line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempt<'a> {
    /// The service: `imap`, `pop3`, `submission`, `managesieve`, `smtp`…
    pub service: Option<&'a BStr>,
    /// The user name as the client gave it; anything at all in failures.
    pub username: Option<&'a BStr>,
    /// The SASL mechanism, or `plaintext` for the protocol's own login command.
    pub method: Option<&'a BStr>,
    /// The client's address.
    pub client_address: Option<&'a BStr>,
    /// The client's host name, where the program looks it up (Cyrus).
    pub client_name: Option<&'a BStr>,
    /// The client's port (Courier).
    pub client_port: Option<u16>,
    /// The server's address (Dovecot's `lip`).
    pub local_address: Option<&'a BStr>,
    /// Whether the session was encrypted; `None` where the program does not say.
    pub tls: Option<bool>,
    /// The session's name in the program's other lines.
    pub session: Option<&'a BStr>,
    /// Dovecot's process that serves the session after the login (`mpid`).
    pub mail_pid: Option<u32>,
    /// Where the password was looked up: `pam`, `sql`, `ldap`, `passwd-file`… Such lines
    /// come from Dovecot's auth process, before the login process's own line about the
    /// same failure.
    pub backend: Option<&'a BStr>,
    /// The realm (saslauthd).
    pub realm: Option<&'a BStr>,
}

impl Attempt<'_> {
    /// Sends what is known; `tls` is 1 or 0.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        sink.opt_text("login_service", self.service);
        sink.opt_text("sasl_username", self.username);
        sink.opt_text("sasl_method", self.method);
        sink.opt_text("client_name", self.client_name);
        sink.opt_text("client_address", self.client_address);
        sink.opt_int("client_port", self.client_port.map(i64::from));
        sink.opt_text("local_address", self.local_address);
        sink.opt_int("tls", self.tls.map(i64::from));
        sink.opt_text("session", self.session);
        sink.opt_int("mail_pid", self.mail_pid.map(i64::from));
        sink.opt_text("backend", self.backend);
        sink.opt_text("realm", self.realm);
    }
}

/// A login that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Login<'a> {
    /// Who, where, how.
    pub attempt: Attempt<'a>,
}

impl Login<'_> {
    /// Sends the login's fields.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.attempt.fields(sink);
    }
}

/// A login that failed because of its credentials or its method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LoginFailure<'a> {
    /// Who, where, how.
    pub attempt: Attempt<'a>,
    /// Why, in the program's words: `auth failed`, `unknown user`… Passwords that
    /// Dovecot adds on request (`auth_verbose_passwords`) are left out.
    pub reason: Option<&'a BStr>,
    /// How many attempts the line stands for.
    pub attempts: Option<u32>,
    /// How the connection ended: `Disconnected: Connection closed`, `Aborted login`…
    pub ending: Option<&'a BStr>,
}

impl LoginFailure<'_> {
    /// Sends the failure's fields; `attempts` is how many it stands for.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.attempt.fields(sink);
        sink.opt_text("reason", self.reason);
        sink.opt_int("attempts", self.attempts.map(i64::from));
        sink.opt_text("ending", self.ending);
    }
}

/// A connection that ended before a login, without wrong credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LoginAborted<'a> {
    /// Who, where, how.
    pub attempt: Attempt<'a>,
    /// Why, in the program's words: `no auth attempts in 5 secs`…
    pub reason: Option<&'a BStr>,
    /// How the connection ended.
    pub ending: Option<&'a BStr>,
}

impl LoginAborted<'_> {
    /// Sends the fields of the attempt, `reason` and `ending`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.attempt.fields(sink);
        sink.opt_text("reason", self.reason);
        sink.opt_text("ending", self.ending);
    }
}

/// A session that ended, logged by the process that served it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Logout<'a> {
    /// Who and where.
    pub attempt: Attempt<'a>,
    /// How it ended, where it was not by logging out.
    pub reason: Option<&'a BStr>,
    /// Bytes received from the client.
    pub bytes_in: Option<u64>,
    /// Bytes sent to the client.
    pub bytes_out: Option<u64>,
}

impl Logout<'_> {
    /// Sends the fields of the session, `reason`, `bytes_in` and `bytes_out`.
    pub fn fields(&self, sink: &mut dyn FieldSink) {
        self.attempt.fields(sink);
        sink.opt_text("reason", self.reason);
        sink.opt_int("bytes_in", self.bytes_in.and_then(|bytes| i64::try_from(bytes).ok()));
        sink.opt_int("bytes_out", self.bytes_out.and_then(|bytes| i64::try_from(bytes).ok()));
    }
}
