/** A node of whatever community that DNS-SD shows on the local network. Nothing of it is verified. */
export interface NearbyNode {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly host: string;
  readonly addresses: readonly string[];
  readonly port: number;
  /** Of which it is a member, and the https address of its hub. */
  readonly community?: string;
  readonly hub?: string;
  /** Milliseconds since 1970. */
  readonly lastSeen: number;
}

/** An answer as it came from the network. */
export interface FoundService {
  readonly txt?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly addresses?: unknown;
}

/** Further nodes are not listed until others have expired. */
export const nearbyMax = 256;
const addressesMax = 8;
export const nearbyExpiresMs = 200_000;

/** Who is nearby, by node id. Entries come with every answer and go with a goodbye or when no answer has come for three rounds. */
export class NearbyList {
  readonly #nodes = new Map<string, NearbyNode>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  all(): readonly NearbyNode[] {
    return [...this.#nodes.values()].sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  }

  seen(service: FoundService, now: number): void {
    const node = read(service, now);
    if (!node) return;
    const known = this.#nodes.get(node.id);
    if (!known && this.#nodes.size >= nearbyMax) return;
    this.#nodes.set(node.id, node);
    if (!known || describe(known) !== describe(node)) this.#onChange();
  }

  gone(service: FoundService): void {
    const id = textOf((service.txt as Record<string, unknown> | undefined)?.id, 16);
    if (id !== undefined && this.#nodes.delete(id)) this.#onChange();
  }

  expire(now: number): void {
    let expired = false;
    for (const [id, node] of this.#nodes) if (now - node.lastSeen > nearbyExpiresMs) expired = this.#nodes.delete(id);
    if (expired) this.#onChange();
  }
}

const describe = ({ lastSeen: _lastSeen, ...node }: NearbyNode): string => JSON.stringify(node);

/** Undefined for what is no node of ours, or is too long. */
function read({ txt, host, port, addresses }: FoundService, lastSeen: number): NearbyNode | undefined {
  if (typeof txt !== 'object' || txt === null) return undefined;
  const told = txt as Record<string, unknown>;
  const id = textOf(told.id, 16);
  const name = textOf(told.name, 64);
  const hostName = textOf(host, 255);
  if (id === undefined || !/^[0-9a-f]{16}$/.test(id) || name === undefined || hostName === undefined) return undefined;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  const at = Array.isArray(addresses) ? addresses.filter((address) => typeof address === 'string' && address.length <= 45).slice(0, addressesMax) : [];
  const [community, hub] = [textOf(told.community, 64), textOf(told.hub, 200)];
  return {
    ...{ id, name, state: textOf(told.state, 32) ?? 'unknown', host: hostName, addresses: [...new Set(at)].sort(), port, lastSeen },
    ...(community !== undefined && hub !== undefined && isHubAddress(hub) && { community, hub }),
  };
}

const isHubAddress = (text: string): boolean => text.startsWith('https://') && URL.canParse(text);

function textOf(value: unknown, lengthMax: number): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= lengthMax ? value : undefined;
}
