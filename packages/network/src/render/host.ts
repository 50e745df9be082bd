import { type NetworkState, ownInterfaces } from '../desired.ts';
import { bytesOf } from '../text.ts';
import { heading, type RenderedFile } from './file.ts';

/** NetworkManager's word for it. */
const endless = 2_147_483_647;

/** GKeyFile: the escapes of a value; a leading space would be cut. */
const keyfileText = (text: string): string => text.replaceAll('\\', '\\\\').replace(/^ +/, (spaces) => '\\s'.repeat(spaces.length));
/** As a list of bytes, so that no character of it means anything. */
const keyfileBytes = (text: string): string => [...bytesOf(text)].map((byte) => `${byte};`).join('');

/** As the package's own file has it, whose place ours takes: a radio that has its name and nothing to do yet is not NetworkManager's either. */
const always = ['mesh0', 'ap0', 'bat0', 'wg-up', 'wg-mesh'];

/** NetworkManager and systemd-networkd keep away from the interfaces that are ours. */
export function unmanaged(state: NetworkState): RenderedFile[] {
  const bat = state.mesh?.batman.interface;
  const names = [...new Set([...ownInterfaces(state), ...(bat === undefined ? [] : [bat]), ...always])];
  // As client of a gateway bat0 asks for an address, which NetworkManager does.
  const asked = bat !== undefined && state.gateway.mode === 'client';
  const managed = [asked ? bat : undefined, state.uplink.kind === 'none' ? undefined : state.uplink.interface];
  const left = names.filter((name) => !managed.includes(name)).map((name) => `interface-name:${name}`);
  const client = asked
    ? `\n# An interface of a kind that it does not know it would leave alone too.\n[device-energymesh]\nmatch-device=interface-name:${bat}\nmanaged=1\n`
    : '';
  return [
    {
      path: '/etc/NetworkManager/conf.d/10-energymesh.conf',
      mode: 0o644,
      text: `${heading('Interfaces that NetworkManager leaves alone.')}[keyfile]\nunmanaged-devices=${left.join(';')}\n${client}`,
    },
    {
      path: '/etc/systemd/network/05-energymesh.network',
      mode: 0o644,
      text: `${heading('Interfaces that systemd-networkd leaves alone.')}[Match]\nName=${names.join(' ')}\n\n[Link]\nUnmanaged=yes\n`,
    },
  ];
}

/** NetworkManager's profiles: it ignores a keyfile that others may read. */
export function connections(state: NetworkState): RenderedFile[] {
  const { uplink, mesh, gateway } = state;
  const files: RenderedFile[] = [];
  if (uplink.kind !== 'none') {
    const wifi =
      uplink.kind === 'wifi'
        ? `[wifi]
mode=infrastructure
ssid=${keyfileBytes(uplink.ssid)}
# Power saving delays what a gateway carries.
powersave=2

[wifi-security]
key-mgmt=wpa-psk
psk=${keyfileText(uplink.passphrase)}

`
        : '';
    const { ipv4 } = uplink;
    const four =
      ipv4 === 'dhcp'
        ? 'method=auto\n'
        : `method=manual\naddress1=${ipv4.address},${ipv4.gateway}\n${ipv4.dns.length === 0 ? '' : `dns=${ipv4.dns.map((server) => `${server};`).join('')}\n`}`;
    files.push(keyfile('energymesh-uplink', 'The way to the backend.', uplink.kind, uplink.interface, `${wifi}[ipv4]\n${four}\n[ipv6]\nmethod=auto\n`));
  }
  if (mesh && gateway.mode === 'client') {
    // The gateway tells routes to the hubs and no default route. It may be out of reach for days: asked for without end.
    const four = `[ipv4]\nmethod=auto\nnever-default=true\nignore-auto-dns=true\ndhcp-timeout=${endless}\n`;
    // The link-local address is the kernel's: of this kind of interface NetworkManager knows no identifier, and would take the address away.
    const rest = `${four}\n[ipv6]\nmethod=ignore\n`;
    files.push(keyfile('energymesh-mesh', 'The hub by way of a gateway of the mesh.', 'generic', mesh.batman.interface, rest));
  }
  return files;
}

function keyfile(id: string, what: string, type: string, name: string, rest: string): RenderedFile {
  return {
    path: `/etc/NetworkManager/system-connections/${id}.nmconnection`,
    mode: 0o600,
    text: `${heading(what)}[connection]\nid=${id}\ntype=${type}\ninterface-name=${name}\nautoconnect=true\nautoconnect-priority=10\n\n${rest}`,
  };
}

/** Names by the adapters' own addresses: with two radios, which is wlan0 is a matter of luck. In force from the next boot; the helper renames at once. */
export function linkFiles({ names }: NetworkState): RenderedFile[] {
  return names.map(({ name, mac }) => ({
    path: `/etc/systemd/network/10-energymesh-${name}.link`,
    mode: 0o644,
    text: `${heading('One adapter, one name.')}[Match]\nPermanentMACAddress=${mac}\n\n[Link]\nName=${name}\n`,
  }));
}

export function kernel(state: NetworkState): RenderedFile[] {
  const names = [...ownInterfaces(state), ...(state.mesh ? [state.mesh.batman.interface] : [])];
  const lines = [
    '# Routers are learned from the LAN only. (The dash: no error while the interface is absent.)',
    ...names.map((name) => `-net.ipv6.conf.${name}.accept_ra = 0`),
  ];
  if (state.gateway.mode === 'server') lines.push('# A gateway forwards; what, the firewall says.', 'net.ipv4.ip_forward = 1');
  return [
    { path: '/etc/sysctl.d/90-energymesh.conf', mode: 0o644, text: `${heading('The kernel and the network.')}${lines.join('\n')}\n` },
    {
      path: '/etc/modprobe.d/energymesh-country.conf',
      mode: 0o644,
      text: `${heading('The country in which the radios stand, from the moment on that they are there.')}options cfg80211 ieee80211_regdom=${state.country}\n`,
    },
  ];
}
