# Debian packages and the conditions the lab needs.  Sourced by lab.sh.
PACKAGES="postfix postfix-pcre dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd swaks rsyslog
 unbound rbldnsd pflogsumm python3-milter iproute2 libsasl2-modules systemd
 libnet-ssleay-perl libio-socket-inet6-perl libdigest-hmac-perl openssl faketime"

say() { echo "[lab $(date +%T)] $*"; }

# Exit status 69: this machine cannot run the lab.
require_root() {
  [ "$(id -u)" = 0 ] || { echo "lab: must be run as root (it makes namespaces and runs Postfix)" >&2; exit 69; }
  unshare --mount --net --pid --uts --ipc --fork true 2>/dev/null ||
    { echo "lab: this kernel or container does not allow new namespaces (unshare failed)" >&2; exit 69; }
}

# Installs what is missing of $PACKAGES (or of the arguments).  No daemon is started by it.
deps() {
  local missing="" p guard="" rc
  for p in ${@:-$PACKAGES}; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null | grep -q '^ii' || missing="$missing $p"
  done
  [ -z "$missing" ] && { say "packages present"; return 0; }
  export DEBIAN_FRONTEND=noninteractive
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; guard=1
  fi
  echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
  mkdir -p "$LAB_RUN"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $missing; } \
    > "$LAB_RUN/apt.log" 2>&1; rc=$?
  [ -n "$guard" ] && rm -f /usr/sbin/policy-rc.d
  [ $rc = 0 ] || { echo "lab: apt-get failed, see $LAB_RUN/apt.log" >&2; tail -5 "$LAB_RUN/apt.log" >&2; return 1; }
  say "packages installed"
}
