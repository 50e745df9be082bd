import { parseCidr, subnetText } from '../address.ts';
import type { Wireguard } from '../desired.ts';
import { heading, type RenderedFile, type RenderOptions } from './file.ts';

/** For `wg syncconf`. The private key is not in it: /usr/lib/energymesh/wireguard puts it in front, from a file that only root reads, on the way into wg's standard input. */
export function wireguardFile({ name, listenPort, peers }: Wireguard, { folder }: RenderOptions): RenderedFile {
  const blocks = peers.map(
    ({ publicKey, endpoint, allowedIps, keepaliveSeconds }) => `
[Peer]
PublicKey = ${publicKey}
${endpoint === undefined ? '' : `Endpoint = ${endpoint}\n`}AllowedIPs = ${allowedIps.join(', ')}
${keepaliveSeconds === undefined ? '' : `PersistentKeepalive = ${keepaliveSeconds}\n`}`,
  );
  return {
    path: `${folder}/${name}.conf`,
    mode: 0o600,
    text: `${heading(`WireGuard ${name}: its private key stands in a file of its own.`)}
[Interface]
${listenPort === undefined ? '' : `ListenPort = ${listenPort}\n`}${blocks.join('')}`,
  };
}

/** Read by /usr/lib/energymesh/wireguard. */
export function wireguardEnvironment({ name, address, peers }: Wireguard, { folder }: RenderOptions): RenderedFile {
  // A default route is never taken over; what the interface's own subnet holds has a route already.
  const routes = peers.flatMap(({ allowedIps }) => allowedIps).filter((text) => (parseCidr(text)?.prefix ?? 0) > 0);
  const own = parseCidr(address);
  return {
    path: `${folder}/${name}.env`,
    mode: 0o644,
    text: `${heading(`Addresses of ${name}.`)}EM_ADDRESS=${address}\nEM_ROUTES="${[...new Set(routes)].filter((text) => !own || text !== subnetText(own)).join(' ')}"\n`,
  };
}
