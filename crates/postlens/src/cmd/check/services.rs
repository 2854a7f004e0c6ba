//! `postlens check services`: what Postfix needs to do its work.
//!
//! One file per part below. To add one: the file with its `look`, a variant of [`Part`], and
//! its line in [`Part::look`].

use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::plugin::{Check, Limits, Plugin, State};
use super::range::Range;
use crate::cmd::queue::seconds;
use crate::postfix::{Instance, Postfix, instances};

mod certificates;
mod disk;
mod dns;
mod endpoint;
mod listeners;
mod master;
mod tables;

/// Check what Postfix needs: its daemons, DNS, filters, tables, disk, certificates
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens check services
  postlens check services --only master,disk
  postlens check services --without dns --certificate-warning 30d

What is looked at is taken from postconf and master.cf of each instance. Connections are
opened and closed again; nothing is said to the services. Each line below the first tells
the setting, where it stands, and what to do.

Most can be seen without root; sockets below /var/spool/postfix/private cannot. What cannot
be seen is told; it is UNKNOWN only for parts that --only names.")]
pub(super) struct ServicesCheckArgs {
    /// The instance with this configuration directory. Default: all that postmulti lists.
    #[arg(long, value_name = "DIR")]
    config: Option<std::path::PathBuf>,
    /// Look at these parts alone.
    #[arg(long, value_name = "PART", value_delimiter = ',', help_heading = "Parts")]
    only: Vec<Part>,
    /// Leave these parts out.
    #[arg(long, value_name = "PART", value_delimiter = ',', help_heading = "Parts")]
    without: Vec<Part>,
    /// How long a service may take to answer.
    #[arg(long, short, value_name = "TIME", value_parser = seconds, default_value = "5s", help_heading = "Limits")]
    timeout: i64,
    /// The name that DNS servers are asked for. Default: mydomain.
    #[arg(long, value_name = "NAME", help_heading = "Limits")]
    dns_name: Option<String>,
    /// WARNING if a certificate is valid for less: 21d.
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "21d", help_heading = "Limits")]
    certificate_warning: i64,
    /// CRITICAL if a certificate is valid for less.
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "3d", help_heading = "Limits")]
    certificate_critical: i64,
    /// WARNING if the disk of the queue has less room than so many times what Postfix needs to
    /// accept mail (1.5 times message_size_limit, or queue_minfree).
    #[arg(long, value_name = "TIMES", default_value_t = 10.0, help_heading = "Limits")]
    disk_warning: f64,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The daemons master and qmgr run.
    Master,
    /// The DNS servers of resolv.conf answer.
    Dns,
    /// Milters take connections.
    Milters,
    /// Policy services take connections.
    Policy,
    /// The authentication server of SASL takes connections.
    Auth,
    /// Content filters and proxy filters take connections.
    Filter,
    /// Where mail is handed to mail stores, connections are taken.
    Delivery,
    /// Lookup tables are there, and not older than their source.
    Tables,
    /// The queue's disk has room.
    Disk,
    /// Certificates are valid.
    Certificates,
}

impl Part {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn look(self, scene: &Scene<'_>, found: &mut Found) -> Result<()> {
        match self {
            Self::Master => master::look(scene, found),
            Self::Dns => dns::look(scene, found),
            Self::Milters => listeners::milters(scene, found),
            Self::Policy => listeners::policy(scene, found),
            Self::Auth => listeners::auth(scene, found),
            Self::Filter => listeners::filters(scene, found),
            Self::Delivery => listeners::delivery(scene, found),
            Self::Tables => tables::look(scene, found),
            Self::Disk => return disk::look(scene, found),
            Self::Certificates => certificates::look(scene, found),
        }
        Ok(())
    }
}

/// What a part looks at.
#[derive(Debug)]
struct Scene<'a> {
    postfix: &'a Postfix,
    args: &'a ServicesCheckArgs,
    /// Seconds since 1970.
    now: i64,
}

impl Scene<'_> {
    fn timeout(&self) -> Duration {
        Duration::from_secs(self.args.timeout.max(1).unsigned_abs())
    }
}

/// A figure: label, value, unit, limits.
type Figure = (String, f64, &'static str, Limits);

/// What a part found.
#[derive(Debug, Default)]
struct Found {
    fine: usize,
    wrong: Vec<(State, String, String)>,
    unseen: Vec<String>,
    figures: Vec<Figure>,
}

impl Found {
    /// Something is as it should be.
    fn fine(&mut self) {
        self.fine += 1;
    }

    /// Something is not; `remedy` names the setting and the command.
    fn wrong(&mut self, state: State, text: impl Into<String>, remedy: impl Into<String>) {
        self.wrong.push((state, text.into(), remedy.into()));
    }

    /// Something could not be seen, and why.
    fn unseen(&mut self, text: impl Into<String>) {
        self.unseen.push(text.into());
    }

    fn figure(&mut self, label: impl Into<String>, value: f64, unit: &'static str, limits: Limits) {
        self.figures.push((label.into(), value, unit, limits));
    }
}

impl Check for ServicesCheckArgs {
    const NAME: &'static str = "SERVICES";

    fn check(&self) -> Result<Plugin> {
        let instances = match &self.config {
            Some(config) => vec![Instance { name: None, config: Some(config.clone()) }],
            None => instances(),
        };
        let mut plugin = Plugin::default();
        let (mut fine, mut unseen) = (0, 0);
        for instance in &instances {
            let postfix = Postfix::live(instance)?;
            let scene =
                Scene { postfix: &postfix, args: self, now: jiff::Timestamp::now().as_second() };
            for part in self.parts() {
                let mut found = Found::default();
                part.look(&scene, &mut found)?;
                fine += found.fine;
                unseen += found.unseen.len();
                self.tell(part, instance.name.as_deref(), found, &mut plugin);
            }
        }
        plugin.fact(format!("{fine} things are as they should be"));
        if unseen > 0 {
            plugin.fact(format!("{unseen} could not be seen"));
        }
        Ok(plugin)
    }
}

impl ServicesCheckArgs {
    fn parts(&self) -> impl Iterator<Item = Part> {
        let all = Part::value_variants().iter().copied();
        all.filter(|part| self.only.is_empty() || self.only.contains(part))
            .filter(|part| !self.without.contains(part))
    }

    fn tell(&self, part: Part, instance: Option<&str>, found: Found, plugin: &mut Plugin) {
        let of = instance.map(|name| format!("{name}: ")).unwrap_or_default();
        for (label, value, unit, limits) in found.figures {
            let label = instance.map_or(label.clone(), |name| format!("{name}_{label}"));
            plugin.figure(&label, value, unit, limits);
        }
        for (state, text, remedy) in found.wrong {
            plugin.detail(format!("{}: {of}{text}: {remedy}", state.name()));
            plugin.wrong(state, format!("{of}{text}"));
        }
        for text in found.unseen {
            let text = format!("{of}{}: {text}", part.name());
            if self.only.contains(&part) {
                plugin.wrong(State::Unknown, text);
            } else {
                plugin.detail(format!("not seen: {text}"));
            }
        }
    }
}

/// The limits of something that must not fall below two values.
fn at_least(warning: f64, critical: f64) -> Limits {
    Limits::new(Some(Range::at_least(warning)), Some(Range::at_least(critical)))
}
