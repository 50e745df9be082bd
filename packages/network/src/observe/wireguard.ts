import { cut, linesOf, nameOf, numberOf, type Observed, rowsMax, textOf } from './observed.ts';

export interface WireguardPeer {
  readonly publicKey: string;
  readonly endpoint?: string;
  readonly allowedIps: readonly string[];
  /** Seconds since 1970 by this node's clock; undefined: none yet. */
  readonly handshakeAt?: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}
export interface WireguardInterface {
  readonly name: string;
  readonly publicKey?: string;
  readonly listenPort?: number;
  readonly peers: readonly WireguardPeer[];
}

const key = /^[A-Za-z0-9+/]{43}=$/;

/** `wg show all dump` with tabs. Private and preshared keys are not looked at, and the reader leaves them out. */
export function wireguard(text: string): Observed<readonly WireguardInterface[]> {
  const found = new Map<string, { name: string; publicKey?: string; listenPort?: number; peers: WireguardPeer[] }>();
  let rows = 0;
  for (const line of linesOf(text)) {
    if (line === '') continue;
    if (++rows > rowsMax) break;
    const columns = line.split('\t');
    const name = nameOf(columns[0]);
    if (name === undefined) continue;
    const at = found.get(name) ?? { name, peers: [] };
    if (columns.length === 5) {
      const [, , publicKey = '', port] = columns;
      const listenPort = numberOf(port);
      found.set(name, { ...at, ...(key.test(publicKey) && { publicKey }), ...(listenPort && { listenPort }) });
    } else if (columns.length === 9 && key.test(columns[1] ?? '')) {
      const [, publicKey = '', , endpoint, allowed = '', handshake, received, sent] = columns;
      const handshakeAt = numberOf(handshake);
      const shown = endpoint === '(none)' ? undefined : textOf(endpoint, 64);
      at.peers.push({
        publicKey,
        ...(shown !== undefined && { endpoint: shown }),
        allowedIps:
          allowed === '(none)'
            ? []
            : allowed
                .split(',')
                .slice(0, 64)
                .filter((ip) => /^[0-9a-fA-F.:]{2,39}\/\d{1,3}$/.test(ip)),
        ...(handshakeAt && { handshakeAt }),
        receivedBytes: numberOf(received) ?? 0,
        sentBytes: numberOf(sent) ?? 0,
      });
      found.set(name, at);
    }
  }
  return cut([...found.values()], rows);
}
