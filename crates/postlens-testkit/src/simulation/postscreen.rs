//! postscreen(8) in front of port 25.

use super::{Simulation, line};
use crate::clock::{Micros, SECOND};
use crate::config::Flavour;
use crate::ledger::Effect;
use crate::service::Service;
use crate::truth::RefusalTruth;
use crate::world::Client;

impl Simulation {
    /// postscreen lets a client through, if it is there; gives when smtpd(8) takes over.
    pub(crate) fn before_smtpd(&mut self, instance: usize, client: &Client, at: Micros) -> Micros {
        if !self.config.postscreen {
            return at;
        }
        let port = self.screen(instance, client, at);
        let who = self.brief(instance, Service::Postscreen, at);
        let address = &client.address;
        match self.random.below(10) {
            0 => {
                let word = if self.since(Flavour::V3_7) { "ALLOWLISTED" } else { "WHITELISTED" };
                line!(
                    self,
                    at + 200,
                    who,
                    PostscreenAllowlisted,
                    Effect::None,
                    "{word} [{address}]:{port}"
                );
                at + 400
            }
            1..=3 => {
                let at = at + 6 * SECOND;
                line!(
                    self,
                    at,
                    who,
                    PostscreenPassNew,
                    Effect::None,
                    "PASS NEW [{address}]:{port}"
                );
                at + 300
            }
            _ => {
                line!(
                    self,
                    at + 200,
                    who,
                    PostscreenPassOld,
                    Effect::None,
                    "PASS OLD [{address}]:{port}"
                );
                at + 400
            }
        }
    }

    fn screen(&mut self, instance: usize, client: &Client, at: Micros) -> i64 {
        let who = self.brief(instance, Service::Postscreen, at);
        let port = self.random.between(20_000, 65_000);
        let host = self.instances.get(instance).map_or(0, |instance| instance.host);
        line!(
            self,
            at,
            who,
            PostscreenConnect,
            Effect::None,
            "CONNECT from [{}]:{port} to [192.0.2.{}]:25",
            client.address,
            10 + host
        );
        port
    }

    /// postscreen deals with a bot alone.
    pub(crate) fn screened_out(&mut self, instance: usize, client: &Client, at: Micros) {
        let port = self.screen(instance, client, at);
        let who = self.brief(instance, Service::Postscreen, at);
        let address = &client.address;
        let mut at = at + 500;
        match self.random.below(6) {
            0 => {
                at += self.random.between(SECOND / 5, 5 * SECOND);
                line!(
                    self,
                    at,
                    who,
                    PostscreenHangup,
                    Effect::None,
                    "HANGUP after 0.{} from [{address}]:{port} in tests before SMTP handshake",
                    at % 90 + 10
                );
            }
            1 => {
                let word = if self.since(Flavour::V3_7) { "DENYLISTED" } else { "BLACKLISTED" };
                line!(
                    self,
                    at,
                    who,
                    PostscreenDenylisted,
                    Effect::None,
                    "{word} [{address}]:{port}"
                );
            }
            2 => {
                at += SECOND / 10;
                line!(
                    self,
                    at,
                    who,
                    PostscreenPregreet,
                    Effect::None,
                    "PREGREET 12 after 0.1 from [{address}]:{port}: EHLO early\\r\\n"
                );
                at = self.postscreen_reject(
                    instance,
                    client,
                    port,
                    at + SECOND,
                    "550 5.5.1 Protocol error",
                );
            }
            _ => {
                let dnsblog = self.brief(instance, Service::Dnsblog, at);
                let listed = at + 3_000;
                line!(
                    self,
                    listed,
                    dnsblog,
                    DnsblListed,
                    Effect::None,
                    "addr {address} listed by domain bl.example.net as 127.0.0.2"
                );
                at += 6 * SECOND;
                line!(
                    self,
                    at,
                    who,
                    PostscreenDnsblRank,
                    Effect::None,
                    "DNSBL rank 2 for [{address}]:{port}"
                );
                let text = format!(
                    "550 5.7.1 Service unavailable; client [{address}] blocked using bl.example.net"
                );
                at = self.postscreen_reject(instance, client, port, at + SECOND, &text);
            }
        }
        line!(
            self,
            at + 2_000,
            who,
            PostscreenDisconnect,
            Effect::None,
            "DISCONNECT [{address}]:{port}"
        );
    }

    fn postscreen_reject(
        &mut self,
        instance: usize,
        client: &Client,
        port: i64,
        at: Micros,
        text: &str,
    ) -> Micros {
        let who = self.brief(instance, Service::Postscreen, at);
        let domain = self.world.outside(&mut self.random);
        let sender = self.world.address(domain, &mut self.random);
        let recipient = self.our_recipient().address;
        let helo = self.world.helo(client, &mut self.random);
        let (code, dsn) = super::refuse::codes(text);
        let refusal = RefusalTruth {
            host: self.host_of(instance).to_owned(),
            instance: self.name_of(instance).to_owned(),
            action: "reject".to_owned(),
            stage: "RCPT".to_owned(),
            client_address: client.address.clone(),
            sender: Some(sender.clone()),
            recipient: Some(recipient.clone()),
            code,
            dsn,
            text: text.to_owned(),
            ..RefusalTruth::default()
        };
        let effect = Effect::Refusal(Box::new(refusal), None);
        line!(
            self,
            at,
            who,
            Reject,
            effect,
            "NOQUEUE: reject: RCPT from [{}]:{port}: {text}; from=<{sender}>, to=<{recipient}>, proto=ESMTP, helo=<{helo}>",
            client.address
        );
        at + SECOND / 20
    }
}
