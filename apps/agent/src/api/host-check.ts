import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/**
 * Which Host and Origin headers are this node's. A page of somebody else's that resolves its own name to this node's address (DNS
 * rebinding) comes with that name as Host; one that calls across origins comes with its Origin. Both are refused.
 */
export class HostCheck {
  readonly #names: ReadonlySet<string>;
  readonly #addresses: () => ReadonlySet<string>;

  constructor(options: { readonly nodeName: string; readonly allowedHosts: readonly string[]; readonly addresses?: () => ReadonlySet<string> }) {
    const machine = hostname().toLowerCase();
    this.#names = new Set([
      'localhost',
      machine,
      `${machine.split('.')[0]}.local`,
      `${dnsLabel(options.nodeName)}.local`,
      ...options.allowedHosts.map((host) => host.toLowerCase().replace(/\.$/, '')),
    ]);
    this.#addresses = options.addresses ?? ownAddresses();
  }

  /** Why the request is refused, in words; undefined: it is for this node. `local` is the address it came in on. */
  refusal(
    headers: { readonly host?: string | undefined; readonly origin?: string | undefined },
    local: string | undefined,
    /** Another origin that may call here. */
    friend?: string,
  ): string | undefined {
    const { host, origin } = headers;
    if (host === undefined) return 'The request has no Host header.';
    const name = hostnameOf(host);
    if (name === undefined) return `"${printable(host)}" is no host name.`;
    if (!this.#isOwn(name, local)) {
      return `This node does not answer to the name "${printable(name)}". Open it by its IP address, or add the name to allowedHosts in its configuration.`;
    }
    if (origin !== undefined && origin !== friend && originHost(origin) !== host.toLowerCase()) {
      return `A page of "${printable(origin)}" may not call this node. Open the node's own dashboard.`;
    }
    return undefined;
  }

  #isOwn(name: string, local: string | undefined): boolean {
    if (isIP(name) === 0) return this.#names.has(name.replace(/\.$/, ''));
    const address = canonical(name);
    return this.#names.has(name) || isLoopback(address) || (local !== undefined && canonical(local) === address) || this.#addresses().has(address);
  }
}

/** Interfaces come and go; asking the kernel each time would be dear under load. */
function ownAddresses(): () => ReadonlySet<string> {
  let known: ReadonlySet<string> = new Set();
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - readAt > 5000) {
      readAt = performance.now();
      known = new Set(Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => canonical(address)) ?? []));
    }
    return known;
  };
}

/** Without port and brackets, lower case; undefined: malformed. */
function hostnameOf(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/?#@\s]+)$/i.exec(origin)?.[1]?.toLowerCase();
}

function canonical(address: string): string {
  const bare = (address.split('%')[0] ?? '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  // The URL parser writes an IPv6 address in its shortest form.
  return isIP(bare) === 6 ? new URL(`http://[${bare}]`).hostname.slice(1, -1) : bare;
}

const isLoopback = (address: string) => address === '::1' || address.startsWith('127.');

/** The node's name as mDNS would have it. */
export function dnsLabel(name: string): string {
  return (
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63) || 'node'
  );
}

const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
