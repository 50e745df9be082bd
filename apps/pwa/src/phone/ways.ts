/** How a call can get to a node, and why it does not. */
export type Way = { readonly at: 'direct'; readonly address: string } | { readonly at: 'hub' };
export type DirectFault =
  /** This browser lets no page into the local network; only Chrome and its kin do. */
  | 'not-in-this-browser'
  | 'permission-denied'
  /** The browser has not asked yet. */
  | 'permission-open'
  | 'no-address'
  | 'no-answer';
export type HubFault =
  | { readonly why: 'unreachable' | 'slow-down' | 'busy' | 'no-such-node' | 'broken' }
  /** `heardAt`: when the hub last heard anything from it; null: never. */
  | { readonly why: 'no-answer'; readonly heardAt: number | null };

/** No way led to an answer. */
export class NoWay extends Error {
  readonly direct: DirectFault;
  readonly hub: HubFault | undefined;
  constructor(direct: DirectFault, hub: HubFault | undefined) {
    super('No way to the node.');
    this.name = 'NoWay';
    this.direct = direct;
    this.hub = hub;
  }
}

export type Permission = 'granted' | 'denied' | 'prompt' | 'unsupported';

export interface WaysPorts {
  readonly fetch: typeof globalThis.fetch;
  /** Of Local Network Access. */
  readonly permission: () => Promise<Permission>;
  readonly now: () => number;
}

/** A node on the same network answers at once. */
const directMsMax = 2500;
/** Somebody reads what the browser asks. */
const promptMsMax = 60_000;
const hubMsMax = 25_000;
/** What waits for news may take so much longer than its wait. */
const waitSlackMs = 8000;
/** After it failed, the local network is tried again so much later, or when this phone's network changes. */
const directAgainMs = 30_000;

/**
 * The ladder to one node: its own address where the browser lets us into the local network, else the hub. What may be done twice goes on to the hub when the local
 * network is silent; what must not goes one way only.
 */
export class Ways {
  readonly #ports: WaysPorts;
  readonly #node: string;
  readonly #addresses: () => readonly string[];
  #direct: string | undefined;
  #fault: DirectFault = 'no-answer';
  #triedAt = Number.NEGATIVE_INFINITY;

  constructor(ports: WaysPorts, node: string, addresses: () => readonly string[]) {
    this.#ports = ports;
    this.#node = node;
    this.#addresses = addresses;
  }

  /** Another network may have another answer. */
  forget(): void {
    this.#direct = undefined;
    this.#triedAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * `twice`: it may be done twice. `ask`: the browser may ask whether this page may into the local network. `waitMs`: the node may take so long to answer, so
   * this is no try whether it is on the local network. Throws NoWay, or `signal`'s reason.
   */
  async send(
    bytes: Uint8Array<ArrayBuffer>,
    { twice, ask = false, waitMs, signal }: { readonly twice: boolean; readonly ask?: boolean; readonly waitMs?: number; readonly signal?: AbortSignal },
  ): Promise<{ answer: Uint8Array; way: Way }> {
    const { now } = this.#ports;
    if (this.#direct !== undefined || ask || (twice && waitMs === undefined && now() - this.#triedAt >= directAgainMs)) {
      const permission = await this.#ports.permission();
      if (permission === 'unsupported') this.#fault = 'not-in-this-browser';
      else if (permission === 'denied') this.#fault = 'permission-denied';
      else if (permission === 'prompt' && !ask) this.#fault = 'permission-open';
      else {
        const usualMs = permission === 'prompt' ? promptMsMax : directMsMax;
        const went = await this.#goDirect(bytes, waitMs === undefined ? usualMs : waitMs + waitSlackMs, signal);
        if (went) return went;
        signal?.throwIfAborted();
        if ((await this.#ports.permission()) === 'denied') this.#fault = 'permission-denied';
        if (!twice && this.#direct !== undefined) {
          this.#direct = undefined;
          throw new NoWay(this.#fault, undefined);
        }
      }
      this.#direct = undefined;
      this.#triedAt = now();
    }
    const hub = await this.#goByHub(bytes, signal);
    signal?.throwIfAborted();
    if ('why' in hub) throw new NoWay(this.#fault, hub);
    return hub;
  }

  /** The local network's answer of the last try. */
  get directFault(): DirectFault {
    return this.#fault;
  }

  async #goDirect(bytes: Uint8Array<ArrayBuffer>, msMax: number, signal: AbortSignal | undefined): Promise<{ answer: Uint8Array; way: Way } | undefined> {
    const known = this.#direct === undefined ? this.#addresses() : [this.#direct];
    this.#fault = known.length === 0 ? 'no-address' : 'no-answer';
    const stop = new AbortController();
    try {
      const first = await Promise.any(
        known.map(async (address) => {
          const init: RequestInit & { targetAddressSpace: string } = {
            method: 'POST',
            body: bytes,
            headers: { 'content-type': 'application/octet-stream' },
            credentials: 'omit',
            cache: 'no-store',
            redirect: 'error',
            targetAddressSpace: 'local',
            signal: AbortSignal.any([stop.signal, AbortSignal.timeout(msMax), ...(signal ? [signal] : [])]),
          };
          const response = await this.#ports.fetch(`http://${address}/phone`, init);
          if (!response.ok) throw new Error(`answered ${response.status}`);
          return { answer: new Uint8Array(await response.arrayBuffer()), way: { at: 'direct', address } as const };
        }),
      );
      this.#direct = first.way.address;
      return first;
    } catch {
      return undefined;
    } finally {
      stop.abort();
    }
  }

  async #goByHub(bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal | undefined): Promise<{ answer: Uint8Array; way: Way } | HubFault> {
    let response: Response;
    try {
      response = await this.#ports.fetch(`/call/${this.#node}`, {
        method: 'POST',
        body: bytes,
        headers: { 'content-type': 'application/octet-stream' },
        cache: 'no-store',
        signal: AbortSignal.any([AbortSignal.timeout(hubMsMax), ...(signal ? [signal] : [])]),
      });
      if (response.ok) return { answer: new Uint8Array(await response.arrayBuffer()), way: { at: 'hub' } };
      const { error } = (await response.json()) as { error: { code: string; heardAt?: number | null } };
      if (error.code === 'no-answer') return { why: 'no-answer', heardAt: error.heardAt ?? null };
      if (error.code === 'slow-down' || error.code === 'busy' || error.code === 'no-such-node') return { why: error.code };
      return { why: 'broken' };
    } catch {
      return { why: 'unreachable' };
    }
  }
}

/** What the browser says about pages in the local network. */
export async function localNetworkPermission(): Promise<Permission> {
  try {
    const { state } = await navigator.permissions.query({ name: 'local-network-access' as PermissionName });
    return state;
  } catch {
    return 'unsupported';
  }
}
