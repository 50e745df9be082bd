import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Booted, Machine } from './machine.ts';
import { versionOf } from './variants.ts';

/** What a scenario found out; seconds are the guest's unless the name says otherwise. */
export type Figures = Record<string, number | string>;

export interface Scenario {
  readonly name: string;
  readonly tells: string;
  /** false: starts from the blank card; true: from one on which install.sh ran. */
  readonly installed: boolean;
  readonly run: (pi: Pi) => Promise<Figures>;
}

export interface Pi {
  readonly machine: Machine;
  /** Boots, runs the script, and throws unless it ended with `expected`. */
  readonly step: (script: string, expected?: number) => Promise<Booted>;
}

/** What the steps have in common, put before each: waiting for the agent, and asking what is installed. */
const prelude = `
healthy() { curl -fsS -o /dev/null http://127.0.0.1:8080/healthz; }
until_healthy() { for _ in $(seq 240); do healthy 2>/dev/null && return; sleep 1; done; journalctl -u energymesh-agent -n 30 --no-pager; return 1; }
version() { dpkg-query --showformat '\${Version} \${db:Status-Abbrev}' --show energymesh; }
never() { if "$@" >/dev/null 2>&1; then echo "should have failed: $*"; exit 1; fi; }
expect() { [ "$1" = "$2" ] || { echo "expected $2, found $1"; exit 1; }; }
export ENERGYMESH_UP_SECONDS=240 ENERGYMESH_STEADY_SECONDS=5
`;
export const script = (text: string): string => prelude + text;
const deb = (which: Parameters<typeof versionOf>[0]): string => `/host/energymesh_${versionOf(which)}_amd64.deb`;
const status = (which: Parameters<typeof versionOf>[0]): string => `expect "$(version)" "${versionOf(which)} ii "`;
const told = (booted: Booted, name: string): number => Number(new RegExp(`^${name}=([0-9.]+)$`, 'm').exec(booted.output)?.[1] ?? Number.NaN);

export const installSteps = `
before=$(dpkg-query -f '\${binary:Package}\\n' -W | sort | sha256sum)
/host/install.sh --dry-run --package ${deb('first')}
expect "$(dpkg-query -f '\${binary:Package}\\n' -W | sort | sha256sum)" "$before"
start=$SECONDS
/host/install.sh --yes --package ${deb('first')} --country DE --name 'Mill Lane 4'
echo "install_seconds=$((SECONDS - start))"
${status('first')}
healthy
curl -fsS http://127.0.0.1:8080/ | grep -q '<html'
journalctl -u energymesh-agent | grep -qi claim
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

const install: Scenario = {
  name: 'install',
  tells: 'install.sh on a blank Pi: dry run, installation, dashboard, a second run; up again by itself after a restart',
  installed: false,
  run: async ({ step }) => {
    const first = await step(installSteps);
    const again = await step(`until_healthy\necho "up=$(cut -d' ' -f1 /proc/uptime)"\nnever grep energymesh <(systemctl --failed --no-legend)`);
    return {
      'install.sh, s': told(first, 'install_seconds'),
      'installed, MiB': told(first, 'disk_mib'),
      'agent, MiB': told(first, 'agent_rss_mib'),
      'systemd-analyze security': told(first, 'exposure'),
      'restart to dashboard, s': told(again, 'up'),
    };
  },
};

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

const remove: Scenario = {
  name: 'remove',
  tells: 'removed with keys and data kept, installed again with them, then removed for good without a trace',
  installed: true,
  run: async ({ step }) => {
    await step(`
until_healthy
identity() { find /var/lib/energymesh/identity -name '*key*' -type f | sort | xargs -r sha256sum; }
key=$(identity); [ -n "$key" ]
/host/install.sh --uninstall --yes
never healthy
expect "$(identity)" "$key"
/host/install.sh --yes --package ${deb('first')}
until_healthy
expect "$(identity)" "$key"
/host/install.sh --uninstall --purge --yes
left=$(find / -xdev \\( -iname '*energymesh*' -o -user energymesh \\) ! -path '/proc/*' ! -path '/sys/*' ! -path '/host*' 2>/dev/null || true)
expect "$left" ''
never getent passwd energymesh
never grep '^ii' <(dpkg-query -f '\${db:Status-Abbrev}' -W batctl 2>/dev/null)`);
    return {};
  },
};

export const scenarios: readonly Scenario[] = [install, refused, cutInstall, firstBoot, accessPoint, upgrade, badUpgrade, powerCut, remove];
