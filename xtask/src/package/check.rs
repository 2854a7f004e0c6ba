//! Whether packages work where nothing else is installed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{packages, run};

/// What must be there once the package is installed.
const INSTALLED: [&str; 7] = [
    "usr/share/man/man1/postlens.1.gz",
    "usr/share/man/man1/postlens-report.1.gz",
    "usr/share/bash-completion/completions/postlens",
    "usr/share/zsh/vendor-completions/_postlens",
    "usr/share/fish/vendor_completions.d/postlens.fish",
    "usr/lib/systemd/system/postlens-report.timer",
    "etc/default/postlens",
];

/// Installs the package in a fresh Debian tree, runs it, and removes it again.
pub(super) fn deb(root: &Path, package: &Path) -> Result<()> {
    packages::ensure(root, &["debootstrap".to_owned()])?;
    let tree = tempfile::tempdir().context("cannot make a directory for a Debian tree")?;
    let mut bootstrap = run::command(root, "debootstrap", ["--variant=minbase", "bookworm"]);
    run::succeed(bootstrap.arg(tree.path()).arg(mirror(root)?))?;
    fs::copy(package, tree.path().join("postlens.deb"))?;
    copy_log(root, tree.path())?;
    inside(root, tree.path(), "dpkg -i /postlens.deb")?;
    for file in INSTALLED {
        if !tree.path().join(file).is_file() {
            bail!("not installed: /{file}");
        }
    }
    expect(root, tree.path(), "postlens report --lang en /mail.log.gz", "Messages")?;
    expect(root, tree.path(), "pflogsumm /mail.log.gz", "Grand Totals")?;
    inside(root, tree.path(), "dpkg -r postlens")?;
    if tree.path().join("usr/sbin/pflogsumm").symlink_metadata().is_ok() {
        bail!("the package left its alternative behind");
    }
    println!("package: the Debian package installs, runs and is removed in a fresh tree");
    Ok(())
}

/// Looks into the RPM; there is no tree of that family to install it in.
pub(super) fn rpm(root: &Path, package: &Path) -> Result<()> {
    packages::ensure(root, &["rpm".to_owned()])?;
    let list = run::output(run::command(root, "rpm", ["-qlp"]).arg(package))?;
    for file in ["/usr/bin/postlens", "/usr/share/man/man1/postlens.1.gz", "/etc/default/postlens"]
    {
        if !list.lines().any(|line| line == file) {
            bail!("not in the package: {file}");
        }
    }
    println!("package: the RPM holds what it should");
    Ok(())
}

/// Runs the program in a tree that holds nothing but itself and a log.
pub(super) fn static_program(root: &Path, program: &Path) -> Result<()> {
    let tree = tempfile::tempdir().context("cannot make an empty tree")?;
    fs::copy(program, tree.path().join("postlens"))?;
    copy_log(root, tree.path())?;
    let report = "/postlens report --lang en --tz Asia/Tokyo /mail.log.gz";
    expect(root, tree.path(), report, "+09:00")?;
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

fn inside(root: &Path, tree: &Path, line: &str) -> Result<String> {
    let mut command = run::command(root, "chroot", [tree]);
    command.args(line.split(' '));
    run::output(&mut command)
}

fn expect(root: &Path, tree: &Path, line: &str, words: &str) -> Result<()> {
    let text = inside(root, tree, line)?;
    if !text.contains(words) {
        bail!("`{line}` did not say {words:?} but: {text}");
    }
    Ok(())
}
