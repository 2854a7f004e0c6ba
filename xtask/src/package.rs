//! `cargo xtask package`: a Debian package, an RPM, a static program, and whether they work.
//!
//! Man pages and completions are written by the program that goes into the package. The
//! checks install the package in a fresh Debian tree, and run the static program where
//! there is nothing else; both need root and take minutes, so they are not among the tests.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{packages, run, workspace};

mod check;

/// What to make.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these; all of them by default
    #[arg(value_enum)]
    kinds: Vec<Kind>,
    /// Check them too: install the Debian package in a fresh tree, run the static program in
    /// an empty one; needs root
    #[arg(long)]
    check: bool,
}

/// A form in which the program is given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// A Debian package, by cargo-deb
    Deb,
    /// An RPM package, by cargo-generate-rpm
    Rpm,
    /// A program that needs no file of the system
    Static,
}

/// The target of the static program: with glibc, since Rust brings no other linker.
const STATIC_TARGET: &str = "x86_64-unknown-linux-gnu";

/// Shells whose completions go into packages.
const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// Makes what was asked for, and checks it.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let wants = |kind| arguments.kinds.is_empty() || arguments.kinds.contains(&kind);
    let target = target(&root)?;
    let is_checked = arguments.check && (wants(Kind::Deb) || wants(Kind::Rpm));
    let tree = is_checked.then(|| check::Tree::debian(&root)).transpose()?;
    if wants(Kind::Deb) || wants(Kind::Rpm) {
        run::succeed(&mut run::cargo(&root, "build --release --locked --package postlens"))?;
        stage(&root, &target)?;
    }
    if wants(Kind::Deb) {
        let package = deb(&root, &target)?;
        println!("package: {}", package.display());
        if let Some(tree) = &tree {
            check::deb(tree, &package)?;
        }
    }
    if wants(Kind::Rpm) {
        let package = rpm(&root, &target)?;
        println!("package: {}", package.display());
        if let Some(tree) = &tree {
            check::rpm(tree, &package)?;
        }
    }
    if wants(Kind::Static) {
        let program = static_program(&root, &target)?;
        println!("package: {}", program.display());
        if arguments.check {
            check::static_program(&root, &program)?;
        }
    }
    Ok(())
}

fn target(root: &Path) -> Result<PathBuf> {
    let metadata = workspace::metadata(root, false)?;
    Ok(PathBuf::from(workspace::text(&metadata, "target_directory")))
}

/// Has the program write its man pages and completions to `target/package`, where the
/// manifest names them, wherever the program itself is built.
fn stage(root: &Path, target: &Path) -> Result<()> {
    let program = target.join("release/postlens");
    let program = program.to_str().context("the target directory's name is no UTF-8")?;
    let staged = root.join("target/package");
    let (man, completions) = (staged.join("man"), staged.join("completions"));
    // Pages of commands that are no more must not stay.
    if staged.exists() {
        fs::remove_dir_all(&staged)?;
    }
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    run::succeed(run::command(root, program, ["man", "--to"]).arg(&man))?;
    for page in fs::read_dir(&man)? {
        run::succeed(run::command(root, "gzip", ["-9n"]).arg(page?.path()))?;
    }
    for shell in SHELLS {
        let script = run::output(&mut run::command(root, program, ["completions", shell]))?;
        fs::write(completions.join(shell), script)?;
    }
    Ok(())
}

fn deb(root: &Path, target: &Path) -> Result<PathBuf> {
    packages::ensure(root, &["dpkg-dev".to_owned()])?;
    let tool = tool(root, target, "cargo-deb")?;
    let mut command = run::command(root, &tool, ["deb", "--no-build", "--package", "postlens"]);
    let directory = target.join("debian");
    run::succeed(command.arg("--output").arg(&directory))?;
    newest(&directory, "deb")
}

fn rpm(root: &Path, target: &Path) -> Result<PathBuf> {
    let tool = tool(root, target, "cargo-generate-rpm")?;
    let mut command = run::command(root, &tool, ["generate-rpm", "--package", "crates/postlens"]);
    run::succeed(&mut command)?;
    newest(&target.join("generate-rpm"), "rpm")
}

/// Time zones are part of this program, since there may be no files with them.
fn static_program(root: &Path, target: &Path) -> Result<PathBuf> {
    let line = "build --release --locked --package postlens --features bundled-zones --target";
    let mut command = run::cargo(root, line);
    command.arg(STATIC_TARGET).env("RUSTFLAGS", "-C target-feature=+crt-static");
    // A directory of its own: other flags would build everything anew each time.
    command.arg("--target-dir").arg(target.join("static"));
    run::succeed(&mut command)?;
    Ok(target.join("static").join(STATIC_TARGET).join("release/postlens"))
}

/// A Cargo command from the registry, installed below `target/tools` where it is missing.
fn tool(root: &Path, target: &Path, name: &str) -> Result<String> {
    let tools = target.join("tools");
    let program = tools.join("bin").join(name);
    if !program.is_file() {
        let mut install = run::cargo(root, "install --locked --debug --root");
        run::succeed(install.arg(&tools).arg(name))?;
    }
    program.to_str().map(str::to_owned).context("the target directory's name is no UTF-8")
}

fn newest(directory: &Path, ending: &str) -> Result<PathBuf> {
    let files = fs::read_dir(directory).with_context(|| format!("no {}", directory.display()))?;
    let files = files.filter_map(|entry| Some(entry.ok()?.path()));
    let files = files.filter(|path| path.extension().is_some_and(|known| known == ending));
    let made = |path: &PathBuf| path.metadata().and_then(|data| data.modified()).ok();
    let Some(package) = files.max_by_key(made) else {
        bail!("no .{ending} file in {}", directory.display())
    };
    Ok(package)
}
