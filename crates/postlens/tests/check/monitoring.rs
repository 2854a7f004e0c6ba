//! The command definitions that we ship, run by Nagios and Icinga 2.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::lab::{Lab, text};
use super::{figure, shipped, wait};

/// One service of Nagios: its fields in the status file.
type Fields = BTreeMap<String, String>;

/// Services by description.
fn services(status: &str) -> BTreeMap<String, Fields> {
    let blocks = status.split("\nservicestatus {").skip(1);
    blocks
        .map(|block| {
            let lines = block.split("\n\t}").next().unwrap().lines();
            let fields: Fields = lines
                .filter_map(|line| line.trim().split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            (fields["service_description"].clone(), fields)
        })
        .collect()
}

fn nagios_files(dir: &Path, log: &str) {
    fs::create_dir_all(dir.join("results")).unwrap();
    let at = |name: &str| dir.join(name).display().to_string();
    let service = |name: &str, command: &str| {
        format!(
            "define service {{\n use always\n service_description {name}\n check_command {command}\n}}\n"
        )
    };
    let days = ["sun", "mon", "tues", "wednes", "thurs", "fri", "satur"];
    let days: String = days.map(|day| format!(" {day}day 00:00-24:00\n")).concat();
    let objects = [
        format!("define timeperiod {{\n timeperiod_name always\n alias always\n{days}}}\n"),
        "define command {\n command_name true\n command_line /bin/true\n}\n".to_owned(),
        "define host {\n host_name mail.example.com\n address 127.0.0.1\n max_check_attempts 1\n \
         check_command true\n check_period always\n contacts nobody\n notification_period always\n}\n"
            .to_owned(),
        "define contact {\n contact_name nobody\n host_notifications_enabled 0\n \
         service_notifications_enabled 0\n host_notification_period always\n \
         service_notification_period always\n host_notification_commands true\n \
         service_notification_commands true\n}\n"
            .to_owned(),
        "define service {\n name always\n host_name mail.example.com\n max_check_attempts 1\n \
         check_interval 5\n retry_interval 5\n check_period always\n notification_period always\n \
         contacts nobody\n register 0\n}\n"
            .to_owned(),
        service("queue", "check_postlens_queue!-w 10 -c 1000"),
        service("log", &format!("check_postlens_log!--state {} {log}", at("log.json"))),
        service("services", "check_postlens_services!--only master,disk"),
        service("wrong", "check_postlens_queue!--no-such-option"),
    ];
    fs::write(dir.join("objects.cfg"), objects.concat()).unwrap();
    fs::write(dir.join("postlens.cfg"), shipped("nagios/postlens.cfg")).unwrap();
    let main = format!(
        "cfg_file={}\ncfg_file={}\nlog_file={}\nstatus_file={}\nstatus_update_interval=1\n\
         object_cache_file={}\nprecached_object_file={}\ntemp_file={}\ntemp_path={}\n\
         check_result_path={}\nlock_file={}\ncommand_file={}\nquery_socket={}\n\
         state_retention_file={}\nresource_file={}\nnagios_user=root\nnagios_group=root\n\
         interval_length=1\nuse_syslog=0\nservice_check_timeout=60\ncheck_for_updates=0\n\
         illegal_macro_output_chars=`~$&|'\"<>\n",
        at("postlens.cfg"),
        at("objects.cfg"),
        at("nagios.log"),
        at("status.dat"),
        at("objects.cache"),
        at("objects.precache"),
        at("nagios.tmp"),
        dir.display(),
        at("results"),
        at("nagios.lock"),
        at("nagios.cmd"),
        at("nagios.qh"),
        at("retention.dat"),
        at("resource.cfg"),
    );
    fs::write(dir.join("resource.cfg"), "$USER1$=/usr/lib/nagios/plugins\n").unwrap();
    fs::write(dir.join("nagios.cfg"), main).unwrap();
}

#[test]
fn nagios_runs_the_commands_that_we_ship() {
    let lab = Lab::up(24);
    let dir = lab.dir.path().join("nagios");
    nagios_files(&dir, "/var/log/mail.log");
    let config = dir.join("nagios.cfg");
    let config = config.to_str().unwrap();
    let verified = lab.run(&["nagios4", "-v", config]);
    assert!(verified.status.success(), "{}", text(&verified.stdout));
    assert!(lab.run(&["nagios4", "-d", config]).status.success());
    let all = wait(|| {
        let status = fs::read_to_string(dir.join("status.dat")).ok()?;
        let all = services(&status);
        let is_checked = |service: &Fields| service["has_been_checked"] == "1";
        (all.len() == 4 && all.values().all(is_checked)).then_some(all)
    });
    let log = fs::read_to_string(dir.join("nagios.log")).unwrap_or_default();
    let all = all.unwrap_or_else(|| panic!("Nagios has not checked all: {log}"));
    let state =
        |name: &str| (all[name]["current_state"].as_str(), all[name]["plugin_output"].as_str());
    let (code, said) = state("queue");
    assert!(
        code == "1" && said.starts_with("POSTLENS QUEUE WARNING - 22 messages unsent"),
        "{said}"
    );
    let perfdata = &all["queue"]["performance_data"];
    assert!(perfdata.contains("unsent=22;10;1000;0"), "{perfdata}");
    let (code, said) = state("log");
    assert!(code == "0" && said.starts_with("POSTLENS LOG OK - "), "{said}");
    let perfdata = format!("x | {}", all["log"]["performance_data"]);
    assert!(figure(&perfdata, "deliveries") > 10.0, "{perfdata}");
    let (code, said) = state("services");
    assert!(code == "0" && said.starts_with("POSTLENS SERVICES OK - "), "{said}");
    assert_eq!(state("wrong").0, "3");
}

/// Icinga 2 runs a queue's check, and writes what came of it.
#[test]
fn icinga_runs_the_commands_that_we_ship() {
    let lab = Lab::up(24);
    let dir = lab.dir.path().join("icinga");
    for name in ["perfdata", "run/icinga2", "lib", "log", "cache", "spool"] {
        fs::create_dir_all(dir.join(name)).unwrap();
    }
    let shown = dir.display();
    let config = format!(
        "include <itl>\n{}\n\
         object CheckerComponent \"checker\" {{ }}\n\
         object PerfdataWriter \"writer\" {{\n\
           service_perfdata_path = \"{shown}/perfdata/service\"\n\
           host_perfdata_path = \"{shown}/perfdata/host\"\n\
           service_temp_path = \"{shown}/perfdata/service.now\"\n\
           host_temp_path = \"{shown}/perfdata/host.now\"\n\
           rotation_interval = 1s\n\
           service_format_template = \"$service.name$\\t$service.state$\\t$service.output$\\t$service.perfdata$\"\n\
         }}\n\
         object Host \"mail.example.com\" {{ check_command = \"dummy\" }}\n\
         template Service \"soon\" {{\n host_name = \"mail.example.com\"\n check_interval = 2s\n \
           max_check_attempts = 1\n}}\n\
         object Service \"queue\" {{\n import \"soon\"\n check_command = \"postlens-queue\"\n \
           vars.postlens_queue_warning = 10\n vars.postlens_queue_age_critical = \"1000d\"\n}}\n\
         object Service \"log\" {{\n import \"soon\"\n check_command = \"postlens-log\"\n \
           vars.postlens_log_state = \"{shown}/log.json\"\n \
           vars.postlens_log_files = [ \"/var/log/mail.log\" ]\n}}\n\
         object Service \"services\" {{\n import \"soon\"\n check_command = \"postlens-services\"\n \
           vars.postlens_services_only = \"master,disk\"\n}}\n",
        shipped("icinga2/postlens.conf")
    );
    let file = dir.join("icinga2.conf");
    fs::write(&file, config).unwrap();
    let places =
        ["InitRunDir=run", "DataDir=lib", "LogDir=log", "CacheDir=cache", "SpoolDir=spool"];
    let mut args = vec!["icinga2".to_owned(), "daemon".to_owned(), "-c".to_owned()];
    args.push(file.display().to_string());
    for place in places {
        let (name, directory) = place.split_once('=').unwrap();
        args.push(format!("-D{name}={shown}/{directory}"));
    }
    args.extend(
        ["-DConfiguration.RunAsUser=root", "-DConfiguration.RunAsGroup=root"].map(str::to_owned),
    );
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let verified = lab.run(&[&args[..], &["-C"]].concat());
    assert!(verified.status.success(), "{}", text(&verified.stdout));
    let out = fs::File::create(dir.join("out")).unwrap();
    let mut shell = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../lab/queue.sh"));
    shell.arg("shell").arg(lab.dir.path()).args(&args).stdout(out);
    let mut running = shell.spawn().unwrap();
    let results = |name: &str| -> Vec<Vec<String>> {
        let files = fs::read_dir(dir.join("perfdata")).unwrap().flatten();
        let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
        let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        let fields = lines.map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        fields.filter(|fields| fields.len() == 4 && fields[0] == name).collect()
    };
    let found = wait(|| {
        let all = ["queue", "log", "services"].map(|name| results(name).into_iter().next());
        all.iter().all(Option::is_some).then_some(all)
    });
    let _ = running.kill();
    let _ = running.wait();
    let out = fs::read_to_string(dir.join("out")).unwrap();
    let found = found.unwrap_or_else(|| panic!("Icinga has not checked all: {out}"));
    let [queue, log, services] = found.map(Option::unwrap);
    assert_eq!(queue[1], "WARNING", "{queue:?}");
    assert!(queue[3].contains("unsent=22;10;;0"), "{queue:?}");
    assert!(log[1] == "OK" && log[2].starts_with("POSTLENS LOG OK"), "{log:?}");
    assert!(services[1] == "OK" && services[3].contains("queue_free="), "{services:?}");
}
