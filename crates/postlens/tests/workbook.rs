//! `--format xlsx`, read by another program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Prints what openpyxl finds in a workbook.
const READ: &str = r#"
import datetime, json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
plain = lambda cell: cell.isoformat()[:10] if isinstance(cell, datetime.datetime) else cell
print(json.dumps({sheet.title: {
    "rows": [[plain(cell) for cell in row] for row in sheet.iter_rows(values_only=True)],
    "types": [cell.data_type for cell in sheet[2]],
    "frozen": sheet.freeze_panes,
    "charts": len(sheet._charts),
} for sheet in book}))
"#;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn report(args: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").arg("report").args(args).arg(examples());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn workbook(args: &[&str]) -> Value {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("report.xlsx");
    std::fs::write(&file, report(&[&["--format", "xlsx"], args].concat())).unwrap();
    let output = Command::new("/usr/bin/python3").args(["-c", READ]).arg(&file).output().expect(
        "this test needs the Debian package python3-openpyxl: cargo xtask test installs it",
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn workbooks_have_the_figures_of_the_json_report() {
    let book = workbook(&[]);
    let json: Value = serde_json::from_slice(&report(&["--json", "--top", "10000"])).unwrap();
    let rows = |sheet: &str| book[sheet]["rows"].as_array().unwrap()[1..].to_vec();
    for row in rows("Per day") {
        let day = &json["days"][row[0].as_str().unwrap()];
        let keys = ["received", "delivered", "deferred", "bounced", "refused", "connections"];
        for (column, key) in (1..).zip(keys) {
            let column: usize = column;
            assert_eq!(row[column], day[key], "{key}");
        }
    }
    let same = |sheet: &str, list: &Value, columns: &[(usize, &str)]| {
        let (rows, entries) = (rows(sheet), list["entries"].as_array().unwrap());
        assert_eq!(rows.len(), entries.len(), "{sheet}");
        for (row, entry) in rows.iter().zip(entries) {
            for (column, key) in columns {
                assert_eq!(row[*column], entry[*key], "{sheet} {key}");
            }
        }
    };
    same(
        "Destinations",
        &json["destinations"],
        &[(0, "name"), (1, "sent"), (3, "bounced"), (4, "bytes")],
    );
    same("Recipients", &json["recipients_top"], &[(0, "name"), (1, "count"), (2, "bytes")]);
    same(
        "Failed logins by user",
        &json["authentication"]["failed_users"],
        &[(0, "name"), (1, "count")],
    );
    let deferred: u64 =
        rows("Why mail was deferred").iter().map(|row| row[2].as_u64().unwrap()).sum();
    let causes = json["deferrals"]["causes"].as_array().unwrap();
    assert_eq!(deferred, causes.iter().map(|cause| cause["count"].as_u64().unwrap()).sum::<u64>());
}

#[test]
fn cells_have_types_and_headings_stay() {
    let book = workbook(&[]);
    let days = &book["Per day"];
    assert_eq!(days["types"][0], "d", "days are dates");
    assert_eq!(days["types"][1], "n");
    for (name, sheet) in book.as_object().unwrap() {
        assert_eq!(sheet["frozen"], "B2", "{name}");
    }
    assert_eq!(days["charts"], 1);
    let some = workbook(&["--section", "senders", "--lang", "ja", "--top", "3"]);
    let (name, sheet) = some.as_object().unwrap().iter().next().unwrap();
    assert_eq!(name, "送信者");
    assert_eq!(sheet["rows"].as_array().unwrap().len(), 4);
}

/// A sheet as LibreOffice reads it: its rows, as it shows them.
fn by_libreoffice(file: &Path, sheet: usize) -> Vec<Vec<String>> {
    let directory = file.parent().unwrap();
    let filter = format!(
        "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false,false,false,{sheet}"
    );
    let output = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}/profile", directory.display()))
        .args(["--headless", "--convert-to", &filter, "--outdir"])
        .arg(directory)
        .arg(file)
        .env("HOME", directory)
        .output()
        .expect(
            "this test needs the Debian package libreoffice-calc: cargo xtask test installs it",
        );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut written = written.filter(|path| path.extension().is_some_and(|ending| ending == "csv"));
    let path = written.next().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    let cells = |row: &str| row.split('\t').map(str::to_owned).collect();
    text.trim_start_matches('\u{feff}').lines().map(cells).collect()
}

#[test]
fn libreoffice_reads_the_figures_of_the_json_report() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("report.xlsx");
    std::fs::write(&file, report(&["--format", "xlsx"])).unwrap();
    let json: Value = serde_json::from_slice(&report(&["--json", "--top", "10000"])).unwrap();
    let days = by_libreoffice(&file, 1);
    let known = json["days"].as_object().unwrap();
    assert_eq!(days.len(), known.len() + 1);
    for (row, (day, figures)) in days[1..].iter().zip(known) {
        assert_eq!(row[0], *day);
        let keys = ["received", "delivered", "deferred", "bounced", "refused", "connections"];
        for (cell, key) in row[1..].iter().zip(keys) {
            assert_eq!(*cell, figures[key].to_string(), "{day} {key}");
        }
    }
    let destinations = by_libreoffice(&file, 2);
    let known = json["destinations"]["entries"].as_array().unwrap();
    assert_eq!(destinations.len(), known.len() + 1);
    for (row, entry) in destinations[1..].iter().zip(known) {
        assert_eq!(row[0], entry["name"]);
        let cells = [&row[1], &row[3], &row[4]].map(|cell| cell.parse::<u64>().unwrap());
        let figures = ["sent", "bounced", "bytes"].map(|key| entry[key].as_u64().unwrap());
        assert_eq!(cells, figures, "{}", row[0]);
    }
}
