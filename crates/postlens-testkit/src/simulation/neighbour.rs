//! Lines beside the mail itself: Dovecot, other programs, statistics and warnings.

use super::{Simulation, line};
use crate::clock::{Civil, Micros, SECOND};
use crate::ledger::Effect;
use crate::process::Who;
use crate::service::Service;
use crate::truth::AuthFailureTruth;
use crate::world::World;

impl Simulation {
    /// A user reads mail, or somebody tries to.
    pub(crate) fn mailbox_login(&mut self, at: Micros) {
        if !self.config.dovecot {
            return;
        }
        let who = self.brief(0, Service::Dovecot, at);
        let user = self.world.user(&mut self.random).to_owned();
        let protocol = self.random.pick(&["imap", "imap", "imap", "pop3"]);
        let session = format!("{:011x}", self.random.below(1 << 44));
        if self.random.chance(0.85) {
            let client = World::device(&user);
            let mpid = self.random.between(1_000, 30_000);
            line!(
                self,
                at,
                who,
                Dovecot,
                Effect::None,
                "{protocol}-login: Login: user=<{user}>, method=PLAIN, rip={}, lip=192.0.2.10, mpid={mpid}, TLS, session=<{session}>",
                client.address
            );
            let end = at + self.random.between(SECOND, 120 * SECOND);
            let counters = if protocol == "pop3" {
                "top=0/0, retr=1/2713, del=0/4, size=9120"
            } else {
                "in=412 out=8127 deleted=0 expunged=0 trashed=0 hdr_count=3 hdr_bytes=981 body_count=1 body_bytes=2713"
            };
            line!(
                self,
                end,
                who,
                Dovecot,
                Effect::None,
                "{protocol}({user})<{mpid}><{session}>: Disconnected: Logged out {counters}"
            );
            return;
        }
        let client = World::bot(&mut self.random);
        let truth = AuthFailureTruth {
            host: self.host_of(0).to_owned(),
            service: "dovecot".to_owned(),
            client_address: client.address.clone(),
            method: "PLAIN".to_owned(),
            username: Some(user.clone()),
            ..AuthFailureTruth::default()
        };
        let effect = Effect::AuthFailure(Box::new(truth));
        line!(
            self,
            at,
            who,
            AuthFailed,
            effect,
            "{protocol}-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<{user}>, method=PLAIN, rip={}, lip=192.0.2.10, TLS, session=<{session}>",
            client.address
        );
    }

    /// Another program's line.
    pub(crate) fn foreign(&mut self, at: Micros) {
        let host = self.random.below(self.instances.len() as u64);
        let host = usize::try_from(host).unwrap_or_default();
        match self.random.below(3) {
            0 => {
                let Who { pool, .. } = self.brief(host, Service::Kernel, at);
                // The kernel has no process ID.
                let who = Who { pool, pid: 0 };
                let uptime = (at / 1_000).rem_euclid(10_000_000);
                line!(
                    self,
                    at,
                    who,
                    Foreign,
                    Effect::None,
                    "[{}.{:06}] TCP: request_sock_TCP: Possible SYN flooding on port 25. Sending cookies.",
                    uptime / 1_000,
                    uptime % 1_000
                );
            }
            1 => {
                let who = self.brief(host, Service::Cron, at);
                line!(
                    self,
                    at,
                    who,
                    Foreign,
                    Effect::None,
                    "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"
                );
            }
            _ => {
                let who = self.brief(host, Service::Cron, at);
                line!(
                    self,
                    at,
                    who,
                    Foreign,
                    Effect::None,
                    "(root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)"
                );
            }
        }
    }

    /// A warning.
    pub(crate) fn rare(&mut self, at: Micros) {
        let instance = self.front_instance();
        let client = World::bot(&mut self.random);
        let (name, address) = (client.name, client.address);
        match self.random.below(5) {
            0 => {
                let who = self.brief(instance, Service::Smtpd, at);
                line!(
                    self,
                    at,
                    who,
                    Notice,
                    Effect::None,
                    "warning: hostname host.dsl.example does not resolve to address {address}: Name or service not known"
                );
            }
            1 => {
                let who = self.brief(instance, Service::Smtpd, at);
                line!(
                    self,
                    at,
                    who,
                    Notice,
                    Effect::None,
                    "warning: Connection rate limit exceeded: 61 from {name}[{address}] for service smtp"
                );
            }
            2 => {
                let who = self.brief(instance, Service::Smtpd, at);
                line!(
                    self,
                    at,
                    who,
                    Notice,
                    Effect::None,
                    "warning: TLS library problem: error:0A0000C1:SSL routines::no shared cipher:../ssl/statem/statem_srvr.c:2226:"
                );
            }
            3 => {
                let who = self.brief(instance, Service::Master, at);
                line!(
                    self,
                    at,
                    who,
                    Notice,
                    Effect::None,
                    "warning: process /usr/lib/postfix/sbin/smtpd pid {} exit status 1",
                    at % 30_000 + 300
                );
            }
            _ => {
                let who = self.brief(instance, Service::Smtpd, at);
                line!(
                    self,
                    at,
                    who,
                    Notice,
                    Effect::None,
                    "warning: dict_nis_init: NIS domain name not set - NIS lookups disabled"
                );
            }
        }
    }

    /// anvil(8) and scache(8) tell their maxima.
    pub(crate) fn statistics(&mut self, at: Micros, instance: usize) {
        let client = World::bot(&mut self.random);
        let local = at.div_euclid(SECOND) + i64::from(self.config.offset_minutes) * 60;
        let civil = Civil::at(local - 30);
        let then = format!(
            "{} {:2} {:02}:{:02}:{:02}",
            civil.month_name(),
            civil.day,
            civil.hour,
            civil.minute,
            civil.second
        );
        let anvil = self.brief(instance, Service::Anvil, at);
        let address = client.address;
        line!(
            self,
            at,
            anvil,
            Notice,
            Effect::None,
            "statistics: max connection rate {}/60s for (smtp:{address}) at {then}",
            at % 7 + 1
        );
        line!(
            self,
            at + 20,
            anvil,
            Notice,
            Effect::None,
            "statistics: max connection count 1 for (smtp:{address}) at {then}"
        );
        line!(
            self,
            at + 40,
            anvil,
            Notice,
            Effect::None,
            "statistics: max cache size {} at {then}",
            at % 19 + 1
        );
        let scache = self.brief(instance, Service::Scache, at + SECOND);
        line!(self, at + SECOND, scache, Notice, Effect::None, "statistics: start interval {then}");
        line!(
            self,
            at + SECOND + 20,
            scache,
            Notice,
            Effect::None,
            "statistics: domain lookup hits=16 miss=22 success=42%"
        );
    }
}
