//! The settings of a Postfix: what its programs say, and where in which file it stands.
//!
//! A Postfix that runs here is asked with postconf(1); of a tree of files only what stands in
//! them is known, and a few defaults.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::exit::hint;

mod expand;
mod file;
mod instance;
mod service;

pub(crate) use file::At;
use file::Setting;
pub(crate) use instance::{Instance, instances, printed, program};
pub(crate) use service::Service;

/// The settings of one instance.
#[derive(Debug, Default)]
pub(crate) struct Postfix {
    /// The directory that stands for `/`.
    root: PathBuf,
    /// As its files name it, below `root`.
    config: PathBuf,
    /// Values of parameters, as far as postconf expands them.
    values: BTreeMap<String, String>,
    /// What main.cf sets.
    set: BTreeMap<String, Setting>,
    /// What master.cf runs.
    services: Vec<Service>,
}

/// Where Postfix looks by default.
const CONFIG: &str = "/etc/postfix";

/// What holds where main.cf says nothing: enough for what is looked at in trees of files.
const DEFAULTS: [(&str, &str); 12] = [
    ("queue_directory", "/var/spool/postfix"),
    ("process_id_directory", "pid"),
    ("maximal_queue_lifetime", "5d"),
    ("bounce_queue_lifetime", "5d"),
    ("maillog_file_prefixes", "/var, /dev/stdout"),
    ("maillog_file_rotate_suffix", "%Y%m%d-%H%M%S"),
    ("soft_bounce", "no"),
    ("enable_long_queue_ids", "no"),
    ("debug_peer_level", "2"),
    ("smtpd_tls_loglevel", "0"),
    ("smtp_tls_loglevel", "0"),
    ("syslog_name", "${multi_instance_name?{$multi_instance_name}:{postfix}}"),
];

impl Postfix {
    /// Asks a Postfix of this machine.
    ///
    /// # Errors
    /// When there is none, or its settings cannot be read.
    pub(crate) fn live(instance: &Instance) -> Result<Self> {
        let config = instance.config.as_deref();
        let said = printed(program("postconf", config).arg("-x"))?;
        let values = said.lines().filter_map(|line| line.split_once(" ="));
        let values: BTreeMap<String, String> =
            values.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        let config = config.map_or_else(
            || values.get("config_directory").map_or(CONFIG.into(), PathBuf::from),
            Path::to_owned,
        );
        let mut postfix = Self { root: "/".into(), config, values, ..Self::default() };
        postfix.read()?;
        Ok(postfix)
    }

    /// Reads the files of a tree; `None` where there is no main.cf in it.
    ///
    /// # Errors
    /// When they are there and cannot be read.
    pub(crate) fn of_tree(root: &Path) -> Result<Option<Self>> {
        let values = DEFAULTS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut postfix = Self {
            root: root.to_owned(),
            config: CONFIG.into(),
            values: values.into(),
            ..Self::default()
        };
        if !postfix.below(Path::new("/etc/postfix/main.cf")).exists() {
            return Ok(None);
        }
        postfix.read()?;
        for (name, setting) in &postfix.set {
            postfix.values.insert(name.clone(), setting.value.clone());
        }
        Ok(Some(postfix))
    }

    fn read(&mut self) -> Result<()> {
        let (main, master) = (self.config.join("main.cf"), self.config.join("master.cf"));
        self.set = file::settings(&self.text(&main)?, &main);
        self.services = service::services(&self.text(&master)?, &master);
        Ok(())
    }

    fn text(&self, path: &Path) -> Result<String> {
        let bytes = std::fs::read(self.below(path))
            .with_context(|| format!("cannot read {}", path.display()))
            .map_err(|error| hint(error, "run as root, or let this user read it"))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The configuration directory.
    pub(crate) fn config(&self) -> &Path {
        &self.config
    }

    /// The value of a parameter, expanded; empty where it is not known.
    pub(crate) fn value(&self, name: &str) -> String {
        self.expand(self.values.get(name).map_or("", String::as_str))
    }

    /// Whether a parameter is `yes`.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.value(name).eq_ignore_ascii_case("yes")
    }

    /// A text of a configuration file with the values of its parameters.
    pub(crate) fn expand(&self, text: &str) -> String {
        expand::expand(text, &|name| self.values.get(name).cloned())
    }

    /// Where main.cf sets a parameter.
    pub(crate) fn place(&self, name: &str) -> Option<&At> {
        self.set.get(name).map(|setting| &setting.at)
    }

    /// Where main.cf is, or sets a parameter.
    pub(crate) fn place_or_main(&self, name: &str) -> At {
        let main = || At { file: self.config.join("main.cf"), line: None };
        self.place(name).cloned().unwrap_or_else(main)
    }

    /// The services of master.cf.
    pub(crate) fn services(&self) -> &[Service] {
        &self.services
    }

    /// Every parameter that is known, with its value and whether main.cf sets it, and those
    /// that master.cf sets for a service.
    pub(crate) fn all(&self) -> impl Iterator<Item = (String, String, At)> + '_ {
        let main = self
            .values
            .keys()
            .map(|name| (name.clone(), self.value(name), self.place_or_main(name)));
        let master = self.services.iter().flat_map(Service::overrides);
        main.chain(
            master.map(|(name, value, at)| (name.to_owned(), self.expand(value), at.clone())),
        )
    }

    /// The values of one parameter: main.cf's, and those of services that differ.
    pub(crate) fn values_of<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = (String, At)> + 'a {
        let main = std::iter::once((self.value(name), self.place_or_main(name)));
        let master = self.services.iter().flat_map(Service::overrides);
        let master = master.filter(move |(set, ..)| *set == name);
        main.chain(master.map(|(_, value, at)| (self.expand(value), at.clone())))
            .filter(|(value, _)| !value.is_empty())
    }

    /// A path of the system as a path that can be opened.
    pub(crate) fn below(&self, path: &Path) -> PathBuf {
        below(&self.root, path)
    }

    /// A path that daemons take as relative to the queue directory.
    pub(crate) fn in_queue(&self, path: &str) -> PathBuf {
        Path::new(&self.value("queue_directory")).join(path)
    }

    /// `postconf -e` and the like for this instance.
    pub(crate) fn command(&self, program: &str) -> String {
        if self.config == Path::new(CONFIG) {
            return program.to_owned();
        }
        format!("{program} -c {}", self.config.display())
    }
}

/// A path of a system whose `/` is another directory.
pub(crate) fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

/// The parts of a list of a parameter: separated by commas and blanks, braces keep together.
pub(crate) fn list(text: &str) -> Vec<String> {
    let (mut items, mut item, mut depth) = (Vec::new(), String::new(), 0u32);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && (c.is_whitespace() || c == ',') {
            items.push(std::mem::take(&mut item));
        } else {
            item.push(c);
        }
    }
    items.push(item);
    items.retain(|item| !item.is_empty());
    items
}

/// Seconds of a time such as `5d` or `100s`; the unit without one is the parameter's.
pub(crate) fn seconds(text: &str, unit: i64) -> Option<i64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(digits)?;
    let factor = match suffix {
        "" => unit,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::{list, seconds};

    #[test]
    fn lists() {
        assert_eq!(list(" a, b\tc,,d "), ["a", "b", "c", "d"]);
        let parts = ["check_policy_service", "{ inet:a:1, timeout=1s }", "permit"];
        assert_eq!(list("check_policy_service { inet:a:1, timeout=1s }, permit"), parts);
        assert!(list("").is_empty());
    }

    #[test]
    fn times() {
        assert_eq!(seconds("5d", 1), Some(432_000));
        assert_eq!(seconds("5", 86_400), Some(432_000));
        assert_eq!(seconds("x", 1), None);
    }
}
