//! The Debian packages that tests need: looked for, and installed by root.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::run;

/// What tests need beside the lab's own list: the peers they compare with and the
/// programs that make compressed logs.
const BESIDE_THE_LAB: &[&str] = &[
    "chromium",
    "poppler-utils",
    "libreoffice-calc",
    "fonts-noto-cjk",
    "icinga2-bin",
    "icinga2-common",
    "nagios4-core",
    "python3-openpyxl",
    "pflogsumm",
    "libdate-calc-perl",
    "faketime",
    "python3-venv",
    "postgresql",
    "bzip2",
    "tmux",
    "systemd-journal-remote",
    "gzip",
    "xz-utils",
    "zstd",
    "util-linux",
];

/// Where Debian looks whether an installed daemon may be started.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Everything that the tests need.
pub(crate) fn of_tests(root: &Path) -> Result<Vec<String>> {
    let mut packages: Vec<String> = BESIDE_THE_LAB.iter().map(ToString::to_string).collect();
    let list = ". lab/lib/deps.sh && echo $PACKAGES";
    let lab = run::output(&mut run::command(root, "bash", ["-c", list]))?;
    packages.extend(lab.split_ascii_whitespace().map(str::to_owned));
    packages.sort();
    packages.dedup();
    Ok(packages)
}

/// Makes sure that `packages` are installed. Root installs what is missing; others are
/// told the command.
pub(crate) fn ensure(root: &Path, packages: &[String]) -> Result<()> {
    let missing = missing(root, packages)?;
    if missing.is_empty() {
        println!("packages: all {} present", packages.len());
        return Ok(());
    }
    let install = format!("apt-get install --no-install-recommends {}", missing.join(" "));
    if !run::installed("apt-get") {
        bail!("the tests need these Debian packages, and there is no apt-get: {missing:?}");
    }
    if !is_root(root)? {
        bail!("the tests need packages that are missing; as root, run: {install}");
    }
    println!("packages: installing {}", missing.join(" "));
    let guard = Guard::new()?;
    preseed(root)?;
    succeed(root, &["update", "-qq"])?;
    let mut arguments =
        vec!["install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600"];
    arguments.extend(missing.iter().map(String::as_str));
    succeed(root, &arguments)?;
    drop(guard);
    Ok(())
}

fn missing(root: &Path, packages: &[String]) -> Result<Vec<String>> {
    let mut query =
        run::command(root, "dpkg-query", ["-W", "-f", "${db:Status-Abbrev} ${Package}\n"]);
    query.args(packages).stderr(Stdio::null());
    // The status is a failure as soon as one package is unknown; the list still stands.
    let output = query.output().context("cannot start dpkg-query: the tests run on Debian")?;
    let listing = String::from_utf8_lossy(&output.stdout);
    let present: Vec<&str> = listing
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(status, _)| status.starts_with("ii"))
        .map(|(_, name)| name.trim())
        .collect();
    Ok(packages.iter().filter(|name| !present.contains(&name.as_str())).cloned().collect())
}

fn is_root(root: &Path) -> Result<bool> {
    Ok(run::output(&mut run::command(root, "id", ["-u"]))?.trim() == "0")
}

fn succeed(root: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = run::command(root, "apt-get", arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
    run::succeed(&mut command)
}

/// Postfix's installer would ask what to configure; the lab configures it itself.
fn preseed(root: &Path) -> Result<()> {
    let mut child = run::command(root, "debconf-set-selections", [""; 0])
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot start debconf-set-selections")?;
    let mut input = child.stdin.take().context("debconf-set-selections takes no input")?;
    input.write_all(b"postfix postfix/main_mailer_type select No configuration\n")?;
    drop(input);
    child.wait().context("debconf-set-selections did not end")?;
    Ok(())
}

/// Keeps installers from starting daemons, until dropped. A policy that the machine has
/// already is left alone.
struct Guard {
    ours: bool,
}

impl Guard {
    fn new() -> Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        if Path::new(POLICY).exists() {
            return Ok(Self { ours: false });
        }
        std::fs::write(POLICY, "#!/bin/sh\nexit 101\n").context("cannot write policy-rc.d")?;
        std::fs::set_permissions(POLICY, std::fs::Permissions::from_mode(0o755))?;
        Ok(Self { ours: true })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.ours && std::fs::remove_file(POLICY).is_err() {
            eprintln!("warning: cannot remove {POLICY}, which keeps daemons from starting");
        }
    }
}
