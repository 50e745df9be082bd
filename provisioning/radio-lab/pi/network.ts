import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Pi, type Scenario, script, told } from './scenario.ts';

const repository = resolve(import.meta.dirname, '../../..');
/** The addresses that mac80211_hwsim gives its radios. */
const radio = (number: number): string => `02:00:00:00:0${number}:00`;

/** A whole state, as the page sends it. */
const state = (ssid: string, more: object = {}) => ({
  version: 1,
  country: 'DE',
  names: [
    { name: 'mesh0', mac: radio(0) },
    { name: 'ap0', mac: radio(1) },
  ],
  mesh: { id: 'mill-lane', passphrase: 'lantern-orchard-7421', channel: 6 },
  ap: { ssid, passphrase: 'kettle-harbour-3390', channel: 1 },
  ssh: true,
  ...more,
});

/** Files for the steps, in the folder that the virtual Pi shares with this machine. */
function share({ machine }: Pi, files: Record<string, unknown>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(machine.share, `${name}.json`), JSON.stringify(content));
}

const request = (id: string, ssid: string, confirmWithinSeconds: number, more: object = {}) => ({
  version: 1,
  kind: 'apply',
  id,
  state: state(ssid, more),
  confirmWithinSeconds,
});

/** Reading what the helper says, and being the agent or the operator. */
const tools = `
told() { /usr/lib/energymesh/node -p "(n => $1)(JSON.parse(fs.readFileSync('/run/energymesh/network.json', 'utf8')))" 2>/dev/null; }
until_told() { # EXPRESSION VALUE [SECONDS]
  local end=$((SECONDS + \${3:-120}))
  until [ "$(told "$1")" = "$2" ]; do
    [ $SECONDS -lt $end ] || { echo "$1 is not $2:"; cat /run/energymesh/network.json; journalctl -u 'energymesh-netd*' -n 30 --no-pager; return 1; }
  done
}
ssid() { iw dev ap0 info 2>/dev/null | sed -n 's/^[[:space:]]*ssid //p'; }
until_ssid() { # SSID [SECONDS]
  local end=$((SECONDS + \${2:-120}))
  until [ "$(ssid)" = "$1" ]; do
    [ $SECONDS -lt $end ] || { echo "the access point is not $1 but '$(ssid)'"; cat /run/energymesh/network.json; journalctl -u 'energymesh-*' -n 40 --no-pager; return 1; }
    sleep 0.2
  done
}
# As the agent does it: a whole file under a name with a dot, then renamed.
place() { # NAME, content on stdin
  setpriv --reuid=energymesh --regid=energymesh --clear-groups sh -c 'umask 077; cat >"$1/.$2" && mv "$1/.$2" "$1/$2"' - /run/energymesh/requests "$1"
}
operator() {
  mountpoint -q /repository || { mkdir -p /repository; mount -r -t hostfs -o ${repository} none /repository; }
  /usr/lib/energymesh/node /repository/provisioning/radio-lab/pi/guest/operator.ts "$@"
}
at_rest() {
  until_told n.phase confirmed
  never systemctl is-active --quiet energymesh-netd-revert.timer
  systemctl is-active --quiet energymesh-netd.path
}
`;

/** Our interfaces are nobody else's. */
const leftAlone = `
for interface in mesh0 ap0 bat0; do expect "$(nmcli -g GENERAL.STATE device show $interface | cut -d' ' -f1)" 10; done
expect "$(cat /sys/class/net/mesh0/address)" ${radio(0)}
expect "$(cat /sys/class/net/ap0/address)" ${radio(1)}
iw dev mesh0 info | grep -q 'type mesh point'
[ "$(cat /sys/class/net/mesh0/master/uevent | sed -n 's/^INTERFACE=//p')" = bat0 ]
`;

/** After a start: what was confirmed is in force, and what was not is told as taken back. */
const asConfirmed = (why: string): string => `${tools}
until_healthy
at_rest
until_ssid Lantern
expect "$(told 'n.recent[0].result')" reverted
told 'n.recent[0].reason' | grep -q '${why}'
echo "back=$(cut -d' ' -f1 /proc/uptime)"
${leftAlone}`;

export const commitConfirm: Scenario = {
  name: 'commit-confirm',
  tells: 'changes of the network: confirmed, it stays; not confirmed, refused, or cut off by the power at any moment, the one before is in force again',
  installed: true,
  run: async (pi) => {
    share(pi, {
      lantern: state('Lantern'),
      mistake: request('mistake', 'Mistake', 30),
      cut: request('cut', 'Cut', 600),
      'cut-again': request('cut-again', 'Cut again', 600),
      'cut-back': request('cut-back', 'Cut back', 30),
      'no-adapter': request('no-adapter', 'Nobody', 60, { names: [{ name: 'mesh0', mac: '02:00:00:00:77:00' }] }),
      'no-country': { ...request('no-country', 'Nobody', 60), state: { ...state('Nobody'), country: undefined } },
    });
    const first = await pi.machine.boot(
      script(`${tools}
until_healthy
at_rest
# By the page, confirmed.
id=$(operator propose /host/lantern.json 120)
start=$SECONDS
until_told n.phase waiting
until_ssid Lantern
echo "applied=$((SECONDS - start))"
systemctl is-active --quiet energymesh-netd-revert.timer
${leftAlone}
operator confirm "$id"
at_rest
# By file, and nobody confirms it.
place mistake.json </host/mistake.json
until_ssid Mistake
until_told n.phase waiting
deadline=$(told n.waiting.deadlineUptimeSeconds)
until_ssid Lantern
echo "late=$(cut -d' ' -f1 /proc/uptime | awk -v deadline=$deadline '{ print $1 - deadline }')"
at_rest
expect "$(told 'n.recent[0].id + n.recent[0].result')" mistakereverted
# Refused: an adapter that is not there, no country.
for name in no-adapter no-country; do
  place $name.json </host/$name.json
  until_told 'n.recent[0].result' refused
  told 'n.recent[0].reason'
done
expect "$(ssid)" Lantern
# A drop box full of what is no request: taken out, answered, and the path unit goes on.
for n in $(seq 40); do echo "junk $n" | place junk-$n; done
setpriv --reuid=energymesh --regid=energymesh --clear-groups sh -c 'cd /run/energymesh/requests && mkdir -p tree/deep && ln -s /etc/shadow link && mkfifo pipe'
for _ in $(seq 120); do [ -n "$(ls /run/energymesh/requests)" ] || break; sleep 1; done
expect "$(ls /run/energymesh/requests)" ''
[ -s /etc/shadow ]
at_rest
expect "$(ssid)" Lantern
# The power goes while a change waits.
place cut.json </host/cut.json
until_ssid Cut
until_told n.phase waiting
: >/host/cut
sleep 60`),
      { cut: true },
    );
    if (first.status !== undefined) throw new Error(`the step ended before the power went:\n${first.output.slice(-3000)}`);
    const again = await pi.machine.boot(
      script(`${asConfirmed('started anew')}
# The power goes in the middle of a change.
place cut-again.json </host/cut-again.json
until_told n.phase applying
: >/host/cut
sleep 60`),
      { cut: true },
    );
    if (again.status !== undefined) throw new Error(`the step ended before the power went:\n${again.output.slice(-3000)}`);
    const back = await pi.machine.boot(
      script(`${asConfirmed('started anew')}
# The power goes while an unconfirmed change is taken back.
place cut-back.json </host/cut-back.json
until_ssid 'Cut back'
until_told n.phase reverting
: >/host/cut
sleep 60`),
      { cut: true },
    );
    if (back.status !== undefined) throw new Error(`the step ended before the power went:\n${back.output.slice(-3000)}`);
    const last = await pi.step(`${asConfirmed('started anew')}\nnever grep energymesh <(systemctl --failed --no-legend)`);
    return {
      'change asked for at the dashboard to in force, s': told(first, 'applied'),
      'deadline to back in force, s': told(first, 'late'),
      'power cut while it waits: start to back in force, s': told(again, 'back'),
      'power cut in the middle: start to back in force, s': told(back, 'back'),
      'power cut while it goes back: start to back in force, s': told(last, 'back'),
    };
  },
};

/** A house's WiFi, on the third radio in a network of its own. */
const street = `
ip netns add street
iw phy "$(cat /sys/class/net/wlan2/phy80211/name)" set netns name street
street() { ip netns exec street "$@"; }
street ip link set lo up
printf 'interface=wlan2\\ndriver=nl80211\\nctrl_interface=/run/street\\nssid=Mill Street\\nchannel=11\\nhw_mode=g\\nwpa=2\\nwpa_key_mgmt=WPA-PSK\\nrsn_pairwise=CCMP\\nwpa_passphrase=pebble-garden-5512\\n' >/tmp/street.conf
street hostapd -B /tmp/street.conf >/tmp/street.log
street ip address add 10.9.0.1/24 dev wlan2
street dnsmasq --conf-file=/dev/null --interface=wlan2 --dhcp-range=10.9.0.10,10.9.0.90,1h --dhcp-leasefile=/tmp/street.leases --pid-file=/tmp/street.pid --port=0
until_uplink() {
  local end=$((SECONDS + 90))
  until [ "$(nmcli -g GENERAL.CONNECTION device show wlan3)" = energymesh-uplink ] && ip -o route show default | grep -q 'via 10.9.0.1 dev wlan3'; do
    [ $SECONDS -lt $end ] || { nmcli device; journalctl -u NetworkManager -n 30 --no-pager; return 1; }
    sleep 0.5
  done
  ping -c 1 -W 5 10.9.0.1 >/dev/null
}
`;

export const uplinkWifi: Scenario = {
  name: 'uplink-wifi',
  tells: 'the way to the backend by a WiFi, which NetworkManager holds: set by a request, still there after a restart; a wrong passphrase is taken back',
  installed: true,
  run: async (pi) => {
    const uplink = (passphrase: string) => ({ uplink: { kind: 'wifi', interface: 'wlan3', ssid: 'Mill Street', passphrase } });
    share(pi, {
      right: request('right', 'Lantern', 120, uplink('pebble-garden-5512')),
      confirm: { version: 1, kind: 'confirm', id: 'right' },
      wrong: request('wrong', 'Lantern', 120, uplink('not-the-passphrase')),
    });
    const first = await pi.step(`${tools}
until_healthy
at_rest
${street}
# As Raspberry Pi OS does it before a country is set.
nmcli radio wifi off
# The house's radio is one of this machine's too, but nothing that the node does should reach it: on again as soon as the node's are.
{ until [ "$(nmcli radio wifi)" = enabled ]; do sleep 0.2; done; street hostapd_cli -p /run/street disable; street hostapd_cli -p /run/street enable; } >/tmp/street-again.log 2>&1 &
start=$SECONDS
place right.json </host/right.json
until_told n.phase waiting
until_uplink
echo "uplink=$((SECONDS - start))"
${leftAlone}
place confirm.json </host/confirm.json
at_rest
expect "$(stat -c %a /etc/NetworkManager/system-connections/energymesh-uplink.nmconnection)" 600
place wrong.json </host/wrong.json
until_told 'n.recent[0].id + n.recent[0].result' wrongfailed 240
told 'n.recent[0].reason'
at_rest
until_uplink`);
    const again = await pi.step(`${tools}${street}
until_healthy
at_rest
until_uplink
echo "up=$(cut -d' ' -f1 /proc/uptime)"
${leftAlone}
never grep -rq pebble-garden /run/energymesh /var/log
# What the house's WiFi may reach of this node, and the node's own networks stay apart.
street timeout 5 bash -c '</dev/tcp/'"$(ip -4 -o addr show dev wlan3 | sed -n 's/.* inet \\([0-9.]*\\).*/\\1/p')"'/8080'`);
    return { 'request to uplink, s': told(first, 'uplink'), 'restart to uplink, s': told(again, 'up') };
  },
};
