//! Other names for what the figures name, such as pseudonyms.

use bstr::BStr;

use crate::stats::Stats;
use crate::stats::reasons::Reason;
use crate::top::Top;

/// What a text of the figures is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A mail address; also a login name, which need not have a domain.
    Address,
    /// A client: its address, or its name and address.
    Client,
    /// A domain that mail goes to, or what stood for one.
    Domain,
    /// Words of a log.
    Text,
}

/// Gives a name.
pub type Rename<'a> = dyn FnMut(Named, &BStr) -> Vec<u8> + 'a;

impl Stats {
    /// Gives all that strangers and users are named by other names. Names of our own hosts,
    /// services and filters stay.
    pub fn rename(&mut self, name: &mut Rename<'_>) {
        self.rename_users(name);
        let domains = &mut self.destinations.domains;
        domains.rename(|domain, _| name(Named::Domain, domain));
        self.destinations.providers.rename(|provider, _| name(Named::Domain, provider));
        for reasons in
            [&mut self.reasons.deferrals, &mut self.reasons.bounces, &mut self.reasons.expired]
        {
            rename_reasons(reasons, name);
        }
        self.refusals.reasons.rename(|text, reason| {
            reason.clients.rename(|client, _| name(Named::Client, client));
            name(Named::Text, text)
        });
        self.refusals.clients.rename(|client, _| name(Named::Client, client));
        self.rename_connections(name);
        self.rename_lines(name);
    }

    fn rename_users(&mut self, name: &mut Rename<'_>) {
        let (users, authentication) = (&mut self.users, &mut self.authentication);
        for list in [&mut users.senders, &mut users.recipients, &mut users.logins] {
            list.rename(|address, _| name(Named::Address, address));
        }
        authentication.users.rename(|user, _| name(Named::Address, user));
        authentication.failed_users.rename(|user, _| name(Named::Address, user));
        authentication.failed_clients.rename(|client, failed| {
            failed.users.rename(|user, _| name(Named::Address, user));
            name(Named::Client, client)
        });
        authentication.clients.rename(|client, _| name(Named::Client, client));
    }

    fn rename_connections(&mut self, name: &mut Rename<'_>) {
        let connections = &mut self.connections;
        connections.clients.rename(|client, _| name(Named::Client, client));
        connections.broken.rename(|text, broken| {
            broken.clients.rename(|client, _| name(Named::Client, client));
            text.to_vec()
        });
        connections.unreached.rename(|host, _| name(Named::Text, host));
        self.screening.clients.rename(|client, _| name(Named::Client, client));
        self.filters.failed_domains.rename(|domain, _| name(Named::Text, domain));
        self.filters.verdicts.rename(|text, _| name(Named::Text, text));
    }

    fn rename_lines(&mut self, name: &mut Rename<'_>) {
        self.trouble.texts.rename(|text, trouble| {
            trouble.sample = name(Named::Text, trouble.sample.as_ref()).into();
            name(Named::Text, text)
        });
        for list in
            [&mut self.services.failures, &mut self.services.tables, &mut self.filters.names]
        {
            list.rename(|text, _| name(Named::Text, text));
        }
        for sample in &mut self.lines.samples {
            sample.text = name(Named::Text, sample.text.as_ref()).into();
        }
    }
}

fn rename_reasons(reasons: &mut Top<Reason>, name: &mut Rename<'_>) {
    reasons.rename(|text, reason| {
        reason.domains.rename(|domain, _| name(Named::Domain, domain));
        name(Named::Text, text)
    });
}

#[cfg(test)]
mod tests {
    use super::Named;
    use crate::stats::Stats;

    #[test]
    fn what_gets_one_name_counts_together() {
        let mut stats = Stats::default();
        for (sender, count) in [("Carol@example.com", 2), ("carol@example.com", 3)] {
            stats.users.senders.entry(sender.as_bytes()).count = count;
        }
        *stats.authentication.failed_clients.entry(b"192.0.2.1").users.entry(b"root") += 1;
        stats.rename(&mut |named, text| match named {
            Named::Address => b"someone".to_vec(),
            _ => text.to_vec(),
        });
        let senders: Vec<_> = stats.users.senders.top(9);
        assert_eq!(senders.len(), 1);
        assert_eq!(
            senders.first().map(|(name, mail)| (name.to_string(), mail.count)),
            Some(("someone".to_owned(), 5))
        );
        let client = stats.authentication.failed_clients.get(b"192.0.2.1").unwrap();
        assert!(client.users.get(b"someone").is_some());
    }
}
