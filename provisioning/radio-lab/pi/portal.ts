import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { forgetHubs, hubFolders, prepareHub } from '../src/hub-folder.ts';
import { run } from './command.ts';
import { neighbourMac } from './neighbourhood.ts';
import { socksOver } from './phone-wire.ts';
import { type Pi, type Scenario, script, told } from './scenario.ts';
import { completeWizard, type WizardTimes } from './wizard.ts';

const repository = resolve(import.meta.dirname, '../../..');
const nodeName = 'Ferry House';
const pollMs = 100;

/** As it comes out of the box: installed, with the country that install.sh was told, and neither keys nor invite. */
const outOfTheBox = `
systemctl stop energymesh-agent.service
rm -rf /var/lib/energymesh/* /var/lib/energymesh-netd/* /var/lib/energymesh-setup/done /var/lib/energymesh-setup/ap-key
rm -rf /etc/energymesh/network* /etc/energymesh/invite /etc/energymesh/agent.env
expect "$(cat /var/lib/energymesh-setup/country)" DE
apt-get install -y -qq udhcpc busybox-static >/dev/null
sync`;

const inTheRoom = `
ms() { date +%s%3N; }
mkdir -p /repository; mount -r -t hostfs -o ${repository} none /repository
guest=/repository/provisioning/radio-lab/pi/guest
until_healthy
for _ in $(seq 240); do iw dev ap0 info 2>/dev/null | grep -q 'type AP' && break; sleep 0.5; done
iw dev ap0 info | grep -q 'type AP'
echo "ap=$(cut -d' ' -f1 /proc/uptime)"
never test -e /etc/energymesh/invite
never grep -q ESTAB <(iw dev mesh0 station dump 2>&1)

# The neighbour has been there for long.
/usr/lib/energymesh/node $guest/neighbour.ts radio >/host/neighbour-radio.log 2>&1 &
for _ in $(seq 600); do [ -e /host/neighbour.json ] && break; sleep 0.5; done
[ -e /host/neighbour.json ] || { cat /host/neighbour*.log; exit 1; }
neighbour() { ip netns exec n3 "$@"; }
its() { /usr/lib/energymesh/node -p "JSON.parse(fs.readFileSync('/host/neighbour.json', 'utf8')).$1"; }

# The phone, with what the node's screen says. No cable, no other network.
ip netns add phone; iw phy "$(cat /sys/class/net/wlan2/phy80211/name)" set netns name phone
phone() { ip netns exec phone "$@"; }
phone ip link set lo up
key=$(sed -n 's/.*access point: .*key: \\(.*\\)$/\\1/p' /etc/issue.d/energymesh.issue)
ssid=$(sed -n 's/.*access point: \\(.*[^ ]\\) *key: .*/\\1/p' /etc/issue.d/energymesh.issue)
(umask 077; printf 'ctrl_interface=/run/phone\\nnetwork={\\n ssid="%s"\\n key_mgmt=WPA-PSK\\n psk="%s"\\n ieee80211w=0\\n}\\n' "$ssid" "$key" >/run/phone.conf)
printf '#!/bin/sh\\n[ "$1" = bound ] || exit 0\\nip address replace $ip/$mask dev $interface\\nfor router in $router; do ip route replace default via $router; done\\necho "nameserver $dns" >/run/phone.dns\\n' >/run/phone.dhcp; chmod +x /run/phone.dhcp
begun=$(ms)
phone wpa_supplicant -B -D nl80211 -i wlan2 -c /run/phone.conf -f /host/phone.log
for _ in $(seq 300); do phone wpa_cli -p /run/phone -i wlan2 status | grep -q wpa_state=COMPLETED && break; sleep 0.1; done
associated=$(ms); echo "associated=$((associated - begun))"
phone busybox udhcpc -f -i wlan2 -t 30 -s /run/phone.dhcp >/host/phone-dhcp.log 2>&1 &
for _ in $(seq 300); do [ -s /run/phone.dns ] && break; sleep 0.1; done
echo "leased=$(($(ms) - associated))"
phone ip -4 address show dev wlan2 | grep -q 'inet 192.168.77.'
expect "$(cat /run/phone.dns)" 'nameserver 192.168.77.1'

# What phones ask at once, by the names of their vendors, which lead here.
mkdir -p /etc/netns/phone; cp /run/phone.dns /etc/netns/phone/resolv.conf
probe() { phone curl -sS --max-time 20 -o /dev/null -w '%{http_code} %{redirect_url}' "http://$1"; }
for url in captive.apple.com/hotspot-detect.html connectivitycheck.gstatic.com/generate_204 www.msftconnecttest.com/connecttest.txt detectportal.firefox.com/canonical.html; do
  answer=$(probe $url); echo "$url: $answer"
  expect "$answer" '302 http://192.168.77.1:8080/setup'
done

# Its browser is outside; what it opens is opened here.
claim=$(cat /var/lib/energymesh/claim-code)
journalctl -u energymesh-agent | grep -qF "$claim"
exec 7<>/dev/tty7; stty raw -echo <&7
phone /usr/lib/energymesh/node $guest/phone-wire.ts /dev/tty7 192.168.77.1 >/host/phone-wire.log 2>&1 &
printf '{"claim":"%s"}' "$claim" >/host/phone.json.new; mv /host/phone.json.new /host/phone.json
for _ in $(seq 6000); do [ -e /host/wizard.json ] && break; sleep 0.1; done
asked=$(ms)
grep -q '"ok":true' /host/wizard.json || { cat /host/wizard.json /host/phone-wire.log; journalctl -u 'energymesh-*' -n 60 --no-pager; exit 1; }

# The access point closes; nobody can confirm that from there, so the node does.
for _ in $(seq 600); do iw dev ap0 info 2>/dev/null | grep -q 'type AP' || break; sleep 0.1; done
never grep -q 'type AP' <(iw dev ap0 info 2>&1)
closed=$(ms); echo "closed=$((closed - asked))"
for _ in $(seq 240); do grep -q '"phase":"confirmed"' /run/energymesh/network.json && break; sleep 0.5; done
echo "confirmed=$(($(ms) - closed))"
never systemctl is-active --quiet energymesh-netd-revert.timer
never grep -q '"ap":' /run/energymesh/network.json
for _ in $(seq 60); do phone wpa_cli -p /run/phone -i wlan2 status | grep -q COMPLETED || break; sleep 0.5; done
never grep -q COMPLETED <(phone wpa_cli -p /run/phone -i wlan2 status)
for unit in energymesh-ap@ap0 energymesh-dhcp@ap0; do never systemctl is-active --quiet $unit.service; done

# Meshed: a peering by SAE with the neighbour's radio, batman-adv's way to it, the agents' link, membership.
iw dev mesh0 station get ${neighbourMac} | grep 'mesh plink:.*ESTAB'
batctl meshif bat0 neighbors -H | grep ${neighbourMac}
ip -4 address show dev bat0 | grep 'inet 10.44.0.'
health=$(curl -fsS http://127.0.0.1:8080/healthz); echo "$health"
grep -q '"enrolled":true' <<<"$health"; grep -q '"neighbours":1' <<<"$health"; grep -qF "\\"gateway\\":\\"$(its node)\\"" <<<"$health"
neighbour curl -fsS "$(its health)" | grep '"neighbours":1'
neighbour curl -fsS "$(its stats)" | grep -q '"name":"${nodeName}"'
never grep energymesh <(systemctl --failed --no-legend)`;

const afterRestart = `
until_healthy
for _ in $(seq 240); do iw dev mesh0 info 2>/dev/null | grep -q 'type mesh point' && break; sleep 0.5; done
iw dev mesh0 info | grep -q 'type mesh point'
echo "mesh=$(cut -d' ' -f1 /proc/uptime)"
curl -fsS http://127.0.0.1:8080/healthz | grep -q '"enrolled":true'
grep -q '"phase":"confirmed"' /run/energymesh/network.json
never grep -q 'type AP' <(iw dev ap0 info 2>&1)
never grep energymesh <(systemctl --failed --no-legend)`;

/** The browser's part, while the machine runs: waits for the phone, and tells how it went. */
async function browse({ machine }: Pi, wire: Promise<Duplex>, ended: () => boolean): Promise<WizardTimes | undefined> {
  const at = (name: string): string => join(machine.share, name);
  while (!existsSync(at('phone.json'))) {
    if (ended()) return undefined;
    await wait(pollMs);
  }
  const { claim } = JSON.parse(readFileSync(at('phone.json'), 'utf8')) as { claim: string };
  const { invite } = JSON.parse(readFileSync(at('neighbour.json'), 'utf8')) as { invite: string };
  const tell = (said: object): void => {
    writeFileSync(at('wizard.json.new'), JSON.stringify(said));
    renameSync(at('wizard.json.new'), at('wizard.json'));
  };
  const phone = await socksOver(await wire);
  try {
    const times = await completeWizard({ proxyPort: phone.port, claimCode: claim, invite, name: nodeName, folder: join(machine.share, '../wizard') });
    tell({ ok: true });
    return times;
  } catch (error) {
    tell({ ok: false, error: String(error) });
    return undefined;
  } finally {
    phone.close();
  }
}

export const portal: Scenario = {
  name: 'portal',
  tells: 'out of the box to a member of the mesh: a phone joins the access point, is sent to the portal, and a browser goes through the wizard',
  installed: true,
  memoryMib: 1536,
  run: async (pi) => {
    await run([process.execPath, 'scripts/build.ts', 'hub'], { secondsMax: 600, cwd: repository });
    await prepareHub(pi.machine.share, hubFolders.ours);
    try {
      await pi.step(outOfTheBox);
      let give: (wire: Duplex) => void = () => {};
      const wire = new Promise<Duplex>((resolve) => {
        give = resolve;
      });
      let off = false;
      const booted = pi.machine.boot(script(inTheRoom), { onWire: give }).finally(() => {
        off = true;
      });
      const [times, machine] = await Promise.all([browse(pi, wire, () => off), booted]);
      if (machine.status !== 0 || !times) throw new Error(`the step ended with ${machine.status}:\n${machine.output.slice(-6000)}`);
      const again = await pi.step(afterRestart);
      const seconds = (name: string): number => told(machine, name) / 1000;
      return {
        'start to access point, s': told(machine, 'ap'),
        'phone: associated, s': seconds('associated'),
        'associated to address, s': seconds('leased'),
        'portal opened in the browser, s': Number(times.opened.toFixed(1)),
        'network asked for to in force, s': Number(times.applied.toFixed(1)),
        'portal to member, s': Number(times.done.toFixed(1)),
        'member to linked with the neighbour, s': Number(times.linked.toFixed(1)),
        'asked to access point closed, s': seconds('closed'),
        'closed to confirmed by the node, s': seconds('confirmed'),
        'restart to mesh, access point closed, s': told(again, 'mesh'),
      };
    } finally {
      forgetHubs(pi.machine.share);
    }
  },
};
