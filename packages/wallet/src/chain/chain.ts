import type { Network } from './network.ts';
import { type HttpOptions, JsonHttp, Rpc } from './rpc.ts';

/** A network and the ways to ask it. What everything here takes as its first argument. */
export interface Chain {
  readonly network: Network;
  readonly rpc: Rpc;
  readonly http: JsonHttp;
}

export function chainOf(network: Network, options?: HttpOptions): Chain {
  const http = new JsonHttp(options);
  return { network, http, rpc: new Rpc(network, http) };
}
