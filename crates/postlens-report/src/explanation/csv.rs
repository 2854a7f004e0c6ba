//! Explanations as CSV (RFC 4180).

/// The first record: the names of the columns.
pub const HEADER: &str = "reply,cause,permanence,side,actor,confidence,basis,provider,relay_name,\
    client_address,sender,recipient,queue_id,meaning,steps\r\n";

/// A record with its end.
pub(super) fn record(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell, in quotation marks where it needs them. What a spreadsheet would take for a
/// formula gets an apostrophe in front: strangers write these texts.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    if formula || cell.contains([',', '"', '\n', '\r']) {
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{HEADER, record};

    #[test]
    fn cells_keep_their_text_and_run_nothing() {
        let cells = ["a", "b, c", "say \"no\"", "=HYPERLINK(1)"].map(String::from);
        assert_eq!(record(&cells), "a,\"b, c\",\"say \"\"no\"\"\",\"'=HYPERLINK(1)\"\r\n");
        assert_eq!(HEADER.split(',').count(), 15);
    }
}
