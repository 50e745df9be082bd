import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { deb, type Scenario, status, told } from './scenario.ts';

const files = resolve(import.meta.dirname, '../../image/cloud-init');

export const imager: Scenario = {
  name: 'imager',
  tells: 'a Trixie card with user-data, package and invite on its boot partition sets itself up: cloud-init installs, the node restarts, its radios are up',
  card: 'trixie',
  installed: false,
  run: async ({ step, machine }) => {
    for (const name of ['user-data', 'network-config']) copyFileSync(join(files, name), join(machine.share, name));
    // At the computer where the card is written. This system has been started before, unlike a new one, so cloud-init forgets that.
    await step(`
cloud-init clean --logs
cd /boot/firmware
cp /host/user-data /host/network-config /host/install.sh .
cp ${deb('first')} energymesh.deb
echo 'instance_id: rpios-image' >meta-data
printf 'name: Roof 7\\nap-key: kettle-harbour-3390\\nmesh-id: mill-lane\\nmesh-passphrase: lantern-orchard-7421\\nEM1-canary-of-the-invite\\n' >energymesh-invite.txt
# What Raspberry Pi OS has to ask for a user at the screen: nobody is there, and multi-user.target waits for the answer.
cat >/usr/lib/systemd/system/userconfig.service <<'UNIT'
[Unit]
After=cloud-config.service
[Service]
Type=oneshot
ExecStart=/bin/sleep infinity
TimeoutStartSec=infinity
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable --quiet userconfig.service
sync`);
    // One start by hand; the second one is cloud-init's own, after the installation.
    const booted = await step(`
if [ ! -e /var/lib/started-once ]; then
  : >/var/lib/started-once; sync
  sleep 1440; cat /var/log/cloud-init-output.log; exit 1
fi
until_healthy
echo "up=$(cut -d' ' -f1 /proc/uptime)"
${status('first')}
expect "$(cat /etc/energymesh/invite)" EM1-canary-of-the-invite
[ ! -e /boot/firmware/energymesh-invite.txt ]
grep -qx 'EM_NAME=Roof 7' /etc/energymesh/agent.env
expect "$(cat /var/lib/energymesh-setup/ap-key)" kettle-harbour-3390
for _ in $(seq 60); do iw dev ap0 info 2>/dev/null | grep -q 'type AP' && iw dev mesh0 info 2>/dev/null | grep -q 'type mesh point' && break; sleep 1; done
iw dev ap0 info | grep -q 'type AP'
iw dev mesh0 info | grep -q 'type mesh point'
echo "radios=$(cut -d' ' -f1 /proc/uptime)"
# Nobody can log in: no password and no key.
never grep -vE '^[^:]*:[!*]' /etc/shadow
expect "$(find /root /home -name authorized_keys -size +0)" ''
never grep energymesh <(systemctl --failed --no-legend)
echo "installed=$(sed -n 's/.*finished at .* Up \\([0-9.]*\\) seconds.*/\\1/p' /var/log/cloud-init-output.log | head -n 1)"`);
    return {
      'first start to installed, s': told(booted, 'installed'),
      'second start to dashboard, s': told(booted, 'up'),
      'second start to radios, s': told(booted, 'radios'),
    };
  },
};
