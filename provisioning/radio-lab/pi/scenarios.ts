import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imager } from './imager.ts';
import { commitConfirm, uplinkWifi } from './network.ts';
import { portal } from './portal.ts';
import { readOnly } from './read-only.ts';
import { deb, type Figures, type Pi, type Scenario, script, status, told } from './scenario.ts';
import { versionOf } from './variants.ts';

/** What an installation is, and what holds after it. */
export const installSteps = `
before=$(dpkg-query -f '\${binary:Package}\\n' -W | sort | sha256sum)
/host/install.sh --dry-run --package ${deb('first')}
expect "$(dpkg-query -f '\${binary:Package}\\n' -W | sort | sha256sum)" "$before"
# Nobody to ask; asked, and the answer is no.
rc=0; /host/install.sh --package ${deb('first')} </dev/null || rc=$?; expect $rc 64
printf 'n\\n' | script -qec '/host/install.sh --package ${deb('first')}' /dev/null | grep -q 'Nothing was changed'
expect "$(dpkg-query -f '\${binary:Package}\\n' -W | sort | sha256sum)" "$before"
echo EM1-canary-of-the-invite >/root/invite.txt
start=$SECONDS
/host/install.sh --yes --package ${deb('first')} --country DE --name 'Mill Lane 4' --invite /root/invite.txt
echo "install_seconds=$((SECONDS - start))"
${status('first')}
healthy
curl -fsS http://127.0.0.1:8080/ | grep -q '<html'
journalctl -u energymesh-agent | grep -qi claim
expect "$(cat /etc/energymesh/invite)" EM1-canary-of-the-invite
expect "$(stat -c '%a %U' /etc/energymesh/invite)" '600 energymesh'
# The agent has no privilege and no capability.
pid=$(systemctl show --property MainPID --value energymesh-agent)
expect "$(stat -c %U /proc/$pid)" energymesh
expect "$(sed -n 's/^CapEff:[[:space:]]*//p;s/^CapBnd:[[:space:]]*//p' /proc/$pid/status | sort -u)" 0000000000000000
echo "agent_rss_mib=$(($(sed -n 's/^VmRSS:[[:space:]]*\\([0-9]*\\) kB/\\1/p' /proc/$pid/status) / 1024))"
echo "exposure=$(systemd-analyze security --no-pager energymesh-agent | sed -n 's/.*exposure level for energymesh-agent.service: \\([0-9.]*\\).*/\\1/p')"
echo "disk_mib=$(($(dpkg-query -f '\${Installed-Size}' -W energymesh) / 1024))"
# Again: nothing to do, nothing breaks.
/host/install.sh --yes --package ${deb('first')} | grep 'leave the package as it is'
until_healthy
`;

/** What files of the package ask of other programs, as those have it after a restart. */
const settings = `
# Watchdog, journal in memory, sysctl, and NetworkManager's hands off.
expect "$(systemctl show --property RuntimeWatchdogUSec --value)" 15s
journalctl --directory=/run/log/journal --quiet --boot --lines=1 | grep -q .
expect "$(journalctl --directory=/var/log/journal --quiet --boot="$(tr -d - </proc/sys/kernel/random/boot_id)" --lines=1 2>/dev/null || true)" ''
expect "$(sysctl -n kernel.panic vm.dirty_expire_centisecs net.ipv4.conf.all.rp_filter | tr '\\n' ' ')" '10 6000 2 '
for interface in mesh0 ap0; do expect "$(nmcli -g GENERAL.STATE device show $interface | cut -d' ' -f1)" 10; done
expect "$(cat /sys/class/net/mesh0/address)" 02:00:00:00:00:00
# unattended-upgrades leaves the radio's parts alone, and takes the rest.
apt-config dump Unattended-Upgrade::Package-Blacklist | grep -qF '"^wpasupplicant$"'
apt-config dump APT::Periodic::Unattended-Upgrade | grep -q '"1"'
# polkit: what is allowed to anybody is refused to the agent.
open=$(pkaction --verbose | awk '/^[a-z].*:$/ { action = $1 } /implicit any: *yes/ && !found { sub(":", "", action); print action; found = 1 }')
[ -n "$open" ]
setpriv --reuid=nobody --regid=nogroup --clear-groups sleep 60 & stranger=$!
pkcheck --action-id "$open" --process $stranger
never pkcheck --action-id "$open" --process "$(systemctl show --property MainPID --value energymesh-agent)"
kill $stranger
`;

const installs = async ({ step }: Pi): Promise<Figures> => {
  const first = await step(installSteps);
  const again = await step(`
until_healthy
echo "up=$(cut -d' ' -f1 /proc/uptime)"
never grep energymesh <(systemctl --failed --no-legend)
${settings}`);
  return {
    'install.sh, s': told(first, 'install_seconds'),
    'installed, MiB': told(first, 'disk_mib'),
    'agent, MiB': told(first, 'agent_rss_mib'),
    'systemd-analyze security': told(first, 'exposure'),
    'restart to dashboard, s': told(again, 'up'),
  };
};

const install: Scenario = {
  name: 'install',
  tells: 'install.sh on a blank Pi: dry run, installation, dashboard, a second run; up again by itself after a restart, with every setting in force',
  installed: false,
  run: installs,
};

const trixie: Scenario = { name: 'trixie', tells: 'the same on Trixie', installed: false, card: 'trixie', run: installs };

const refused: Scenario = {
  name: 'refused',
  tells: 'a package that cannot be installed and an agent that does not come up: everything is as it was before',
  installed: false,
  run: async ({ step }) => {
    await step(`
list() { dpkg-query -f '\${binary:Package} \${db:Status-Abbrev}\\n' -W | grep 'ii *$' | sort; }
list >/tmp/before
head -c 20000000 ${deb('first')} >/tmp/energymesh_0_amd64.deb
rc=0; /host/install.sh --yes --package /tmp/energymesh_0_amd64.deb || rc=$?; [ $rc != 0 ]
list | diff /tmp/before -
rc=0; ENERGYMESH_UP_SECONDS=25 /host/install.sh --yes --package ${deb('bad')} || rc=$?; expect $rc 1
list | diff /tmp/before -
never ls /etc/energymesh
never ls /var/lib/energymesh
never getent passwd energymesh`);
    return {};
  },
};

const firstBoot: Scenario = {
  name: 'first-boot',
  tells: 'an invite file on the boot partition is taken at the next start, kept from others, and is on the raw partition no more',
  installed: true,
  run: async ({ step, machine }) => {
    const canary = 'EM1-canary-of-the-invite';
    await step(`mountpoint -q /boot/firmware\nprintf 'name: Roof 7\\n%s\\n' '${canary}' >/boot/firmware/energymesh-invite.txt; sync`);
    const bootImage = join(machine.share, '../boot.img');
    if (!readFileSync(bootImage).includes(canary)) throw new Error('control: the invite should be on the raw boot partition before the first boot');
    await step(`
until_healthy
expect "$(cat /etc/energymesh/invite)" '${canary}'
expect "$(stat -c '%a %U' /etc/energymesh/invite)" '600 energymesh'
[ ! -e /boot/firmware/energymesh-invite.txt ]
grep -q 'invite taken' /boot/firmware/energymesh-first-boot.txt
grep -qx 'EM_NAME=Roof 7' /etc/energymesh/agent.env`);
    if (readFileSync(bootImage).includes(canary)) throw new Error('the invite is still on the raw boot partition');
    return {};
  },
};

const upgrade: Scenario = {
  name: 'upgrade',
  tells: 'a newer version takes over with the same keys; by hand back to the version before',
  installed: true,
  run: async ({ step }) => {
    const booted = await step(`
until_healthy
identity() { find /var/lib/energymesh/identity -name '*key*' -type f | sort | xargs -r sha256sum; }
key=$(identity); [ -n "$key" ]
start=$SECONDS; energymesh-upgrade ${deb('second')}; echo "seconds=$((SECONDS - start))"
${status('second')}
healthy
energymesh-upgrade --rollback
${status('first')}
healthy
expect "$(identity)" "$key"`);
    return { 'upgrade, s': told(booted, 'seconds') };
  },
};

const badUpgrade: Scenario = {
  name: 'bad-upgrade',
  tells: 'a version whose agent does not come up is taken back by itself',
  installed: true,
  run: async ({ step }) => {
    const booted = await step(`
until_healthy
start=$SECONDS; rc=0; ENERGYMESH_UP_SECONDS=25 energymesh-upgrade ${deb('bad')} || rc=$?; echo "seconds=$((SECONDS - start))"
until_healthy
${status('first')}
expect $rc 1`);
    return { 'bad version tried and taken back, s': told(booted, 'seconds') };
  },
};

const accessPoint: Scenario = {
  name: 'access-point',
  tells: 'after the restart the access point is there with a key of its own: a phone gets an address and the dashboard, and nothing else',
  installed: true,
  run: async ({ step }) => {
    const booted = await step(`
until_healthy
for _ in $(seq 120); do iw dev ap0 info 2>/dev/null | grep -q 'type AP' && break; sleep 1; done
iw dev ap0 info | grep 'type AP'
echo "ap_up=$(cut -d' ' -f1 /proc/uptime)"
ssid=$(iw dev ap0 info | sed -n 's/^[[:space:]]*ssid //p')
expect "$(tr -dc 'A-Za-z0-9' </var/lib/energymesh-setup/ap-key | wc -c)" 16
# The phone: the third radio, in a network of its own.
apt-get install -y -qq udhcpc busybox-static >/dev/null
phy=$(cat /sys/class/net/wlan2/phy80211/name)
ip netns add phone; iw phy $phy set netns name phone
phone() { ip netns exec phone "$@"; }
phone ip link set lo up
(umask 077; printf 'ctrl_interface=/run/phone\nnetwork={\n ssid="%s"\n key_mgmt=WPA-PSK\n psk="%s"\n ieee80211w=0\n}\n' "$ssid" "$(cat /var/lib/energymesh-setup/ap-key)" >/tmp/phone.conf)
start=$SECONDS
phone wpa_supplicant -B -D nl80211 -i wlan2 -c /tmp/phone.conf -f /tmp/phone.log
printf '#!/bin/sh\n[ "$1" = bound ] && ip addr add $ip/24 dev $interface && ip route add default via $router && echo "$dns" >/tmp/phone.dns\n' >/tmp/phone.dhcp; chmod +x /tmp/phone.dhcp
for _ in $(seq 60); do phone wpa_cli -p /run/phone -i wlan2 status | grep -q COMPLETED && break; sleep 1; done
phone busybox udhcpc -i wlan2 -n -q -t 20 -s /tmp/phone.dhcp
echo "phone=$((SECONDS - start))"
phone curl -fsS --max-time 20 http://192.168.77.1:8080/ | grep -q '<html'
echo "phone_dashboard=$((SECONDS - start))"
# Any name leads here; SSH is not open on this side.
names=$(phone busybox nslookup captive.example 192.168.77.1 || true)
[ "$(grep -c '192.168.77.1$' <<<"$names")" -ge 1 ] || { echo "$names"; exit 1; }
timeout 5 bash -c '</dev/tcp/127.0.0.1/22'
never phone timeout 5 bash -c '</dev/tcp/192.168.77.1/22'
# A wrong key stays outside.
phone wpa_cli -p /run/phone -i wlan2 terminate >/dev/null
sed -i 's/psk=.*/psk="not-the-right-key"/' /tmp/phone.conf; sleep 2
phone wpa_supplicant -B -D nl80211 -i wlan2 -c /tmp/phone.conf -f /tmp/phone2.log
sleep 15
never grep -q COMPLETED <(phone wpa_cli -p /run/phone -i wlan2 status)
never grep energymesh <(systemctl --failed --no-legend)`);
    return {
      'start to access point, s': told(booted, 'ap_up'),
      'phone: address, s': told(booted, 'phone'),
      'phone: dashboard, s': told(booted, 'phone_dashboard'),
    };
  },
};

/** Where the power goes, as a condition in the guest. */
const cuts = {
  'while unpacking': `until [ -e /var/lib/dpkg/tmp.ci ] || [ "$(version | tail -c 4)" != 'ii ' ]; do :; done`,
  'half configured': `until version | grep -qE 'i[UF] '; do sleep 0.05; done`,
  'while the new version has to prove itself': `until [ "$(version)" = "${versionOf('second')} ii " ]; do sleep 0.1; done`,
};

const powerCut: Scenario = {
  name: 'power-cut',
  tells: 'the power goes in the middle of an upgrade: at the next start the version from before runs',
  installed: true,
  run: async ({ step, machine }) => {
    const figures: Figures = {};
    for (const [when, condition] of Object.entries(cuts)) {
      const cut = await machine.boot(
        script(`until_healthy\nENERGYMESH_STEADY_SECONDS=60 energymesh-upgrade ${deb('second')} &\n${condition}\n: >/host/cut\nwait`),
        { cut: true },
      );
      if (cut.status !== undefined) throw new Error(`${when}: the step ended before the power went\n${cut.output}`);
      const after = await step(`
until_healthy
${status('first')}
[ ! -e /var/lib/energymesh-upgrade/pending ]
expect "$(dpkg --audit)" ''
dpkg --verify energymesh
echo "up=$(cut -d' ' -f1 /proc/uptime)"`);
      figures[`cut ${when}: start to dashboard, s`] = told(after, 'up');
    }
    return figures;
  },
};

const cutInstall: Scenario = {
  name: 'power-cut-install',
  tells: 'the power goes in the middle of the first installation: running install.sh again ends it',
  installed: false,
  run: async ({ step, machine }) => {
    const cut = await machine.boot(
      script(`/host/install.sh --yes --package ${deb('first')} --country DE &\nuntil version 2>/dev/null | grep -qE 'i[UHF]'; do :; done\n: >/host/cut\nwait`),
      { cut: true },
    );
    if (cut.status !== undefined) throw new Error(`the step ended before the power went\n${cut.output}`);
    await step(`/host/install.sh --yes --package ${deb('first')} --country DE\nuntil_healthy\n${status('first')}\nexpect "$(dpkg --audit)" ''`);
    return {};
  },
};

const updates: Scenario = {
  name: 'updates',
  tells: 'unattended-upgrades takes a security update by itself, and leaves kernel, firmware, wpa_supplicant and hostapd as they are',
  installed: true,
  run: async ({ step }) => {
    await step(`
until_healthy
# Recommended by the package, and not installed with it here, where nothing recommended is.
apt-get install -y -qq unattended-upgrades >/dev/null
package() { # NAME VERSION FOLDER
  mkdir -p /tmp/$1-$2/DEBIAN
  printf 'Package: %s\\nVersion: %s\\nArchitecture: amd64\\nMaintainer: Nobody <nobody@localhost>\\nDescription: newer\\n' $1 $2 >/tmp/$1-$2/DEBIAN/control
  dpkg-deb --root-owner-group --build /tmp/$1-$2 $3/$1.deb >/dev/null
}
mkdir -p /tmp/old /opt/security; cd /opt/security
for held in linux-image-6.1-mill firmware-mediatek; do package $held 1 /tmp/old; dpkg --install /tmp/old/$held.deb >/dev/null; done
for newer in linux-image-6.1-mill firmware-mediatek wpasupplicant hostapd netbase; do package $newer 99:1 /opt/security; done
for file in *.deb; do
  dpkg-deb --field $file
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' $file $(stat -c %s $file) $(sha256sum $file | cut -d' ' -f1)
done >Packages
printf 'Origin: Debian\\nLabel: Debian-Security\\nSuite: stable-security\\nCodename: bookworm-security\\nArchitectures: amd64\\nDate: %s\\nSHA256:\\n %s %s Packages\\n' \\
  "$(date -uR)" "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" >Release
echo 'deb [trusted=yes] file:/opt/security ./' >/etc/apt/sources.list.d/security.list
apt-get update -q
unattended-upgrade -v
is() { dpkg-query --showformat '\${Version}' --show $1; }
expect "$(is netbase)" 99:1
for held in linux-image-6.1-mill firmware-mediatek; do expect "$(is $held)" 1; done
for held in wpasupplicant hostapd; do [ "$(is $held)" != 99:1 ]; done
until_healthy`);
    return {};
  },
};

const remove: Scenario = {
  name: 'remove',
  tells: 'removed with keys and data kept, installed again with them, then removed for good without a trace',
  installed: true,
  run: async ({ step }) => {
    const kept = `identity() { find /var/lib/energymesh/identity -name '*key*' -type f | sort | xargs -r sha256sum; }`;
    await step(`${kept}
until_healthy
identity >/root/keys; [ -s /root/keys ]
iw dev ap0 info | sed -n 's/^[[:space:]]*ssid //p' >/root/ssid
/host/install.sh --uninstall --yes
never healthy
identity | diff /root/keys -
never ls /etc/systemd/network/*energymesh* /etc/NetworkManager/conf.d/*energymesh* /etc/sysctl.d/*energymesh*`);
    await step(`${kept}
# After a restart the radios have their old names, and are NetworkManager's.
[ -e /sys/class/net/wlan0 ]; [ -e /sys/class/net/wlan1 ]
never ls -d /sys/class/net/ap0 /sys/class/net/mesh0
[ "$(nmcli -g GENERAL.STATE device show wlan1 | cut -d' ' -f1)" != 10 ]
if command -v nft; then expect "$(nft list ruleset)" ''; fi
/host/install.sh --yes --package ${deb('first')}
until_healthy
identity | diff /root/keys -`);
    await step(`${kept}
until_healthy
for _ in $(seq 60); do iw dev ap0 info 2>/dev/null | grep -q 'type AP' && break; sleep 1; done
iw dev ap0 info | sed -n 's/^[[:space:]]*ssid //p' | diff /root/ssid -
identity | diff /root/keys -
/host/install.sh --uninstall --purge --yes
left=$(find / -xdev \\( -iname '*energymesh*' -o -user energymesh \\) ! -path '/proc/*' ! -path '/sys/*' ! -path '/host*' 2>/dev/null || true)
expect "$left" ''
never getent passwd energymesh
never grep '^ii' <(dpkg-query -f '\${db:Status-Abbrev}' -W batctl 2>/dev/null)`);
    return {};
  },
};

export const scenarios: readonly Scenario[] = [
  install,
  trixie,
  imager,
  refused,
  cutInstall,
  firstBoot,
  accessPoint,
  portal,
  commitConfirm,
  uplinkWifi,
  upgrade,
  badUpgrade,
  powerCut,
  updates,
  readOnly,
  remove,
];
