import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from './command.ts';
import { deb, type Scenario, told } from './scenario.ts';

const layer = resolve(import.meta.dirname, '../../image/rpi-image-gen/layer/energymesh.yaml');

/** What the image's layer declares as shared between the systems A and B, with NetworkManager's profiles, which another layer declares. */
const sharedPaths = (): readonly string[] => [
  ...[...readFileSync(layer, 'utf8').matchAll(/^ +Path=(\/\S+)$/gm)].map(([, path]) => path as string),
  '/etc/NetworkManager/system-connections',
];

const radiosUp = `
for _ in $(seq 240); do iw dev ap0 info 2>/dev/null | grep -q 'type AP' && break; sleep 1; done
iw dev ap0 info | sed -n 's/^[[:space:]]*ssid //p'
iw dev ap0 info | grep -q 'type AP'
grep -q '"phase":"confirmed"' /run/energymesh/network.json
`;

/** The disks and mounts of rpi-image-gen's image-rota, with another system on them. */
export const readOnly: Scenario = {
  name: 'read-only',
  tells:
    'on a read-only system with a data partition, as the image has it, a node starts, takes its invite, keeps keys and network, and says how it is upgraded',
  installed: true,
  run: async ({ step, machine }) => {
    const disk = join(machine.share, '../data.img');
    writeFileSync(disk, '');
    truncateSync(disk, 256 * 1024 * 1024);
    await run(['mkfs.ext4', '-q', disk], { secondsMax: 60 });
    const shared = sharedPaths();
    await step(`
# As the image is before any node was made of it.
systemctl stop energymesh-agent.service
rm -rf /var/lib/energymesh/* /var/lib/energymesh-setup/* /var/lib/energymesh-netd/* /etc/energymesh/network* /etc/energymesh/invite /etc/energymesh/agent.env
find /etc/systemd/system -type l -name 'energymesh-ap@*' -delete; find /etc/systemd/system -type l -name 'energymesh-firewall*' -delete
rm -f /etc/systemd/network/*energymesh* /etc/NetworkManager/conf.d/*energymesh* /etc/issue.d/*
# On a Pi its drivers say which radio is which (the package's .link files); the virtual radios have one driver, so here their addresses say it.
link() { printf '[Match]\\nPermanentMACAddress=%s\\n[Link]\\nName=%s\\n' $2 $1 >/etc/systemd/network/70-virtual-$1.link; }
link mesh0 02:00:00:00:00:00
link ap0 02:00:00:00:01:00
mkdir -p /persistent /bootfs
mount /dev/ubdc /persistent
mkdir -p /persistent/slots/system_a
for path in ${shared.join(' ')}; do mkdir -p $path /persistent/shared$path; cp -a $path/. /persistent/shared$path; done
cp -a /var /persistent/slots/system_a/
# /tmp as Trixie has it, on which the image stands: systemd makes a service's own /dev there.
cat >/etc/fstab <<'FSTAB'
/dev/ubda / ext4 defaults,ro,noatime 0 0
tmpfs /tmp tmpfs mode=1777,nosuid,nodev 0 0
/dev/ubdb /bootfs vfat defaults,nofail 0 2
/dev/ubdc /persistent ext4 defaults,noatime 0 2
/persistent/slots/system_a/var /var none bind 0 0
${shared.map((path) => `/persistent/shared${path} ${path} none bind 0 0`).join('\n')}
FSTAB
umount /boot/firmware
mount /dev/ubdb /bootfs
printf 'country: DE\\nEM1-canary-of-the-invite\\n' >/bootfs/energymesh-invite.txt
sync`);
    const first = await step(`
never touch /usr/lib/x /etc/x
until_healthy
${radiosUp}
expect "$(cat /etc/energymesh/invite)" EM1-canary-of-the-invite
[ ! -e /bootfs/energymesh-invite.txt ]
grep -q 'invite taken' /bootfs/energymesh-first-boot.txt
expect "$(systemctl is-enabled energymesh-ap@ap0.service)" enabled-runtime
sha256sum /var/lib/energymesh/identity/*key* >/var/keys; iw dev ap0 info | sed -n 's/^[[:space:]]*ssid //p' >/var/ssid
never grep energymesh <(systemctl --failed --no-legend)
rc=0; said=$(energymesh-upgrade ${deb('second')} 2>&1) || rc=$?; expect $rc 64
grep -q 'by another image' <<<"$said"
sync`);
    const again = await step(`
until_healthy
echo "up=$(cut -d' ' -f1 /proc/uptime)"
${radiosUp}
sha256sum --quiet --check /var/keys
iw dev ap0 info | sed -n 's/^[[:space:]]*ssid //p' | diff /var/ssid -
expect "$(systemctl is-enabled energymesh-ap@ap0.service)" enabled-runtime
never grep energymesh <(systemctl --failed --no-legend)`);
    if (!first.output.includes('EnergyMesh-')) throw new Error('the access point has another name than its adapter says');
    return { 'restart to dashboard, s': told(again, 'up') };
  },
};
