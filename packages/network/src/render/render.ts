import type { NetworkState } from '../desired.ts';
import { accessPointEnvironment, dnsmasqForAccessPoint, dnsmasqForGateway, hostapd } from './access-point.ts';
import { type RenderedFile, type RenderOptions, standardOptions } from './file.ts';
import { connections, kernel, linkFiles, unmanaged } from './host.ts';
import { batmanEnvironment, wpaSupplicantMesh } from './mesh.ts';
import { nftables } from './nftables.ts';
import { wireguardEnvironment, wireguardFile } from './wireguard.ts';

/** A systemd unit that shall run, with the files after whose change it has to be started anew. */
export interface WantedUnit {
  readonly name: string;
  readonly files: readonly string[];
}

export interface Rendered {
  readonly files: readonly RenderedFile[];
  /** In the order of starting. */
  readonly units: readonly WantedUnit[];
}

/** The same state gives the same bytes. */
export function render(state: NetworkState, options: RenderOptions = standardOptions): Rendered {
  const files: RenderedFile[] = [];
  const units: WantedUnit[] = [];
  const unit = (name: string, ...needed: RenderedFile[]): void => {
    files.push(...needed);
    units.push({ name: `${name}.service`, files: needed.map(({ path }) => path) });
  };
  const { ap, mesh, gateway, country } = state;
  unit('energymesh-firewall', nftables(state, options));
  if (mesh) {
    const supplicant = wpaSupplicantMesh(mesh, country, options);
    const batman = batmanEnvironment(mesh, gateway, options);
    unit(`energymesh-mesh@${mesh.interface}`, supplicant);
    unit(`energymesh-batman@${mesh.interface}`, batman);
    if (gateway.mode === 'server') unit(`energymesh-dhcp@${mesh.batman.interface}`, dnsmasqForGateway(mesh, gateway, options));
  }
  if (ap) {
    unit(`energymesh-ap@${ap.interface}`, hostapd(ap, country, options), accessPointEnvironment(ap, options));
    unit(`energymesh-dhcp@${ap.interface}`, dnsmasqForAccessPoint(ap, options));
  }
  for (const tunnel of state.wireguard) unit(`energymesh-wireguard@${tunnel.name}`, wireguardFile(tunnel, options), wireguardEnvironment(tunnel, options));
  files.push(...unmanaged(state), ...connections(state), ...linkFiles(state), ...kernel(state));
  return { files, units };
}

/** Folders outside the generation in which files of ours lie, and how those are recognised: whatever else of ours lies there is of an earlier state and goes. */
export const landing: readonly { readonly folder: string; readonly ours: RegExp }[] = [
  { folder: '/etc/NetworkManager/conf.d', ours: /^10-energymesh\.conf$/ },
  { folder: '/etc/NetworkManager/system-connections', ours: /^energymesh-(uplink|mesh)\.nmconnection$/ },
  { folder: '/etc/systemd/network', ours: /^(05-energymesh\.network|10-energymesh-[a-z][a-z0-9-]{0,14}\.link)$/ },
  { folder: '/etc/sysctl.d', ours: /^90-energymesh\.conf$/ },
  { folder: '/etc/modprobe.d', ours: /^energymesh-country\.conf$/ },
];
