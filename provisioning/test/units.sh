#!/bin/sh
# systemd reads the units as they are meant: unknown keys, misspelt values and missing programs are errors.
set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$root/usr/lib/systemd" "$root/etc/systemd" "$root/usr/bin"
cp -r /usr/lib/systemd/system "$root/usr/lib/systemd/"
cp -r "$here/files/." "$root/"
# The programs that units start: present and executable is all that is looked at.
for program in usr/lib/energymesh/node usr/sbin/energymesh-netd usr/bin/batctl usr/sbin/batctl usr/sbin/hostapd usr/sbin/dnsmasq usr/sbin/nft usr/sbin/iw sbin/wpa_supplicant usr/sbin/wpa_supplicant usr/bin/wg usr/sbin/ip bin/ip usr/bin/ip bin/sh usr/bin/sh bin/rm usr/bin/rm bin/sleep usr/bin/sleep; do
  mkdir -p "$root/$(dirname "$program")"
  [ -e "$root/$program" ] || printf '#!/bin/sh\n' >"$root/$program"
  chmod +x "$root/$program"
done
# systemd-analyze's exposure, times ten, as docs/install.md has it: what is written there stays true. Recovery runs dpkg, and so anything.
exposure='agent 13
ap@ 34
batman@ 26
dhcp@ 33
firewall 21
first-boot 21
mesh@ 34
netd 29
netd-boot 29
netd-revert 29
radio-read 20
wireguard@ 24
upgrade-recover 95'
bad=0
for unit in "$here"/files/usr/lib/systemd/system/*; do
  name=$(basename "$unit")
  # A template is checked as one of its instances.
  name=$(printf '%s' "$name" | sed 's/@\./@mesh0./')
  said=$(systemd-analyze verify --root "$root" --man=no --recursive-errors=no "$name" 2>&1 | grep -F "${name%%@*}" || true)
  if [ -n "$said" ]; then
    echo "$said"
    bad=1
  fi
  case $name in *.service) ;; *) continue ;; esac
  kind=$(basename "$unit" .service)
  most=$(printf '%s\n' "$exposure" | sed -n "s/^${kind#energymesh-} //p")
  cp "$unit" "$root/$name"
  if ! said=$(systemd-analyze security --no-pager --offline=true --threshold="${most:-0}" "$root/$name" 2>&1); then
    echo "$said" | tail -n 1
    bad=1
  fi
done
exit $bad
