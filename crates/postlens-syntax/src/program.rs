//! Who wrote a line: the syslog tag, taken apart.

use bstr::BStr;

use crate::scan::cut;

/// A syslog tag without its pid, `postfix-in/submission/smtpd`, taken apart at its
/// slashes: first the instance (`syslog_name`), last the daemon, between them the
/// service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tag<'a> {
    /// The whole tag as written, without `[pid]`.
    pub program: &'a BStr,
    /// Which program that is, among those whose lines we understand.
    pub known: Option<Daemon>,
    /// Where the instance ends; 0 without one.
    instance: u32,
    /// Where the daemon begins and ends.
    daemon: (u32, u32),
}

impl<'a> Tag<'a> {
    /// Takes a program name apart. Any bytes are a program name.
    pub fn parse(program: &'a [u8]) -> Self {
        let whole = BStr::new(program);
        let end = place(program.len());
        // What nearly all lines have, known at a glance.
        if let Some((b"postfix/", daemon)) = program.split_first_chunk::<8>()
            && let Some(known) = Daemon::frequent(daemon)
        {
            return Self { program: whole, known: Some(known), instance: 7, daemon: (8, end) };
        }
        let Some((instance, mut daemon)) = cut(program, b"/") else {
            let known = Daemon::alone(program);
            let is_postfix = matches!(known, Some(Daemon::Postfix));
            // Of `postfix-in` the daemon is as unknown as of `postfix`.
            return Self {
                program: whole,
                known,
                instance: if is_postfix { end } else { 0 },
                daemon: (0, if is_postfix { place(POSTFIX.len()) } else { end }),
            };
        };
        while let Some((_, after)) = cut(daemon, b"/") {
            daemon = after;
        }
        Self {
            program: whole,
            known: Daemon::of_postfix(daemon),
            instance: place(instance.len()),
            daemon: (place(program.len() - daemon.len()), end),
        }
    }

    /// `postfix-in`: the instance's `syslog_name`; `None` for programs without slashes.
    #[inline]
    pub fn instance(&self) -> Option<&'a BStr> {
        let instance = self.part(0, self.instance);
        (!instance.is_empty()).then_some(instance)
    }

    /// `submission`: what lies between instance and daemon, where there is anything.
    #[inline]
    pub fn service(&self) -> Option<&'a BStr> {
        let (from, to) = (self.instance.checked_add(1)?, self.daemon.0.checked_sub(1)?);
        let service = self.part(from, to);
        (!service.is_empty()).then_some(service)
    }

    /// `smtpd`: the last component.
    #[inline]
    pub fn daemon(&self) -> &'a BStr {
        self.part(self.daemon.0, self.daemon.1)
    }

    fn part(&self, from: u32, to: u32) -> &'a BStr {
        let program: &'a [u8] = self.program;
        BStr::new(program.get(from as usize..to as usize).unwrap_or_default())
    }
}

/// A place in a tag; no line is so long that it would not fit.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// How the names of Postfix's instances begin; a name of another instance goes on with a
/// hyphen (postmulti(1)).
const POSTFIX: &[u8] = b"postfix";

macro_rules! daemons {
    ($($(#[$doc:meta])* $name:ident = $text:literal $family:ident;)*) => {
        /// The programs whose lines we understand.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum Daemon { $($(#[$doc])* $name,)* }

        impl Daemon {
            /// The program's name as it stands in a tag.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Whether the program is part of Postfix.
            pub fn is_postfix(self) -> bool {
                match self { $(Self::$name => daemons!(@postfix $family),)* }
            }

            /// Every program, in the order of this enum.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            fn named(name: &[u8]) -> Option<Self> {
                match std::str::from_utf8(name).ok()? { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
    (@postfix postfix) => { true };
    (@postfix neighbour) => { false };
}

daemons! {
    /// smtpd(8), the SMTP server.
    Smtpd = "smtpd" postfix;
    /// smtp(8), the SMTP client.
    Smtp = "smtp" postfix;
    /// lmtp(8), the LMTP client.
    Lmtp = "lmtp" postfix;
    /// qmgr(8), the queue manager.
    Qmgr = "qmgr" postfix;
    /// oqmgr(8), the old queue manager.
    Oqmgr = "oqmgr" postfix;
    /// nqmgr(8), an older name of qmgr.
    Nqmgr = "nqmgr" postfix;
    /// cleanup(8).
    Cleanup = "cleanup" postfix;
    /// pickup(8).
    Pickup = "pickup" postfix;
    /// postscreen(8).
    Postscreen = "postscreen" postfix;
    /// dnsblog(8).
    Dnsblog = "dnsblog" postfix;
    /// tlsproxy(8).
    Tlsproxy = "tlsproxy" postfix;
    /// tlsmgr(8).
    Tlsmgr = "tlsmgr" postfix;
    /// local(8).
    Local = "local" postfix;
    /// virtual(8).
    Virtual = "virtual" postfix;
    /// pipe(8).
    Pipe = "pipe" postfix;
    /// error(8), also the `retry` service.
    Error = "error" postfix;
    /// The `retry` service, where it logs under its own name.
    Retry = "retry" postfix;
    /// discard(8).
    Discard = "discard" postfix;
    /// bounce(8), also the `defer` and `trace` services.
    Bounce = "bounce" postfix;
    /// The `defer` service, where it logs under its own name.
    Defer = "defer" postfix;
    /// The `trace` service, where it logs under its own name.
    Trace = "trace" postfix;
    /// anvil(8).
    Anvil = "anvil" postfix;
    /// scache(8).
    Scache = "scache" postfix;
    /// verify(8).
    Verify = "verify" postfix;
    /// flush(8).
    Flush = "flush" postfix;
    /// proxymap(8).
    Proxymap = "proxymap" postfix;
    /// proxymap(8) as the `proxywrite` service.
    Proxywrite = "proxywrite" postfix;
    /// trivial-rewrite(8).
    TrivialRewrite = "trivial-rewrite" postfix;
    /// showq(8).
    Showq = "showq" postfix;
    /// qmqpd(8).
    Qmqpd = "qmqpd" postfix;
    /// spawn(8).
    Spawn = "spawn" postfix;
    /// postlogd(8).
    Postlogd = "postlogd" postfix;
    /// nbdb_reindexd(8), since 3.11.
    NbdbReindexd = "nbdb_reindexd" postfix;
    /// master(8).
    Master = "master" postfix;
    /// postfix(1), and any daemon whose tag has been cut at its first slash: `postfix`,
    /// `postfix-in`. rsyslog's RFC 5424 template and its property `programname` cut so.
    Postfix = "postfix" postfix;
    /// The script behind postfix(1).
    PostfixScript = "postfix-script" postfix;
    /// The script behind `postfix tls`.
    PostfixTlsScript = "postfix-tls-script" postfix;
    /// The script behind `postfix non-bdb`.
    PostfixNonBdbScript = "postfix-non-bdb-script" postfix;
    /// The script behind postfix post-install.
    PostInstall = "post-install" postfix;
    /// postfix-wrapper, for several instances.
    PostfixWrapper = "postfix-wrapper" postfix;
    /// postmulti(1).
    Postmulti = "postmulti" postfix;
    /// The script behind postmulti(1).
    PostmultiScript = "postmulti-script" postfix;
    /// postsuper(1).
    Postsuper = "postsuper" postfix;
    /// postqueue(1).
    Postqueue = "postqueue" postfix;
    /// postdrop(1).
    Postdrop = "postdrop" postfix;
    /// postmap(1).
    Postmap = "postmap" postfix;
    /// postalias(1).
    Postalias = "postalias" postfix;
    /// postcat(1).
    Postcat = "postcat" postfix;
    /// postconf(1).
    Postconf = "postconf" postfix;
    /// postkick(1).
    Postkick = "postkick" postfix;
    /// postlock(1).
    Postlock = "postlock" postfix;
    /// postlog(1).
    Postlog = "postlog" postfix;
    /// posttls-finger(1).
    PosttlsFinger = "posttls-finger" postfix;
    /// sendmail(1), Postfix's.
    Sendmail = "sendmail" postfix;
    /// makedefs, set-permissions and other helpers of post-install.
    SetPermissions = "set-permissions" postfix;
    /// Dovecot, all its processes.
    Dovecot = "dovecot" neighbour;
    /// OpenDKIM.
    Opendkim = "opendkim" neighbour;
    /// OpenDMARC.
    Opendmarc = "opendmarc" neighbour;
    /// policyd-spf (pypolicyd-spf and the Perl one).
    PolicydSpf = "policyd-spf" neighbour;
    /// The Perl SPF policy service under its other name.
    PolicySpf = "policy-spf" neighbour;
    /// postgrey.
    Postgrey = "postgrey" neighbour;
    /// amavis(d-new).
    Amavis = "amavis" neighbour;
    /// rspamd, its worker processes and its proxy.
    Rspamd = "rspamd" neighbour;
    /// spamd of SpamAssassin.
    Spamd = "spamd" neighbour;
    /// spamass-milter.
    SpamassMilter = "spamass-milter" neighbour;
    /// saslauthd of Cyrus SASL.
    Saslauthd = "saslauthd" neighbour;
    /// Courier imapd.
    CourierImapd = "imapd" neighbour;
    /// Courier imapd over TLS.
    CourierImapdSsl = "imapd-ssl" neighbour;
    /// Courier pop3d.
    CourierPop3d = "pop3d" neighbour;
    /// Courier pop3d over TLS.
    CourierPop3dSsl = "pop3d-ssl" neighbour;
    /// Cyrus imapd under `cyrus/imap`.
    CyrusImap = "imap" neighbour;
    /// Cyrus imapd over TLS under `cyrus/imaps`.
    CyrusImaps = "imaps" neighbour;
    /// Cyrus pop3d under `cyrus/pop3`.
    CyrusPop3 = "pop3" neighbour;
    /// Cyrus pop3d over TLS under `cyrus/pop3s`.
    CyrusPop3s = "pop3s" neighbour;
    /// Cyrus timsieved under `cyrus/sieve`.
    CyrusSieve = "sieve" neighbour;
    /// Cyrus lmtpd under `cyrus/lmtpunix` and `cyrus/lmtp`.
    CyrusLmtp = "lmtpunix" neighbour;
}

impl Daemon {
    /// The daemon of a tag with a slash: `postfix/smtpd`, `/postfix-script`, `cyrus/imap`,
    /// also third-party services that Postfix's spawn(8) starts (`postfix/policy-spf`).
    fn of_postfix(daemon: &[u8]) -> Option<Self> {
        Self::frequent(daemon).or_else(|| Self::named(daemon))
    }

    /// The daemons that write nearly all lines, found without a search.
    #[inline]
    fn frequent(daemon: &[u8]) -> Option<Self> {
        Some(match daemon {
            b"smtpd" => Self::Smtpd,
            b"smtp" => Self::Smtp,
            b"qmgr" => Self::Qmgr,
            b"cleanup" => Self::Cleanup,
            b"postscreen" => Self::Postscreen,
            b"lmtp" => Self::Lmtp,
            b"local" => Self::Local,
            b"pipe" => Self::Pipe,
            b"bounce" => Self::Bounce,
            b"anvil" => Self::Anvil,
            b"dnsblog" => Self::Dnsblog,
            b"pickup" => Self::Pickup,
            _ => return None,
        })
    }

    /// The program of a tag without a slash. Postfix's daemons always log with one,
    /// so a bare `smtpd` is somebody else's; what is left of a cut tag is not.
    fn alone(program: &[u8]) -> Option<Self> {
        if program == b"amavisd" {
            return Some(Self::Amavis);
        }
        match Self::named(program) {
            Some(known) if !known.is_postfix() => Some(known),
            Some(known) => program.starts_with(POSTFIX).then_some(known),
            None => {
                let name = program.strip_prefix(POSTFIX)?.strip_prefix(b"-")?;
                (!name.is_empty()).then_some(Self::Postfix)
            }
        }
    }

    /// The daemon that a process was forked from to run another program. Until it does, it
    /// logs under the daemon's bare name.
    pub(crate) fn parent_of(program: &[u8]) -> Option<Self> {
        match program {
            b"local" => Some(Self::Local),
            b"pipe" => Some(Self::Pipe),
            b"spawn" => Some(Self::Spawn),
            b"master" => Some(Self::Master),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Daemon, Tag};

    #[track_caller]
    fn check(program: &str, instance: &str, service: &str, daemon: &str, known: Option<Daemon>) {
        let tag = Tag::parse(program.as_bytes());
        assert_eq!(tag.instance().map_or(String::new(), ToString::to_string), instance);
        assert_eq!(tag.service().map_or(String::new(), ToString::to_string), service);
        assert_eq!(tag.daemon(), daemon);
        assert_eq!(tag.known, known);
    }

    #[test]
    fn tags() {
        check("postfix/smtpd", "postfix", "", "smtpd", Some(Daemon::Smtpd));
        check(
            "postfix-in/submission/smtpd",
            "postfix-in",
            "submission",
            "smtpd",
            Some(Daemon::Smtpd),
        );
        check("postfix-10.20.30.40/smtp", "postfix-10.20.30.40", "", "smtp", Some(Daemon::Smtp));
        check("192.0.2.9/smtpd", "192.0.2.9", "", "smtpd", Some(Daemon::Smtpd));
        check("/postfix-script", "", "", "postfix-script", Some(Daemon::PostfixScript));
        check("postfix", "postfix", "", "postfix", Some(Daemon::Postfix));
        check("postfix-in", "postfix-in", "", "postfix", Some(Daemon::Postfix));
        check("postfix-script", "", "", "postfix-script", Some(Daemon::PostfixScript));
        check("postfix-", "", "", "postfix-", None);
        check("postfixadmin", "", "", "postfixadmin", None);
        check("postfix/relay/a/smtp", "postfix", "relay/a", "smtp", Some(Daemon::Smtp));
        check("smtpd", "", "", "smtpd", None);
        check("dovecot", "", "", "dovecot", Some(Daemon::Dovecot));
        check("cron", "", "", "cron", None);
        check("", "", "", "", None);
    }
}
