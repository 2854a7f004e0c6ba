//! What can be filtered by, and the everyday words for it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use postlens_filter::{Field, everyday_words};

use super::cell;

const INTRODUCTION: &str = "\
# Filters

<!-- Made by `cargo xtask book` from the filters as the program has them. -->

The same options choose lines and records in every command that has them.

- Different options must all hold: `--kind reject --domain example.com`.
- One option given several times means any of its values: `--status deferred --status bounced`.
- A value that begins with `!` must not hold: `--recipient '!*@example.com'`. What has no
  recipient at all is chosen too.
- In names and addresses `*` stands for any text and `?` for one character; case does not
  count, except in queue IDs and Message-IDs. Put such values in quotes, for the shell.
- Addresses: `alice` is that local part in any domain, `@example.com` any address of that
  domain alone, `'<>'` the null sender. `--domain` takes subdomains too.
- Networks: `192.0.2.0/24`, `2001:db8::/32`.
- Numbers: `>5m`, `<=10M`, `=3`, `1h..2d`. Spans of time are seconds, or have `ms`, `s`, `m`, `h`,
  `d`; sizes are bytes, or have `K`, `M`, `G` (1024). Codes: `550`, `5xx`.
- `--severity warning` means that and worse, `--severity =warning` that alone.
- `--text` takes a regular expression (the syntax of Rust's `regex`), which is looked for in the
  line's message, after the tag. It takes linear time, whatever is written.
- `--where` takes any field of the [event reference](events.md) and compares: `relay_port=25`,
  `helo!=localhost`, `bytes_out>1M`. Several must all hold.

";

pub(super) fn render(_: &Path) -> Result<String> {
    let mut page = INTRODUCTION.to_owned();
    page.push_str("| option | example | fields |\n|---|---|---|\n");
    for field in Field::ALL {
        let columns: Vec<String> = field.columns().iter().map(|name| cell(name)).collect();
        let (option, example) = (format!("--{}", field.name()), cell(field.example()));
        writeln!(page, "| {} | {example} | {} |", cell(&option), columns.join(" "))?;
    }
    page.push_str(
        "\n## Everyday words\n\nWhat `--kind` and `--status` take besides the kinds of the [event \
         reference](events.md) and the\n[notices](notices.md). Blanks and hyphens count as `_`, and \
         `status=` before a word is left out:\n`\"auth failed\"`, `auth-failed` and \
         `status=reject` are understood. `imap-login failed`, `pop3-login\nfailed`, \
         `submission-login failed` and `managesieve-login failed` are failed logins at that\n\
         service.\n\n| words | meaning |\n|---|---|\n",
    );
    for (words, meaning) in everyday_words() {
        let words: Vec<String> = words.iter().map(|word| cell(word)).collect();
        let meanings: Vec<String> = meaning.split('|').map(|part| cell(part.trim())).collect();
        writeln!(page, "| {} | {} |", words.join(" "), meanings.join(" or "))?;
    }
    Ok(page)
}
