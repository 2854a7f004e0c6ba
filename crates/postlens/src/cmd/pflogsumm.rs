//! `postlens pflogsumm`, also under the name `pflogsumm`.

mod arguments;
mod getopt;
mod run;

use std::ffi::OsString;

use anyhow::Result;
use clap::{Command, FromArgMatches};

pub(crate) use arguments::PflogsummArgs;

use crate::exit::OK;
use crate::output::{data, message};

/// The exit code of wrong usage, as Perl's `die` gives it.
const WRONG_USAGE: u8 = 255;

/// The version whose options and layout these are.
const VERSION: &str = "1.1.5";

/// Does what the arguments after the command's name say. `command` is this command as
/// clap describes it.
pub(crate) fn run(command: Command, arguments: impl Iterator<Item = OsString>) -> Result<u8> {
    let command = command.no_binary_name(true);
    let canonical = match getopt::canonical(arguments) {
        Ok(canonical) => canonical,
        Err(errors) => return Ok(refuse(&errors)),
    };
    let matches = match command.clone().try_get_matches_from(canonical) {
        Ok(matches) => matches,
        Err(error) => return Ok(refuse(&[error.render().to_string().trim_end().to_owned()])),
    };
    let arguments = PflogsummArgs::from_arg_matches(&matches)?;
    if arguments.help {
        data(&command.clone().render_long_help().to_string())?;
        return Ok(OK);
    }
    if arguments.version {
        let own = env!("CARGO_PKG_VERSION");
        data(&format!("pflogsumm {VERSION} (Postlens {own})\n"))?;
        return Ok(OK);
    }
    if arguments.wrong_date() {
        return Ok(refuse(&["-d takes today or yesterday".to_owned()]));
    }
    arguments.run()
}

fn refuse(errors: &[String]) -> u8 {
    for error in errors {
        message(error);
    }
    message("usage: pflogsumm [OPTION]... [FILE]...");
    message("hint: pflogsumm --help lists the options");
    WRONG_USAGE
}
