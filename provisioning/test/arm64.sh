#!/bin/bash
# arm64.sh energymesh_<version>_arm64.deb [--json] | --build | --can
# Installs the package into an arm64 Debian with its maintainer scripts, starts the agent there, asks /healthz, removes and purges it: by qemu-user, in a
# user namespace with a binfmt_misc of its own (Linux 6.7), so that nothing of this machine changes.
# Exit status: 0 works, 1 does not, 77 this machine cannot run it (with the reason).
set -euo pipefail

cannot() { echo "cannot run here: $*" >&2; exit 77; }
[ $# -gt 0 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 64; }
json=${2:-}
[ "$(id -u)" = 0 ] || cannot 'needs root, for a file system with other owners'
for program in mmdebstrap qemu-aarch64-static unshare; do command -v $program >/dev/null || cannot "needs $program"; done
# COMMAND in a user namespace with all users, and so with a binfmt_misc of its own. The map is written from outside: that needs no helper program.
inside() {
  local gate child status=0
  gate=$(mktemp -u)
  mkfifo "$gate"
  # shellcheck disable=SC2016  # the inner shell expands it
  unshare --user --mount --pid --fork --kill-child sh -c 'read -r _ <"$0"; exec "$@"' "$gate" "$@" &
  child=$!
  until [ "$(readlink /proc/$child/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.05; done
  echo '0 0 65536' >/proc/$child/uid_map
  echo '0 0 65536' >/proc/$child/gid_map
  echo go >"$gate"
  wait $child || status=$?
  rm -f "$gate"
  return $status
}
[ "$(inside sh -c 'mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && cat /proc/sys/fs/binfmt_misc/status' 2>/dev/null)" = enabled ] ||
  cannot 'binfmt_misc in a user namespace (Linux 6.7 or newer) is not there'

[ "$1" != --can ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "$1" = --build ]; then
  node "$(dirname "$0")/../package/main.ts" --arch arm64 --level 0 --out "$work"
  set -- "$work"/energymesh_*_arm64.deb
fi
deb=$(readlink -f "$1")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/energymesh/packages
base=$cache/arm64-bookworm-1.tar
mkdir -p "$cache" "$work/root"
# Whether the package's dependencies can be met is apt's to say; it gets them from Debian here, once.
depends=$(dpkg-deb --field "$deb" Depends | sed 's/([^)]*)//g; s/|[^,]*//g; s/[[:space:]]//g')
export QEMU=qemu-aarch64-static depends base work deb
cat >"$work/inside.sh" <<'END'
set -euo pipefail
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
# F: the interpreter is opened now, so that it is found in a root of another processor.
printf '%s' ":aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:$(command -v $QEMU):FOC" \
  >/proc/sys/fs/binfmt_misc/register
if [ ! -s "$base" ]; then
  echo 'an arm64 Debian, once (some minutes) ...' >&2
  mmdebstrap --quiet --mode=root --skip=check/qemu,chroot/mount/sys --arch=arm64 --variant=apt --aptopt='APT::Install-Recommends "false"' --include="$depends,init-system-helpers" bookworm "$base.new.tar"
  mv "$base.new.tar" "$base"
fi
tar -C "$work/root" -xf "$base" --exclude './dev/*'
root=$work/root
mkdir -p "$root/dev" "$root/tmp"
for device in null zero urandom random; do : >"$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mount -t proc proc "$root/proc"
cp "$deb" "$root/tmp/energymesh.deb"
there() { chroot "$root" "$@"; }
seconds() { echo $(($(date +%s) - start)); }

start=$(date +%s)
there dpkg --install /tmp/energymesh.deb >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log" >&2; exit 1; }
echo "install_seconds=$(seconds)"
there dpkg --audit
[ "$(there /usr/lib/energymesh/node -p 'process.arch')" = arm64 ]
[ "$(there stat -c '%a %U' /var/lib/energymesh)" = '700 energymesh' ]
start=$(date +%s)
# Not by the function: a signal would go to the shell around it. As the unit does it: as the unprivileged user, with its own configuration; a port that is free here.
chroot "$root" setpriv --reuid=energymesh --regid=energymesh --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
  env EM_HTTP_PORT=18180 EM_HTTP_HOST=127.0.0.1 EM_MDNS=false EM_NAME=arm64 NODE_ENV=production \
  /usr/lib/energymesh/node --max-semi-space-size=2 --max-old-space-size=96 /usr/lib/energymesh/agent/agent.mjs --config /etc/energymesh/agent.json >"$work/agent.log" 2>&1 &
agent=$!
for _ in $(seq 300); do
  if curl -fsS http://127.0.0.1:18180/healthz >"$work/health" 2>/dev/null; then break; fi
  kill -0 $agent 2>/dev/null || { cat "$work/agent.log" >&2; exit 1; }
  sleep 1
done
[ -s "$work/health" ] || { cat "$work/agent.log" >&2; exit 1; }
echo "healthz_seconds=$(seconds)"
echo "healthz=$(cat "$work/health")"
curl -fsS http://127.0.0.1:18180/ | grep -q '<html'
kill -TERM $agent
wait $agent || { echo "the agent ended with $?" >&2; exit 1; }
there dpkg --remove energymesh >>"$work/dpkg.log" 2>&1
[ -d "$root/var/lib/energymesh" ]
there dpkg --purge energymesh >>"$work/dpkg.log" 2>&1
for left in var/lib/energymesh etc/energymesh usr/lib/energymesh; do
  if [ -e "$root/$left" ]; then echo "$left is left after the purge" >&2; exit 1; fi
done
if there getent passwd energymesh; then echo 'the user is left after the purge' >&2; exit 1; fi
END
inside bash "$work/inside.sh" >"$work/figures" || { cat "$work/figures"; echo '0 passed, 1 failed'; exit 1; }
echo "deb_mb=$(($(stat -c %s "$deb") / 1000000))" >>"$work/figures"
echo "installed_mib=$(($(dpkg-deb --field "$deb" Installed-Size) / 1024))" >>"$work/figures"
if [ "$json" = --json ]; then
  sed -n "s/^\([a-z_]*\)=\([0-9]*\)\$/\"\1\":\2/p" "$work/figures" | paste -sd, | sed 's/.*/{&}/'
else
  cat "$work/figures"
  echo '1 passed, 0 failed'
fi
