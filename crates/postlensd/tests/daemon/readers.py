"""Opens the tables of a store with other programs and compares them with `postlensd sql`."""

import json
import subprocess
import sys

import deltalake
import duckdb
import polars

POSTLENSD, STORE = sys.argv[1:]
TABLES = {
    "messages": ("status", "size"),
    "deliveries": ("status", "delay"),
    "refusals": ("cause", "count"),
    "sessions": ("status", "refusals"),
    "events": ("kind", "pid"),
}


def rounded(rows):
    """Rows in order; sums of fractions depend on the order in which they are added."""
    return sorted(
        (key or "", count, round(float(total or 0), 3), str(last)[:19].replace("T", " "))
        for key, count, total, last in rows
    )


def ours(table, key, number):
    query = (
        f"SELECT {key} AS k, count(*) AS c, sum({number}) AS s, max(time) AS t "
        f"FROM {table} GROUP BY {key}"
    )
    command = [POSTLENSD, "sql", "--store", STORE, "--format", "ndjson", query]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in lines.splitlines()]
    return rounded((row.get("k"), row["c"], row.get("s"), row.get("t")) for row in rows)


def with_arrow(table, key, number):
    rows = deltalake.DeltaTable(f"{STORE}/{table}").to_pyarrow_table(columns=[key, number, "time"])
    grouped = rows.group_by(key).aggregate([([], "count_all"), (number, "sum"), ("time", "max")])
    return rounded(
        (row[key], row["count_all"], row[f"{number}_sum"], row["time_max"])
        for row in grouped.to_pylist()
    )


def with_polars(table, key, number):
    rows = polars.read_delta(f"{STORE}/{table}").group_by(key).agg(
        polars.len().alias("c"), polars.col(number).sum().alias("s"), polars.col("time").max().alias("t")
    )
    return rounded(rows.select(key, "c", "s", "t").rows())


def with_duckdb(table, key, number):
    files = deltalake.DeltaTable(f"{STORE}/{table}").file_uris()
    duckdb.sql("SET TimeZone = 'UTC'")
    rows = duckdb.sql(
        f"SELECT {key}, count(*), sum({number}), strftime(max(time), '%Y-%m-%d %H:%M:%S') "
        f"FROM read_parquet({files!r}) GROUP BY {key}"
    )
    return rounded(rows.fetchall())


for name, columns in TABLES.items():
    expected = ours(name, *columns)
    assert sum(row[1] for row in expected) > 0, name
    for reader in with_arrow, with_polars, with_duckdb:
        found = reader(name, *columns)
        assert found == expected, (name, reader.__name__, found, expected)
        print(name, reader.__name__, len(found))
