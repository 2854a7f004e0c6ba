#!/bin/bash
# Real Postfix and Dovecot in private namespaces without a way out.  See README.md.
set -u
LAB=$(cd "$(dirname "$0")" && pwd) SELF=$(realpath "$0")
export LAB_RUN=${LAB_RUN:-$LAB/run} LAB_OUT=${LAB_OUT:-$LAB/logs}
for part in deps namespace certs dns postfix dovecot services collect; do . "$LAB/lib/$part.sh"; done

usage() {
  cat <<'U'
usage: lab.sh COMMAND [VARIANT..]        variants: postlogd syslog (default: both, in parallel)
  all               deps, up, traffic, collect, down
  deps              install the Debian packages that are missing
  up | traffic | collect | down
  rotate VARIANT    rotate the logs as the system would
  trickle VARIANT [COUNT [GAP]]   COUNT messages, one each GAP seconds
  shell VARIANT [COMMAND..]       run a command inside
  status            which variants are up
environment: LAB_OUT LAB_RUN LAB_ONLY LAB_TZ LAB_SYSLOG LAB_QLEN KEEP (see README.md)
U
}

run_all() {
  local start=$SECONDS rc=0
  deps || return 1
  each up "$@" && each traffic "$@" || rc=1
  each collect "$@" || rc=1
  each down "$@"
  say "took $((SECONDS - start)) s"
  return $rc
}

cmd=${1:-}; shift || true
case $cmd in
  deps) require_root && deps;;
  up|traffic|collect|down) require_root && each "$cmd" "$@";;
  all) require_root && run_all "$@";;
  status) for v in $VARIANTS; do alive "$v" && echo "$v up (pid $(init_pid "$v"))" || echo "$v down"; done;;
  shell) require_root && v=$1 && shift && inside "$v" "${@:-bash}";;
  rotate) require_root && inside "$1" bash "$LAB/lab.sh" __rotate "$1";;
  trickle) require_root && inside "$1" /usr/bin/python3 "$LAB/traffic/main.py" "$1" trickle "${2:-50}" "${3:-0.2}";;
  __init) namespace_init "$1";;
  __services) start_services "$1";;
  __stop) stop_services;;
  __collect) collect_inside "$1";;
  __rotate) rotate_inside "$1";;
  *) usage; exit 64;;
esac
