"""What the administrator of the example server does."""
import gzip
import json
import os
import shutil
import signal
import subprocess
import time

CLOCKED = ["env", "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "FAKETIME_TIMESTAMP_FILE=/run/clock/offset",
           "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKE_UTIME=1"]
LOG = "/var/log/mail.log"


def run(*command, stdin=None):
    p = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return p.stdout


def on_clock(*command, stdin=None):
    """Runs a command that sees the example server's time."""
    return run(*CLOCKED, *command, stdin=stdin)


def sendmail(user, recipients, subject, body):
    """sendmail(1) as a user.  The group is that of postdrop, or its set-group-ID bit would drop the clock."""
    out = run("setpriv", f"--reuid={user}", "--regid=postdrop", "--clear-groups", *CLOCKED, "sendmail", *recipients,
              stdin=f"Subject: {subject}\n\n{body}".replace("\r\n", "\n"))
    if out:
        print("FAIL sendmail", out[:200], flush=True)


def queue(name=None):
    lines = run("postqueue", "-j").splitlines()
    messages = [json.loads(line) for line in lines if line.startswith("{")]
    return [m for m in messages if name in (None, m["queue_name"])]


def hold_sender(_, sender):
    for m in queue():
        if m["sender"] == sender and m["queue_name"] != "hold":
            on_clock("postsuper", "-h", m["queue_id"])


def delete_held(_, sender):
    for m in queue("hold"):
        if m["sender"] == sender:
            on_clock("postsuper", "-d", m["queue_id"])


def release_held(_):
    for m in queue("hold"):
        on_clock("postsuper", "-H", m["queue_id"])


def flush(_):
    on_clock("postqueue", "-f")


def requeue(_):
    for m in queue("deferred")[:2]:
        on_clock("postsuper", "-r", m["queue_id"])


def lock_account(_, user):
    replace("/etc/labdove/users", f"{user}:{{PLAIN}}secret", f"{user}:{{PLAIN}}locked-secret")


def unlock_account(_, user):
    replace("/etc/labdove/users", f"{user}:{{PLAIN}}locked-secret", f"{user}:{{PLAIN}}secret")


def replace(path, old, new):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))


def reload(_):
    on_clock("postfix", "reload")


def lose_table(_):
    """A table is renamed, the configuration is not."""
    os.rename("/etc/postfix/sender_access", "/etc/postfix/sender_access.old")
    on_clock("postfix", "reload")


def restore_table(_):
    os.rename("/etc/postfix/sender_access.old", "/etc/postfix/sender_access")
    on_clock("postfix", "reload")


def restart_postfix(_):
    on_clock("postfix", "stop")
    on_clock("postfix", "start")


def stop_dovecot(_):
    run("doveadm", "-c", "/etc/labdove/dovecot.conf", "stop")


def start_dovecot(_):
    # a pipe would stay open in the daemon and be waited for
    subprocess.run(["dovecot", "-c", "/etc/labdove/dovecot.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def stop_dns(_):
    with open("/run/labunbound.pid", encoding="ascii") as f:
        os.kill(int(f.read()), signal.SIGTERM)


def start_dns(_):
    run("unbound", "-c", "/etc/labdns/unbound.conf")


def pid_of(name):
    return run("pgrep", "-o", "-f", name).split()[:1]


def stop_amavis(_):
    for pid in pid_of("amavisd .master"):
        os.kill(int(pid), signal.SIGTERM)


def start_amavis(_):
    subprocess.Popen(["setsid", "amavisd", "foreground"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(3)


def rotate():
    """As logrotate does with delaycompress: mail.log.1 stays plain, older ones are compressed."""
    time.sleep(0.3)
    numbers = sorted((int(name.split(".")[2]) for name in os.listdir("/var/log") if name.startswith("mail.log.")), reverse=True)
    for n in numbers:
        old = f"{LOG}.{n}" + (".gz" if n > 1 else "")
        new = f"{LOG}.{n + 1}.gz"
        if n > 1:
            os.rename(old, new)
        else:
            with open(old, "rb") as source, open(new, "wb") as target, gzip.GzipFile("", "wb", 9, target, mtime=0) as packed:
                shutil.copyfileobj(source, packed)
            os.unlink(old)
    os.rename(LOG, f"{LOG}.1")
    with open("/run/rsyslogd.pid", encoding="ascii") as f:
        os.kill(int(f.read()), signal.SIGHUP)
    time.sleep(0.3)
