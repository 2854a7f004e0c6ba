#!/bin/bash
# A Postfix of its own with several hundred waiting messages, in namespaces without a way out.
# The queue lies in DIR/var/spool/postfix and can be read from outside.
set -u
LAB=$(cd "$(dirname "$0")" && pwd) SELF=$(realpath "$0")

usage() {
  cat <<'U'
usage: queue.sh up DIR [COUNT]         start Postfix, let COUNT (300) messages wait, give them ages
       queue.sh shell DIR COMMAND..    run a command beside it
       queue.sh down DIR               end it; DIR stays
U
}

pid1() { cat "$1/init.pid" 2>/dev/null; }
within() {
  local dir=$1 p; shift
  p=$(pid1 "$dir"); [ -n "$p" ] || { echo "queue.sh: $dir is not up" >&2; return 69; }
  nsenter -t "$p" -m -n -p -u -i -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TZ=UTC \
    TERM="${TERM:-xterm}" "$@"
}

up() {
  local dir count=${2:-300} u i child
  mkdir -p "$1"/{etc,var/spool,var/lib/postfix,var/log} || return 1
  dir=$(realpath "$1")
  rm -f "$dir/ready"
  setsid unshare --mount --net --pid --uts --ipc --fork --mount-proc --kill-child=SIGKILL \
    bash "$SELF" __init "$dir" > "$dir/init.out" 2>&1 < /dev/null &
  u=$!
  for i in $(seq 100); do
    child=$(awk '{print $1}' "/proc/$u/task/$u/children" 2>/dev/null)
    [ -n "$child" ] && [ -e "$dir/ready" ] && { echo "$child" > "$dir/init.pid"; break; }
    sleep 0.1
  done
  [ -s "$dir/init.pid" ] || { cat "$dir/init.out" >&2; return 1; }
  within "$dir" bash "$SELF" __fill "$count" > "$dir/fill.out" 2>&1 || { tail -20 "$dir/fill.out" >&2; return 1; }
}

init() {
  hostname mail.example.com
  ip link set lo up
  cp -a /etc/. "$1/etc"
  mount --bind "$1/etc" /etc
  for n in /var/spool /var/lib/postfix /var/log; do mount --bind "$1$n" "$n"; done
  mkdir -p "$1/dev"; mount -t tmpfs tmpfs "$1/dev"
  for n in null zero random urandom tty full; do touch "$1/dev/$n"; mount --bind "/dev/$n" "$1/dev/$n"; done
  mkdir "$1/dev/pts" "$1/dev/shm"; chmod 1777 "$1/dev/shm"; ln -s /proc/self/fd "$1/dev/fd"
  mount --bind "$1/dev" /dev; mount -t devpts devpts /dev/pts; ln -s pts/ptmx /dev/ptmx
  touch "$1/ready"
  trap 'exit 0' TERM
  while :; do sleep 3600 & wait $!; done
}

# Each domain waits for a reason of its own; the words are those of servers, said by error(8).
fill() {
  local i n s r
  cat > /etc/postfix/main.cf <<'M'
compatibility_level = 3.6
myhostname = mail.example.com
mydestination =
local_recipient_maps =
alias_maps =
inet_interfaces = 127.0.0.1
maillog_file = /var/log/mail.log
smtp_dns_support_level = disabled
smtp_host_lookup = native
transport_maps = texthash:/etc/postfix/transport
header_checks = regexp:/etc/postfix/header_checks
defer_transports = paused
minimal_backoff_time = 3000s
M
  cat > /etc/postfix/transport <<'T'
example.net smtp:[127.0.0.1]:2526
full.example retry:4.2.2 host mx.full.example[192.0.2.7] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)
limit.example retry:4.7.28 host mx.limit.example[192.0.2.8] said: 421 4.7.28 Our system has detected an unusual rate of mail originating from your IP address, rate limited (in reply to end of DATA command)
grey.example retry:4.2.0 host mx.grey.example[192.0.2.9] said: 450 4.2.0 <x@grey.example>: Recipient address rejected: Greylisted, see http://postgrey.example/ (in reply to RCPT TO command)
dns.example smtp:mx.dns.example
paused.example paused:
.sub.example smtp:[127.0.0.1]:2526
T
  printf '/^X-Hold:/ HOLD\n/^X-Filter: (.*)/ FILTER smtp:[127.0.0.1]:10026\n' > /etc/postfix/header_checks
  sed -i 's/^\(smtp .*\)smtpd$/#&/' /etc/postfix/master.cf
  sed -i 's/^\(pickup\|cleanup\|qmgr\|tlsmgr\|rewrite\|bounce\|defer\|trace\|verify\|flush\|proxymap\|smtp\|relay\|showq\|error\|retry\|discard\|anvil\|scache\)\(  *unix  *[^ ][^ ]*  *[^ ][^ ]*  *\)[-y] /\1\2n /' /etc/postfix/master.cf
  echo 'paused unix - - n - - smtp' >> /etc/postfix/master.cf
  grep -q '^postlog' /etc/postfix/master.cf || echo 'postlog unix-dgram n - n - 1 postlogd' >> /etc/postfix/master.cf
  mkdir -p /var/spool/postfix; chown postfix: /var/lib/postfix
  postfix start || return 1
  for i in $(seq "$1"); do
    s=user$((i % 7))@example.com r=rcpt$i@example.net n=""
    case $((i % 12)) in
      1|2) r=mail$i@full.example;;
      3) r=a$i@limit.example;;
      4) s=news@example.org r="b$i@grey.example c$i@limit.example B.$i@Grey.Example";;
      5) r=d$i@dns.example;;
      6) r=e$i@paused.example;;
      7) r=f$i@host$((i % 9)).sub.example;;
      8) n="X-Hold: yes";;
      9) n="X-Filter: yes";;
      10) s="" r=bounced$i@example.net;;
    esac
    { echo "Subject: test $i"; [ -n "$n" ] && echo "$n"; echo; head -c $((i * 13)) /dev/zero | tr '\0' x | fold -w 70; echo; } |
      sendmail -f "$s" -- $r || return 1
  done
  for i in $(seq 200); do
    [ "$(postqueue -j | grep -c -E '"queue_name": "(deferred|hold)"')" -ge "$1" ] && break
    sleep 0.1
  done
  python3 "$LAB/queue_age.py" /var/spool/postfix
}

cmd=${1:-}; shift || true
case $cmd in
  up) up "$@";;
  shell) within "$@";;
  down) kill -KILL "$(pid1 "$1")" 2>/dev/null; rm -f "$1/init.pid"; exit 0;;
  __init) init "$1";;
  __fill) fill "$1";;
  *) usage; exit 64;;
esac
