import type { Architecture } from './arch.ts';

/** Programs that the agent's two root helpers and the rendered configuration call. */
const depends = [
  'libc6 (>= 2.36)',
  'libstdc++6 (>= 12)',
  'libgcc-s1',
  'systemd (>= 252)',
  'udev',
  'iproute2',
  'iw',
  'rfkill',
  'wireless-regdb',
  'batctl',
  'wpasupplicant (>= 2:2.10)',
  'hostapd (>= 2:2.10)',
  'dnsmasq-base',
  'nftables',
  'wireguard-tools',
];
const recommends = ['unattended-upgrades', 'systemd-timesyncd | time-daemon'];

/** The `control` file of the package. */
export function control(fields: {
  readonly version: string;
  readonly architecture: Architecture;
  readonly installedKib: number;
  readonly node: string;
}): string {
  return `Package: energymesh
Version: ${fields.version}
Architecture: ${fields.architecture}
Maintainer: EnergyMesh contributors <energymesh@localhost>
Installed-Size: ${fields.installedKib}
Depends: ${depends.join(', ')}
Recommends: ${recommends.join(', ')}
Section: net
Priority: optional
Description: relay node of an energy-sharing community's mesh
 Carries the MQTT traffic of meters and locks from node to node to the
 community's backend and back, keeps it while the way is cut, and serves a
 dashboard on port 8080. Meshes over 802.11s with batman-adv, Ethernet and
 WireGuard; the agent runs without privileges.
 .
 Contains Node ${fields.node} for this architecture as published, under
 /usr/lib/energymesh/node.
`;
}

/** Files below /etc are the administrator's: dpkg asks before it replaces one that was changed. */
export function conffiles(files: readonly string[]): string {
  return files
    .filter((path) => path.startsWith('etc/'))
    .map((path) => `/${path}\n`)
    .join('');
}

/** changelog.Debian: this package has one entry, the commit that it was built from; history is the repository's. */
export function changelog(fields: { readonly version: string; readonly commit: string; readonly epoch: number }): string {
  const date = new Date(fields.epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `energymesh (${fields.version}) unstable; urgency=medium

  * Built from commit ${fields.commit}.

 -- EnergyMesh contributors <energymesh@localhost>  ${date}
`;
}
