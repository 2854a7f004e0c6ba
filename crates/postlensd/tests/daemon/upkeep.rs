//! Looking after the store.

use crate::drive::Home;

/// A line of a day of October.
fn line(day: u32, number: u32) -> String {
    format!(
        "2026-10-{day:02}T10:00:{number:02}+00:00 mx postfix/master[1]: reload -- version 3.10.0, configuration /etc/postfix\n"
    )
}

/// A store of ten days, each in several batches.
fn ten_days() -> Home {
    let home = Home::new();
    for number in 1..4 {
        let log: String = (1..11).map(|day| line(day, number)).collect();
        let path = home.write(&format!("log-{number}"), log);
        assert_eq!(home.import(&[&path]).code, 0);
    }
    home
}

fn files(home: &Home, table: &str) -> u64 {
    let said = home.say(&["store", "info", "--json"]);
    let rows =
        said.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let found = rows.into_iter().find(|row| row.get("table").unwrap() == table).unwrap();
    found.get("files").unwrap().as_u64().unwrap()
}

#[test]
fn compacting_changes_no_row() {
    let home = ten_days();
    let query = "SELECT * FROM events ORDER BY id";
    let before = home.sql(query);
    assert_eq!((before.len(), files(&home, "events")), (30, 30));
    let said = home.say(&["store", "compact"]);
    assert_eq!((said.code, said.out.as_str()), (0, "30 files became 10\n"), "{}", said.err);
    assert_eq!(files(&home, "events"), 10);
    assert_eq!(home.sql(query), before);
    assert_eq!(home.say(&["store", "vacuum"]).out, "0 files forgotten, 0 removed\n");
    assert_eq!(
        home.say(&["store", "vacuum", "--delay", "0"]).out,
        "0 files forgotten, 30 removed\n"
    );
    assert_eq!(home.sql(query), before);
    assert_eq!(home.say(&["store", "check"]).out, "all is well\n");
}

#[test]
fn the_oldest_days_go_first() {
    let home = ten_days();
    home.say(&["store", "compact"]);
    let oldest = |home: &Home| home.sql("SELECT min(time) AS t FROM events")[0]["t"].clone();
    let said = home.say(&["store", "info", "--json"]);
    assert!(said.out.contains("\"first_day\":\"2026-10-01\""), "{}", said.out);
    // All is far less than a MiB.
    assert_eq!(
        home.say(&["store", "vacuum", "--keep-mib", "1"]).out,
        "0 files forgotten, 0 removed\n"
    );
    let said = home.say(&["store", "vacuum", "--keep-mib", "0"]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "9 files forgotten, 0 removed\n"),
        "{}",
        said.err
    );
    assert_eq!(oldest(&home), "2026-10-10T10:00:01Z");
    let said = home.say(&["store", "vacuum", "--keep-days", "0"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(home.number("SELECT count(*) FROM events"), 0);
    // What was forgotten does not come back.
    let again = home.import(&[&home.path("log-1")]);
    assert_eq!(again.out, "0 lines taken in, 0 known, 1 files known\n");
}

#[test]
fn damage_is_found() {
    let home = ten_days();
    let day = home.path("store/events/day=2026-10-05");
    let file = std::fs::read_dir(day).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&file, bytes).unwrap();
    let said = home.say(&["store", "check"]);
    assert_eq!(said.code, 1);
    assert!(said.out.starts_with("events/day=2026-10-05/"), "{}", said.out);
    assert_eq!(home.say(&["sql", "SELECT host FROM events"]).code, 2);
    let said = home.say(&["store", "check", "--repair"]);
    assert_eq!(said.code, 1, "{}", said.err);
    for part in [" (2026-10-05T10:00:0", " to 2026-10-05T10:00:0", "; moved to quarantine"] {
        assert!(said.out.contains(part), "{}", said.out);
    }
    assert_eq!(home.say(&["store", "check"]).out, "all is well\n");
    assert_eq!(home.number("SELECT count(*) FROM events"), 29);
    let name = file.strip_prefix(home.path("store")).unwrap();
    assert!(home.path("store/quarantine").join(name).exists());
    // A checkpoint that was damaged is not taken for one.
    let checkpoint = home.path("store/checkpoint");
    let mut bytes = std::fs::read(&checkpoint).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&checkpoint, bytes).unwrap();
    let said = home.import(&[&home.path("log-1")]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("is damaged"), "{}", said.err);
}

#[test]
fn a_full_disk_is_kept_off() {
    let home = Home::new();
    let path = home.write("mail.log", line(1, 1));
    let said = home.say(&["import", "--free", "1000000000", path.to_str().unwrap()]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("are to stay free"), "{}", said.err);
    // Later there is room.
    assert_eq!(home.import(&[&path]).out, "1 lines taken in, 0 known, 0 files known\n");
}

#[test]
fn one_message_or_client_is_found_without_reading_all() {
    let home = Home::new();
    let line = |day: u32, id: &str, client: u32| {
        format!(
            "2026-10-{day:02}T10:00:00+00:00 mx postfix/smtpd[7]: {id}: client=a.example.net[192.0.2.{client}]\n"
        )
    };
    // The lowest and the highest values tell nothing: they are those of every day.
    let mut log = String::new();
    for day in 1..11 {
        log += &line(day, "3A9C61234", 1);
        log += &line(day, &format!("4B{day:02}C1234"), 100 + day);
        log += &line(day, "5F9C61234", 250);
    }
    let path = home.write("mail.log", log);
    assert_eq!(home.import(&[&path]).code, 0);
    home.say(&["store", "compact"]);
    for sought in ["queue_id = '4B05C1234'", "client_address = '192.0.2.105'"] {
        let query = format!("EXPLAIN ANALYZE SELECT line FROM events WHERE {sought}");
        let said = home.say(&["sql", "--format", "csv", &query]).out;
        assert!(said.contains("row_groups_pruned_bloom_filter=10 total → 1 matched"), "{said}");
        let query = format!("SELECT count(*) FROM events WHERE {sought}");
        assert_eq!(home.number(&query), 1);
    }
}
