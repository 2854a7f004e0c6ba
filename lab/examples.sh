#!/bin/bash
# Makes the log files of examples/: some days of one mail server, played in minutes on a movable clock.  See README.md.
#   examples.sh [OUTPUT-DIRECTORY]       default: ../examples
set -u
LAB=$(cd "$(dirname "$0")" && pwd) SELF=$(realpath "$0")
export LAB_RUN=${LAB_RUN:-$LAB/run} LAB_OUT=${LAB_OUT:-$LAB/logs}
for part in deps namespace certs dns dovecot services example_server; do . "$LAB/lib/$part.sh"; done
FIRST_DAY="2026-11-19 00:00:00"
DAYS=${EXAMPLE_DAYS:-5}

make_examples() {
  local out=$1 v=example rc
  deps && deps $EXAMPLE_PACKAGES || return 1
  make_namespace $v || return 1
  inside $v bash "$SELF" __start > "$LAB_RUN/$v/up.out" 2>&1; rc=$?
  [ $rc = 0 ] && { say "playing $DAYS days"; inside $v /usr/bin/python3 -W ignore "$LAB/example/main.py" "$DAYS" 2>&1 | tee "$LAB_RUN/$v/play.out" | grep --line-buffered -E '^(day|FAIL)'; }
  mkdir -p "$out"
  inside $v bash -c 'cd /var/log && tar -cf - mail.log*' | tar -C "$out" --no-same-owner -xf -
  [ -n "${KEEP:-}" ] || { end_namespace $v; rm -rf "${LAB_RUN:?}/$v"; }
  [ $rc = 0 ] || { tail -40 "$LAB_RUN/$v/up.out"; return 1; }
  ls -l "$out"
}

case ${1:-} in
  __init) example_namespace_init "$2";;
  __start) start_example "$FIRST_DAY";;
  *) require_root && make_examples "$(realpath -m "${1:-$LAB/../examples}")";;
esac
