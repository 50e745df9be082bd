import type { IncomingMessage } from 'node:http';

/** How a request came in. */
export interface Door {
  /** By HTTPS, with the hub's own certificate. */
  readonly secure: boolean;
  readonly address: string;
  /** From this very machine, and not through a proxy on it. */
  readonly local: boolean;
}

export type Env = { Bindings: { incoming: IncomingMessage } };

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

export function doorOf(incoming: IncomingMessage): Door {
  const address = incoming.socket.remoteAddress ?? 'unknown';
  const proxied = incoming.headers['x-forwarded-for'] !== undefined || incoming.headers.forwarded !== undefined;
  return { secure: 'encrypted' in incoming.socket, address, local: loopback.test(address) && !proxied };
}

/** The host of a Host header, without its port; undefined when it is none. */
export function hostOf(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::\d{1,5})?$/.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
