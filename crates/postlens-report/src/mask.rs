//! Pseudonyms, for reports that are shown to others. Figures and findings are masked before
//! any format sees them.
//!
//! A name has the same pseudonym wherever it stands in a report, and another one in the
//! next. Domains and networks stay, since faults are told by them.

mod scan;

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv6Addr};

use bstr::{BStr, ByteSlice};
use postlens_detect::{Finding, Subject};
use postlens_stats::{Named, Stats};

/// What gets pseudonyms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masked {
    /// What stands before the `@` of mail addresses, and login names.
    Addresses,
    /// IP addresses, but for their network: of IPv4 the first 24 bits, of IPv6 the first 64;
    /// and host names that hold an IPv4 address, but for their domain.
    Ips,
    /// Both.
    All,
}

/// The pseudonyms of one report.
#[derive(Debug)]
pub struct Mask {
    masked: Masked,
    /// Whether names are still only looked at.
    collects: bool,
    /// Names that stand in the log and pseudonyms that were given: no other pseudonym may be
    /// one of them.
    taken: HashSet<Vec<u8>>,
    /// Login names without a domain, which texts are searched for.
    users: HashSet<Vec<u8>>,
    addresses: HashMap<Vec<u8>, Vec<u8>>,
    ips: HashMap<IpAddr, usize>,
    hosts: HashMap<Vec<u8>, usize>,
}

impl Mask {
    /// No pseudonyms yet.
    pub fn new(masked: Masked) -> Self {
        Self {
            masked,
            collects: true,
            taken: HashSet::new(),
            users: HashSet::new(),
            addresses: HashMap::new(),
            ips: HashMap::new(),
            hosts: HashMap::new(),
        }
    }

    /// Masks figures and findings. All figures of a report must be masked at once.
    pub fn apply(&mut self, figures: &mut [&mut Stats], findings: &mut [Finding]) {
        // First which names there are, then their pseudonyms.
        for collects in [true, false] {
            self.collects = collects;
            for finding in findings.iter_mut() {
                self.finding(finding);
            }
            for stats in figures.iter_mut() {
                stats.rename(&mut |named, text| self.name(named, text));
            }
        }
    }

    /// Masks words that are shown beside the figures, after these.
    pub fn words(&mut self, words: &str) -> String {
        String::from_utf8_lossy(&self.text(words.as_bytes())).into_owned()
    }

    fn finding(&mut self, finding: &mut Finding) {
        match &mut finding.subject {
            Subject::Sender(name) | Subject::Recipient(name) | Subject::User(name) => {
                *name = self.name(Named::Address, name.as_ref()).into();
            }
            Subject::UserAt { user, client } => {
                *user = self.name(Named::Address, user.as_ref()).into();
                *client = self.name(Named::Client, client.as_ref()).into();
            }
            Subject::Client(name) => *name = self.name(Named::Client, name.as_ref()).into(),
            Subject::Domain(name) => *name = self.name(Named::Domain, name.as_ref()).into(),
            Subject::Service(name) | Subject::Program(name) => {
                *name = self.name(Named::Text, name.as_ref()).into();
            }
            Subject::System | Subject::Host(_) | Subject::Uid(_) => {}
        }
        for line in &mut finding.evidence {
            line.text = self.name(Named::Text, line.text.as_ref()).into();
        }
    }

    fn name(&mut self, named: Named, text: &BStr) -> Vec<u8> {
        match named {
            Named::Address if !text.is_empty() && self.masks_addresses() => self.mailbox(text),
            // What has no domain is a user of this host.
            Named::Domain if self.masks_addresses() && is_user(text) => self.address(text),
            _ => self.text(text),
        }
    }

    fn masks_addresses(&self) -> bool {
        self.masked != Masked::Ips
    }

    fn masks_ips(&self) -> bool {
        self.masked != Masked::Addresses
    }

    /// The pseudonym of an address, or of a login name; a domain that is or holds an IP
    /// address is masked too.
    fn mailbox(&mut self, address: &[u8]) -> Vec<u8> {
        let mut name = self.address(address);
        let domain = name.rfind_byte(b'@').map(|at| name.split_off(at + 1));
        name.extend(self.text(&domain.unwrap_or_default()));
        name
    }

    /// The pseudonym of an address but for its domain. Case tells nobody apart.
    fn address(&mut self, address: &[u8]) -> Vec<u8> {
        let key = address.to_ascii_lowercase();
        if self.collects {
            if !key.contains(&b'@') {
                self.users.insert(key.clone());
            }
            self.taken.insert(key);
            return address.to_vec();
        }
        if let Some(known) = self.addresses.get(&key) {
            return known.clone();
        }
        let domain = key.rfind_byte(b'@').and_then(|at| key.get(at..)).unwrap_or_default();
        let mut number = self.addresses.len() + 1;
        let pseudonym = loop {
            let pseudonym = [format!("user-{number}").as_bytes(), domain].concat();
            if self.taken.insert(pseudonym.clone()) {
                break pseudonym;
            }
            number += 1;
        };
        self.addresses.insert(key, pseudonym.clone());
        pseudonym
    }

    /// The pseudonym of an IP address. Loopback addresses name nobody.
    fn ip(&mut self, ip: IpAddr) -> String {
        if ip.is_loopback() || ip.is_unspecified() || self.collects {
            return ip.to_string();
        }
        let next = self.ips.len() + 1;
        let number = *self.ips.entry(ip).or_insert(next);
        match ip {
            IpAddr::V4(ip) => {
                let [a, b, c, _] = ip.octets();
                format!("{a}.{b}.{c}.x{number}")
            }
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                let network = Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string();
                format!("{}::x{number}", network.trim_end_matches("::"))
            }
        }
    }

    /// The pseudonym of the part of a host name that holds an IPv4 address.
    fn host(&mut self, part: &[u8]) -> String {
        let next = self.hosts.len() + 1;
        let number = *self.hosts.entry(part.to_ascii_lowercase()).or_insert(next);
        format!("host-{number}")
    }
}

fn is_user(text: &[u8]) -> bool {
    let dotless = !text.contains(&b'.') && !text.contains(&b':') && !text.is_empty();
    dotless && !matches!(text, b"MAILER-DAEMON" | b"localhost")
}

#[cfg(test)]
mod tests {
    use bstr::BStr;
    use postlens_stats::{Named, Stats};

    use super::{Mask, Masked};

    fn masked(masked: Masked, users: &[&str], text: &str) -> String {
        let mut mask = Mask::new(masked);
        let mut stats = Stats::default();
        for user in users {
            stats.users.senders.entry(user.as_bytes()).count += 1;
        }
        mask.apply(&mut [&mut stats], &mut []);
        String::from_utf8(mask.name(Named::Text, BStr::new(text))).unwrap()
    }

    #[test]
    fn domains_and_networks_stay() {
        let all = |text: &str| masked(Masked::All, &["carol@example.com", "backup"], text);
        let checks = [
            ("to=<carol@example.com>, relay=none", "to=<user-2@example.com>, relay=none"),
            ("client=mx.example.net[198.51.100.7]:25", "client=mx.example.net[198.51.100.x1]:25"),
            ("sasl_username=backup", "sasl_username=user-1"),
            ("sasl_username=Carol@Example.com", "sasl_username=user-2@example.com"),
            ("for backup from [2001:db8:1:2::99]", "for user-1 from [2001:db8:1:2::x1]"),
            ("orig_to=<nobody>", "orig_to=<user-3>"),
            ("helo=<mx.example.org>", "helo=<mx.example.org>"),
            ("<\"john doe\"@example.org>: refused", "<user-3@example.org>: refused"),
            ("7.100.51.198.dnsbl.example: no", "host-1.dnsbl.example: no"),
            ("ip-198-51-100-7.isp.example", "host-1.isp.example"),
            ("connect to 127.0.0.1[127.0.0.1]:10024", "connect to 127.0.0.1[127.0.0.1]:10024"),
            ("delays=0.1/0/0/0.3, dsn=5.1.1", "delays=0.1/0/0/0.3, dsn=5.1.1"),
            ("from=<>, size=12", "from=<>, size=12"),
            ("a cut off addr…", "a cut off …"),
        ];
        for (text, expected) in checks {
            assert_eq!(all(text), expected);
        }
    }

    #[test]
    fn only_what_was_asked_for_is_masked() {
        let text = "carol@example.com[192.0.2.7]";
        let users = ["carol@example.com"];
        assert_eq!(masked(Masked::Addresses, &users, text), "user-1@example.com[192.0.2.7]");
        assert_eq!(masked(Masked::Ips, &users, text), "carol@example.com[192.0.2.x1]");
    }

    #[test]
    fn lists_and_texts_have_the_same_pseudonyms() {
        let mut mask = Mask::new(Masked::All);
        let mut stats = Stats::default();
        for user in ["carol@example.com", "dave@[192.0.2.7]", "backup"] {
            stats.users.senders.entry(user.as_bytes()).count += 1;
        }
        mask.apply(&mut [&mut stats], &mut []);
        let mut listed: Vec<_> =
            stats.users.senders.iter().map(|(name, _)| name.to_string()).collect();
        listed.sort();
        let mut told = ["carol@example.com", "dave@[192.0.2.7]", "backup"]
            .map(|user| mask.words(&format!("from=<{user}>, relay=none")));
        told.sort();
        let listed: Vec<_> =
            listed.iter().map(|name| format!("from=<{name}>, relay=none")).collect();
        assert_eq!(told.as_slice(), listed);
    }

    #[test]
    fn no_pseudonym_is_somebody_elses_name() {
        let users = ["user-1@example.com", "carol@example.com"];
        let both = users.map(|user| masked(Masked::All, &users, user));
        assert!(both.iter().all(|name| !users.contains(&name.as_str())), "{both:?}");
        assert_ne!(both[0], both[1]);
    }
}
