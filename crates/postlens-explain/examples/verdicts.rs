//! Verdicts on texts from standard input, to see what the tables make of them.
//!
//! A line is a kind (`pasted`, `delivery`, `peer`, `refusal`, `filter`), a tab, a text. Each is
//! written again with cause, side, permanence and basis before it.
//!
//! ```text
//! printf 'peer\t550 5.1.1 User unknown\n' | cargo run -p postlens-explain --example verdicts
//! ```

use std::io::{self, BufRead, Write};

use postlens_explain::{Failure, Pasted};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let Some((kind, text)) = line.split_once('\t') else { continue };
        let failure = match kind {
            "delivery" => Failure::delivery(None, text.into()),
            "pasted" => Pasted::read(text.into()).failure,
            "peer" => Failure::peer_reply(text.into()),
            "filter" => Failure::filter_refusal(text.into()),
            _ => Failure::refusal(text.into()),
        };
        let verdict = failure.verdict();
        let (cause, side) = (verdict.cause.name(), verdict.side.name());
        let (permanence, basis) = (verdict.permanence.name(), verdict.basis.name());
        writeln!(out, "{cause}\t{side}\t{permanence}\t{basis}\t{text}")?;
    }
    out.flush()
}
