#!/bin/sh
# Installs the Debian packages that tests need and this machine lacks: apt.sh PROGRAM=PACKAGE ...
# One `apt-get update`, tried three times. Does nothing when every program is there.
set -eu
wanted=""
for pair in "$@"; do
  command -v "${pair%%=*}" >/dev/null 2>&1 || [ -e "/usr/sbin/${pair%%=*}" ] || wanted="$wanted ${pair#*=}"
done
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" != 0 ] || [ ! -x /usr/bin/apt-get ]; then
  echo "missing:$wanted; install them (on Debian as root: apt-get install$wanted)" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
for try in 1 2 3; do
  if apt-get update -qq; then break; fi
  [ "$try" = 3 ] && { echo "apt-get update failed three times" >&2; exit 1; }
  sleep $((try * 5))
done
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $wanted >/dev/null
