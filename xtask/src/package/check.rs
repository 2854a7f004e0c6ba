//! Whether packages work where nothing else is installed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{packages, run};

/// What must be there once a package is installed, apart from completions for zsh, which
/// distributions keep in different places.
const INSTALLED: [&str; 8] = [
    "usr/bin/postlens",
    "usr/share/man/man1/postlens.1.gz",
    "usr/share/man/man1/postlens-report.1.gz",
    "usr/share/bash-completion/completions/postlens",
    "usr/share/fish/vendor_completions.d/postlens.fish",
    "usr/lib/systemd/system/postlens-report.timer",
    "usr/lib/systemd/system/postlens-mail.service",
    "etc/default/postlens",
];

/// The names of the programs whose places ours takes.
const DROP_INS: [&str; 3] = ["usr/sbin/pflogsumm", "usr/sbin/qshape", "usr/bin/maillogger"];

/// A fresh Debian tree, with an example log in it.
pub(super) struct Tree<'a> {
    root: &'a Path,
    directory: tempfile::TempDir,
}

impl<'a> Tree<'a> {
    /// Fetches Debian's smallest system.
    pub(super) fn debian(root: &'a Path) -> Result<Self> {
        packages::ensure(root, &["debootstrap".to_owned(), "rpm".to_owned()])?;
        let tree = Self::empty(root)?;
        let mut bootstrap = run::command(root, "debootstrap", ["--variant=minbase", "bookworm"]);
        run::succeed(bootstrap.arg(tree.path()).arg(mirror(root)?))?;
        copy_log(root, tree.path())?;
        Ok(tree)
    }

    fn empty(root: &'a Path) -> Result<Self> {
        let directory = tempfile::tempdir().context("cannot make a directory for a tree")?;
        Ok(Self { root, directory })
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn inside(&self, line: &str) -> Result<String> {
        let mut command = run::command(self.root, "chroot", [self.path()]);
        command.env("DEBIAN_FRONTEND", "noninteractive").env("LC_ALL", "C");
        command.args(line.split(' '));
        run::output(&mut command)
    }

    fn expect(&self, line: &str, words: &str) -> Result<()> {
        let text = self.inside(line)?;
        if !text.contains(words) {
            bail!("`{line}` did not say {words:?} but: {text}");
        }
        Ok(())
    }

    /// Holds what a package has put there against what it should.
    fn is_installed(&self) -> Result<()> {
        for file in INSTALLED {
            if !self.path().join(file).is_file() {
                bail!("not installed: /{file}");
            }
        }
        for name in DROP_INS {
            let link = self.path().join(name).symlink_metadata();
            if !link.is_ok_and(|link| link.is_symlink()) {
                bail!("not offered under the name /{name}");
            }
        }
        self.expect("postlens report --lang en /mail.log.gz", "Postfix report")?;
        self.expect("pflogsumm --version", "Postlens")?;
        self.expect("pflogsumm /mail.log.gz", "Grand Totals")?;
        self.expect("maillogger /mail.log.gz /deliveries", "")?;
        self.expect("head -1 /deliveries.csv", "mail_id,to_address")
    }

    fn is_removed(&self) -> Result<()> {
        // What the administrator may have written stays until a purge.
        let files = INSTALLED.iter().filter(|file| !file.starts_with("etc/"));
        for name in DROP_INS.iter().chain(files) {
            if self.path().join(name).symlink_metadata().is_ok() {
                bail!("left behind: /{name}");
            }
        }
        Ok(())
    }
}

/// Installs the package, runs it, upgrades it, has the original beside it, and removes it.
pub(super) fn deb(tree: &Tree<'_>, package: &Path) -> Result<()> {
    fs::copy(package, tree.path().join("postlens.deb"))?;
    tree.inside("dpkg -i /postlens.deb")?;
    tree.is_installed()?;
    // What the administrator wrote outlives upgrades, and goes with a purge.
    let configuration = tree.path().join("etc/default/postlens");
    fs::write(&configuration, "REPORT_OPTIONS=--detail\n")?;
    tree.inside("dpkg -i --force-confold /postlens.deb")?;
    tree.is_installed()?;
    if fs::read_to_string(&configuration)? != "REPORT_OPTIONS=--detail\n" {
        bail!("an upgrade changed /etc/default/postlens");
    }
    beside_the_original(tree)?;
    tree.inside("dpkg -r postlens")?;
    tree.is_removed()?;
    tree.inside("dpkg -P postlens")?;
    if configuration.exists() {
        bail!("left behind by a purge: /etc/default/postlens");
    }
    println!("package: the Debian package installs, upgrades, runs and goes in a fresh tree");
    Ok(())
}

/// Where the original is installed, its name is its own, whoever comes first.
fn beside_the_original(tree: &Tree<'_>) -> Result<()> {
    tree.inside("apt-get install -y -qq --no-install-recommends pflogsumm")?;
    let is_theirs = || match tree.inside("pflogsumm --version") {
        Ok(version) if version.contains("Postlens") => bail!("pflogsumm is ours: {version}"),
        version => version.map(drop),
    };
    is_theirs()?;
    tree.inside("dpkg -i --force-confold /postlens.deb")?;
    is_theirs()?;
    tree.inside("dpkg -r postlens")?;
    is_theirs()?;
    tree.inside("apt-get purge -y -qq pflogsumm")?;
    tree.inside("dpkg -i --force-confold /postlens.deb")?;
    tree.is_installed()
}

/// Installs the RPM beside Debian's files, for want of a tree of that family: that tells
/// whether it unpacks, runs, and what its scripts do.
pub(super) fn rpm(tree: &Tree<'_>, package: &Path) -> Result<()> {
    let rpm = |arguments: &[&str]| {
        let mut rpm = run::command(tree.root, "rpm", ["--root"]);
        rpm.arg(tree.path()).args(arguments);
        rpm
    };
    run::succeed(rpm(&["-i", "--nodeps"]).arg(package))?;
    tree.is_installed()?;
    run::succeed(&mut rpm(&["-e", "postlens"]))?;
    tree.is_removed()?;
    println!("package: the RPM installs, runs and goes");
    Ok(())
}

/// Runs the program in a tree that holds nothing but itself and a log.
pub(super) fn static_program(root: &Path, program: &Path) -> Result<()> {
    let tree = Tree::empty(root)?;
    fs::copy(program, tree.path().join("postlens"))?;
    copy_log(root, tree.path())?;
    let report = "/postlens report --lang en --tz Asia/Tokyo /mail.log.gz";
    tree.expect(&format!("{report} --json"), "+09:00")?;
    tree.expect("/postlens report --lang ja /mail.log.gz", "メール")?;
    println!("package: the static program runs in an empty tree, with its own time zones");
    Ok(())
}

/// The largest of the example logs.
fn copy_log(root: &Path, tree: &Path) -> Result<()> {
    let logs = fs::read_dir(root.join("examples"))?.filter_map(|entry| Some(entry.ok()?.path()));
    let logs = logs.filter(|path| path.extension().is_some_and(|ending| ending == "gz"));
    let log = logs.max_by_key(|path| path.metadata().map_or(0, |data| data.len()));
    fs::copy(log.context("no example log")?, tree.join("mail.log.gz"))?;
    Ok(())
}

/// Where this machine gets its own packages from.
fn mirror(root: &Path) -> Result<String> {
    let mut targets = run::command(root, "apt-get", ["indextargets", "--format", "$(REPO_URI)"]);
    let targets = run::output(&mut targets)?;
    Ok(targets.lines().next().context("apt-get knows no repository")?.to_owned())
}
