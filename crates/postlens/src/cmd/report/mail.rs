//! `--mail-to`: the report by mail.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use postlens_notify::{Composed, Letter, Login, Picture, Route, Security, Smtp};
use postlens_report::mail::{self, Mail};
use postlens_report::{Language, Report};

use crate::exit::hint;
use crate::output::message;

/// How the report is mailed.
#[derive(Debug, Args)]
#[command(next_help_heading = "By mail")]
pub(super) struct MailArgs {
    /// Mail the report, as text and HTML, to this address; may be given several times.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["format", "json", "output"])]
    mail_to: Vec<String>,
    /// Who sends it. Default: the user at this host.
    #[arg(long, value_name = "ADDRESS", requires = "mail_to")]
    mail_from: Option<String>,
    /// What stands in the subject before the verdict. Default: the host and the days.
    #[arg(long, value_name = "TEXT", requires = "mail_to")]
    subject: Option<String>,
    /// Send nothing where there is no problem and all could be read.
    #[arg(long, requires = "mail_to")]
    only_problems: bool,
    /// Send by this SMTP server instead of the local sendmail program.
    #[arg(long, value_name = "HOST[:PORT]", requires = "mail_to")]
    smtp: Option<String>,
    /// How the connection is protected. Default: tls at port 465, none on this host, else
    /// starttls.
    #[arg(long, value_name = "HOW", requires = "smtp")]
    smtp_tls: Option<TlsArg>,
    /// Trust the certificates in this file too (PEM).
    #[arg(long, value_name = "FILE", requires = "smtp")]
    smtp_ca: Option<PathBuf>,
    /// Log in with the name in the first line of this file and the password in the second.
    /// Or set POSTLENS_SMTP_USER and POSTLENS_SMTP_PASSWORD.
    #[arg(long, value_name = "FILE", requires = "smtp")]
    smtp_auth: Option<PathBuf>,
    /// Try again after so many seconds each, separated by commas.
    #[arg(long, value_name = "SECONDS", value_delimiter = ',', default_values_t = [5, 30, 120],
        requires = "mail_to", hide_short_help = true)]
    mail_retry: Vec<u64>,
    /// Where the mail is kept if it cannot be sent. Default: the directory for temporary files.
    #[arg(long, value_name = "DIRECTORY", requires = "mail_to", hide_short_help = true)]
    mail_keep: Option<PathBuf>,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum TlsArg {
    /// Not at all
    None,
    /// By TLS after STARTTLS, without which nothing is sent
    Starttls,
    /// By TLS from the beginning
    Tls,
}

/// A mail that can be sent as soon as there is a report.
#[derive(Debug)]
pub(super) struct Post {
    args: MailArgs,
    from: String,
    route: Route,
}

impl MailArgs {
    /// What is to be mailed, if anything. All that can be wrong is found before a log is read.
    pub(super) fn validate(self) -> Result<Option<Post>> {
        if self.mail_to.is_empty() {
            return Ok(None);
        }
        let route = match &self.smtp {
            Some(server) => Route::Smtp(self.server(server)?),
            None => Route::Sendmail(sendmail()?),
        };
        let from = self.mail_from.clone().unwrap_or_else(user_at_host);
        let post = Post { args: self, from, route };
        let empty = Mail {
            subject: String::new(),
            text: String::new(),
            html: String::new(),
            pictures: Vec::new(),
        };
        post.letter(empty).compose().map_err(|error| {
            hint(error, "give addresses as user@example.com or \"Name <user@example.com>\"")
        })?;
        Ok(Some(post))
    }

    fn server(&self, server: &str) -> Result<Smtp> {
        let (host, port) = host_and_port(server)?;
        let local = matches!(host.as_str(), "localhost" | "::1") || host.starts_with("127.");
        let security = match (self.smtp_tls, port) {
            (Some(TlsArg::Tls), _) | (None, Some(465)) => Security::Tls,
            (Some(TlsArg::None), _) => Security::None,
            (None, _) if local => Security::None,
            (Some(TlsArg::Starttls) | None, _) => Security::StartTls,
        };
        let login = self.login()?;
        if login.is_some() && security == Security::None && !local {
            return Err(hint(
                anyhow!("a password would go to {host} unprotected"),
                "use --smtp-tls starttls or tls",
            ));
        }
        let usual = match (security, &login) {
            (Security::Tls, _) => 465,
            (_, Some(_)) => 587,
            _ => 25,
        };
        let (port, trusted) = (port.unwrap_or(usual), self.smtp_ca.clone());
        Ok(Smtp { host, port, security, trusted, login })
    }

    /// From a file that only its owner reads, or from the environment.
    fn login(&self) -> Result<Option<Login>> {
        let Some(path) = &self.smtp_auth else {
            let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
            return match (set("POSTLENS_SMTP_USER"), set("POSTLENS_SMTP_PASSWORD")) {
                (Some(user), Some(password)) => Ok(Some(Login { user, password })),
                (None, None) => Ok(None),
                _ => Err(hint(
                    anyhow!("only one of POSTLENS_SMTP_USER and POSTLENS_SMTP_PASSWORD is set"),
                    "set both, or neither",
                )),
            };
        };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        if is_open(path)? {
            return Err(hint(
                anyhow!("others can read the password in {}", path.display()),
                format!("chmod 600 {}", path.display()),
            ));
        }
        let mut lines = text.lines();
        match (lines.next(), lines.next()) {
            (Some(user), Some(password)) if !user.is_empty() && !password.is_empty() => {
                Ok(Some(Login { user: user.to_owned(), password: password.to_owned() }))
            }
            _ => Err(hint(
                anyhow!("{} does not hold a name and a password", path.display()),
                "write the name in its first line and the password in the second",
            )),
        }
    }
}

fn is_open(path: &Path) -> Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata =
        std::fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?;
    Ok(metadata.permissions().mode() & 0o007 != 0)
}

/// `mail.example.com`, `mail.example.com:587`, `[2001:db8::1]:25`.
fn host_and_port(server: &str) -> Result<(String, Option<u16>)> {
    let wrong = || {
        hint(anyhow!("not a server: {server}"), "give a name or an address: mail.example.com:587")
    };
    let (host, port) = match server.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or_else(wrong)?,
        None if server.matches(':').count() > 1 => (server, ""),
        None => server
            .split_once(':')
            .map_or((server, ""), |(host, _)| (host, server.get(host.len()..).unwrap_or_default())),
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        None => return Err(wrong()),
        Some(port) => Some(port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?),
    };
    if host.is_empty() { Err(wrong()) } else { Ok((host.to_owned(), port)) }
}

/// Where Postfix and its like put the program.
fn sendmail() -> Result<PathBuf> {
    let places = ["/usr/sbin/sendmail", "/usr/lib/sendmail", "/usr/local/sbin/sendmail"];
    let found = places.into_iter().map(PathBuf::from).find(|path| path.exists());
    found.ok_or_else(|| {
        hint(anyhow!("there is no sendmail program on this host"), "give a server: --smtp HOST")
    })
}

/// The user at this host.
fn user_at_host() -> String {
    let set = ["LOGNAME", "USER"].into_iter().filter_map(|name| std::env::var(name).ok());
    let user = set.into_iter().find(|user| !user.is_empty());
    let host = rustix::system::uname();
    let host = host.nodename().to_string_lossy().into_owned();
    format!("{}@{host}", user.unwrap_or_else(|| "root".to_owned()))
}

/// What to do where TLS fails.
const TLS_ADVICE: &str = "give the name that its certificate is for, and by --smtp-ca whom to \
                          trust, or another --smtp-tls; ";

impl Post {
    /// Mails the report, unless it says nothing that was asked for.
    pub(super) fn send(&self, report: &Report<'_>, language: &Language) -> Result<()> {
        if self.args.only_problems && !mail::is_called_for(report) {
            return Ok(());
        }
        let mail = mail::write(report, language, self.args.subject.as_deref());
        let composed = self.letter(mail).compose()?;
        let pauses: Vec<Duration> =
            self.args.mail_retry.iter().map(|seconds| Duration::from_secs(*seconds)).collect();
        let sent = self.route.send(&composed, &pauses, |pause, error| {
            let seconds = pause.as_secs();
            message(&format!("warning: {}; trying again in {seconds} s", chain(error)));
            std::thread::sleep(pause);
        });
        sent.map_err(|error| {
            let kept = match keep(&composed, self.args.mail_keep.as_deref()) {
                Ok(path) => {
                    let path = path.display();
                    format!("the mail is kept in {path}; send it: sendmail -t < {path}")
                }
                Err(unkept) => format!("nor could the mail be kept: {unkept:#}"),
            };
            let advice = if error.is_unprotected() { TLS_ADVICE } else { "" };
            hint(error, format!("{advice}{kept}"))
        })
    }

    fn letter(&self, mail: Mail) -> Letter {
        let Mail { subject, text, html, pictures } = mail;
        let picture = |(id, png)| Picture { id, png };
        let pictures = pictures.into_iter().map(picture).collect();
        let (from, to) = (self.from.clone(), self.args.mail_to.clone());
        Letter { from, to, subject, text, html, pictures }
    }
}

/// An error with what caused it, in a line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |error| error.source()) {
        let cause = cause.to_string();
        // Some libraries repeat a cause in what it causes.
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

/// Writes a mail that could not be sent to a new file that only its owner reads.
fn keep(letter: &Composed, directory: Option<&Path>) -> Result<PathBuf> {
    let directory = directory.map_or_else(std::env::temp_dir, Path::to_owned);
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let path = directory.join(format!("postlens-report-{stamp}-{}.eml", std::process::id()));
    let open = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    open.and_then(|mut file| {
        file.write_all(letter.bytes())?;
        file.sync_all()
    })
    .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::host_and_port;

    #[test]
    fn servers_are_names_or_addresses_with_ports() {
        let checks = [
            ("mail.example.com", Some(("mail.example.com", None))),
            ("mail.example.com:587", Some(("mail.example.com", Some(587)))),
            ("192.0.2.1:25", Some(("192.0.2.1", Some(25)))),
            ("2001:db8::1", Some(("2001:db8::1", None))),
            ("[2001:db8::1]", Some(("2001:db8::1", None))),
            ("[2001:db8::1]:465", Some(("2001:db8::1", Some(465)))),
            ("", None),
            (":25", None),
            ("mail.example.com:smtp", None),
            ("mail.example.com:0", None),
            ("[2001:db8::1]x", None),
        ];
        for (server, expected) in checks {
            let found = host_and_port(server).ok();
            let found = found.as_ref().map(|(host, port)| (host.as_str(), *port));
            assert_eq!(found, expected, "{server}");
        }
    }
}
