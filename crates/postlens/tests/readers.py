"""Opens exports with the programs that people open them with.

Arguments: the program, a log, a directory to write to. Prints what it compared.
"""

import json
import math
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import openpyxl
import pandas
import polars

PROGRAM, LOG, DIRECTORY = sys.argv[1], sys.argv[2], Path(sys.argv[3])
TABLES = ["messages", "deliveries", "refusals", "sessions", "events", "suppressions"]
FORMATS = ["csv", "tsv", "ndjson", "json", "xlsx", "parquet", "sqlite"]


def export(table, form):
    path = DIRECTORY / f"{table}.{form}"
    command = [PROGRAM, "export", table, "--no-guard", "--all", "-o", str(path), LOG]
    if table != "suppressions":
        command.remove("--all")
    # A log of the lab has lines that cannot be read; that is said, and no failure.
    done = subprocess.run(command, capture_output=True)
    assert done.returncode in (0, 1), (command, done.stderr)
    return path


def same(what, found, expected):
    if found == expected:
        return
    if isinstance(found, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected))
        place, (found, expected) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
        what = f"{what}, row {place}"
    raise AssertionError(f"{what}: {str(found)[:300]!r} is not {str(expected)[:300]!r}")


def check(table):
    paths = {form: export(table, form) for form in FORMATS}
    rows = [json.loads(line) for line in open(paths["ndjson"], encoding="utf-8")]
    same(table, json.load(open(paths["json"], encoding="utf-8")), rows)
    names = [name for name in (rows[0] if rows else {}) if name != "schema"]
    ids = [row["id"] for row in rows]
    same(f"{table} ids", len(set(ids)), len(ids))
    if not rows:
        return 0
    texts = [name for name in names if all(isinstance(row[name], (str, type(None))) for row in rows)]
    times = [name for name in texts if name in ("time", "end", "first", "last")]
    seconds = [name for name in names if name.startswith(("delay", "deferred", "duration"))]

    frames = {
        "pandas csv": pandas.read_csv(paths["csv"], dtype=str, keep_default_na=False),
        "pandas tsv": pandas.read_csv(paths["tsv"], sep="\t", dtype=str, keep_default_na=False),
        "polars csv": polars.read_csv(paths["csv"], infer_schema=False).to_pandas().fillna(""),
    }
    for what, frame in frames.items():
        same(f"{what} {table}", list(frame.columns), names)
        for name in texts:
            found = ["" if value is None else value for value in frame[name]]
            same(f"{what} {table}.{name}", found, [row[name] or "" for row in rows])

    # DuckDB tells an absent value from an empty text.
    source = f"read_csv('{paths['csv']}', all_varchar=true, header=true, allow_quoted_nulls=false)"
    for name in texts:
        found = duckdb.sql(f'select "{name}" from {source}').fetchall()
        same(f"duckdb csv {table}.{name}", [value for (value,) in found], [row[name] for row in rows])

    parquet = {
        "pandas parquet": pandas.read_parquet(paths["parquet"]).to_dict("list"),
        "polars parquet": polars.read_parquet(paths["parquet"]).to_dict(as_series=False),
        "duckdb parquet": polars.from_arrow(
            duckdb.sql(f"select * from '{paths['parquet']}'").to_arrow_table()
        ).to_dict(as_series=False),
    }
    for what, columns in parquet.items():
        same(f"{what} {table}", list(columns), names)
        for name in set(texts) - set(times):
            found = [None if value is None or value != value else value for value in columns[name]]
            same(f"{what} {table}.{name}", found, [row[name] for row in rows])
        for name in times:
            expected = [None if row[name] is None else pandas.Timestamp(row[name]) for row in rows]
            found = [None if pandas.isna(value) else pandas.Timestamp(value) for value in columns[name]]
            same(f"{what} {table}.{name}", found, expected)
        for name in seconds:
            for value, row in zip(columns[name], rows):
                absent = value is None or math.isnan(value)
                assert absent == (row[name] is None), (what, table, name, value, row)
                assert absent or abs(value - row[name]) < 1e-6, (what, table, name, value, row)

    database = sqlite3.connect(paths["sqlite"])
    same(f"sqlite {table}", database.execute(f"select count(*) from {table}").fetchone(), (len(rows),))
    for name in set(texts) - set(times):
        found = dict(database.execute(f'select id, "{name}" from {table}'))
        same(f"sqlite {table}.{name}", found, {row["id"]: row[name] for row in rows})
    database.close()
    export(table, "sqlite")
    again = sqlite3.connect(paths["sqlite"])
    same(f"sqlite {table} again", again.execute(f"select count(*) from {table}").fetchone(), (len(rows),))
    again.close()

    sheet = openpyxl.load_workbook(paths["xlsx"]).active
    same(f"xlsx {table}", [cell.value for cell in sheet[1]], names)
    for cells, row in zip(sheet.iter_rows(min_row=2), rows, strict=True):
        for name, cell in zip(names, cells):
            # What begins like a formula is a text all the same.
            assert cell.data_type != "f", (table, name, cell.value)
            if name in texts and name not in times and row[name]:
                found = openpyxl.utils.escape.unescape(cell.value)
                same(f"xlsx {table}.{name}", found.replace("_x000D_", "\r"), row[name])
    same(f"pandas xlsx {table}", len(pandas.read_excel(paths["xlsx"])), len(rows))
    return len(rows)


for table in TABLES:
    print(f"{table}: {check(table)} rows are the same in {', '.join(FORMATS)}")
