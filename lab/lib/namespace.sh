# The namespaces of one variant: made, entered, ended.  Sourced by lab.sh.
VARIANTS="postlogd syslog"

init_pid() { cat "$LAB_RUN/$1/init.pid" 2>/dev/null; }
alive() {
  local p; p=$(init_pid "$1")
  [ -n "$p" ] && kill -0 "$p" 2>/dev/null && grep -q __init "/proc/$p/cmdline" 2>/dev/null
}
inside() {
  local v=$1; shift
  alive "$v" || { echo "lab: $v is not up" >&2; return 1; }
  nsenter -t "$(init_pid "$v")" -m -n -p -u -i -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    LC_ALL=C.UTF-8 TZ="${LAB_TZ:-UTC}" PYTHONDONTWRITEBYTECODE=1 LAB_RUN="$LAB_RUN" LAB_OUT="$LAB_OUT" \
    LAB_SYSLOG="${LAB_SYSLOG:-}" LAB_ONLY="${LAB_ONLY:-}" "$@"
}

# Runs FUNCTION for every variant named (default: all of them) in parallel.
each() {
  local f=$1 rc=0 v p pids=""; shift
  for v in ${@:-$VARIANTS}; do $f "$v" & pids="$pids $!"; done
  for p in $pids; do wait "$p" || rc=1; done
  return $rc
}

# Starts pid 1 of new namespaces and waits until it has laid out the file system.
make_namespace() {
  local v=$1 dir=$LAB_RUN/$1 child i u
  rm -rf "$dir"; mkdir -p "$dir"/{var/spool,var/lib/postfix,var/mail,var/log,home,truth}
  setsid unshare --mount --net --pid --uts --ipc --fork --mount-proc --kill-child=SIGKILL \
     env LAB_QLEN="${LAB_QLEN:-}" bash "$SELF" __init "$v" > "$dir/init.out" 2>&1 < /dev/null &
  u=$!
  for i in $(seq 100); do
    child=$(awk '{print $1}' "/proc/$u/task/$u/children" 2>/dev/null)
    [ -n "$child" ] && [ -e "$dir/ns.ready" ] && { echo "$child" > "$dir/init.pid"; break; }
    sleep 0.1
  done
  alive "$v" || { say "$v: the namespace did not start"; cat "$dir/init.out"; return 1; }
}

up() {
  local v=$1 rc
  alive "$v" && { say "$v is up already"; return 0; }
  make_namespace "$v" || return 1
  inside "$v" bash "$LAB/lab.sh" __services "$v" > "$LAB_RUN/$v/up.out" 2>&1; rc=$?
  say "$v up: $rc"
  [ $rc = 0 ] || tail -20 "$LAB_RUN/$v/up.out"
  return $rc
}
traffic() {
  local v=$1 rc
  inside "$v" /usr/bin/python3 -W ignore "$LAB/traffic/main.py" "$v" ${LAB_ONLY:-} > "$LAB_RUN/$v/traffic.out" 2>&1; rc=$?
  say "$v traffic: $rc, $(tail -1 "$LAB_RUN/$v/traffic.out")"
  return $rc
}
collect() {
  local v=$1 rc
  mkdir -p "$LAB_OUT/$v"
  inside "$v" bash "$LAB/lab.sh" __collect "$v" > "$LAB_RUN/$v/collect.out" 2>&1; rc=$?
  cp "$LAB_RUN/$v"/{up,traffic,collect}.out "$LAB_OUT/$v/" 2>/dev/null
  say "$v collect: $rc"
  return $rc
}
down() {
  local v=$1 p i
  if alive "$v"; then
    inside "$v" bash "$LAB/lab.sh" __stop "$v" > "$LAB_RUN/$v/stop.out" 2>&1
    end_namespace "$v"
  fi
  [ -n "${KEEP:-}" ] || rm -rf "${LAB_RUN:?}/$v"
  say "$v down"
}
# Ending pid 1 makes the kernel end everything inside.
end_namespace() {
  local p i; p=$(init_pid "$1")
  kill -KILL "$p" 2>/dev/null
  for i in $(seq 50); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done
}

# ---- pid 1 itself
# Private /etc, spool, logs, /home, /run and /dev; only the loopback interface, with the addresses given.
private_files() {
  local dir=$1 n
  cp -a /etc "$dir/etc"
  mount --bind "$dir/etc" /etc
  for n in /var/spool /var/lib/postfix /var/mail /var/log; do mount --bind "$dir$n" "$n"; done
  mount --bind "$dir/home" /home
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/systemd/journal /run/log /run/lock
  mkdir "$dir/dev"; mount -t tmpfs -o mode=755 tmpfs "$dir/dev"
  for n in null zero random urandom tty full; do touch "$dir/dev/$n"; mount --bind "/dev/$n" "$dir/dev/$n"; done
  mkdir "$dir/dev/shm" "$dir/dev/pts"; chmod 1777 "$dir/dev/shm"
  ln -s /proc/self/fd "$dir/dev/fd"
  ln -s fd/0 "$dir/dev/stdin"; ln -s fd/1 "$dir/dev/stdout"; ln -s fd/2 "$dir/dev/stderr"
  [ "${2:-}" = journal ] && ln -s /run/systemd/journal/dev-log "$dir/dev/log"
  mount --rbind "$dir/dev" /dev
}
reap_forever() {
  touch "$1/ns.ready"
  trap 'exit 0' TERM
  while :; do sleep 3600 & wait $!; done
}
namespace_init() {
  local v=$1 dir=$LAB_RUN/$1 a log=""
  hostname mailhost
  ip link set lo up
  # inet_interfaces wants its addresses on an interface; the /24 alone would do for bind().
  for a in 192.0.2.10/24 192.0.2.{25,40,50,60}/32 198.51.100.1/24 203.0.113.1/24; do ip addr add $a dev lo; done
  for a in 2001:db8::{10,25,26,40,50} 2001:db8:c::{1,2,3,4,66} 2001:db8:beef::{10,19}; do ip -6 addr add $a/128 dev lo nodad; done
  echo "${LAB_QLEN:-1000}" > /proc/sys/net/unix/max_dgram_qlen     # the default of 10 loses lines between journald and rsyslog
  [ "$v" = syslog ] && log=journal
  private_files "$dir" $log
  reap_forever "$dir"
}
