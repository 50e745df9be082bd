import { encodeApplication, filtersMax, type NodeId, traffic } from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { Clock, Mesh } from '../ports.ts';
import type { Courier } from './courier.ts';

export interface AttachmentLimits {
  readonly leaseSeconds: number;
  readonly renewMs: number;
  /** A change of gateway or devices settles for this long before it is said. */
  readonly settleMs: number;
  readonly retryMs: number;
  readonly lifetimeMs: number;
}
export const attachmentLimits: AttachmentLimits = { leaseSeconds: 180, renewMs: 60_000, settleMs: 150, retryMs: 5000, lifetimeMs: 60_000 };

export interface AttachmentOptions {
  readonly mesh: Pick<Mesh, 'self' | 'incarnation' | 'topology'>;
  readonly courier: Pick<Courier, 'send'>;
  /** What this node's devices want to hear, as the backend's filters. */
  readonly filters: () => readonly string[];
  /** This node is a gateway and has its backend: then it holds its own session, which publishes too, and nobody else may. */
  readonly ownBackend: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<AttachmentLimits>;
}

interface Attached {
  readonly gateway: NodeId;
  /** A gateway that was restarted has forgotten its leases. */
  readonly incarnation: number | undefined;
  readonly filters: string;
}

/** The node's side of its lease: asks its best gateway to hold its session at the backend, again every minute and after every change. mesh.md "Custody, down" */
export class Attachment {
  readonly #options: AttachmentOptions;
  readonly #limits: AttachmentLimits;
  #attached: Attached | undefined;
  #count = 0;
  #cancelSettle: (() => void) | undefined;
  #cancelRenew: () => void = () => {};
  #closed = false;

  constructor(options: AttachmentOptions) {
    this.#options = options;
    this.#limits = { ...attachmentLimits, ...options.limits };
  }

  get gateway(): NodeId | undefined {
    return this.#attached?.gateway;
  }

  /** Routes, gateways, devices or the own backend may have changed. */
  changed(): void {
    if (this.#closed) return;
    this.#cancelSettle ??= this.#options.clock.after(this.#limits.settleMs, () => {
      this.#cancelSettle = undefined;
      this.#evaluate(false);
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelSettle?.();
    this.#cancelRenew();
  }

  #evaluate(renew: boolean): void {
    if (this.#closed) return;
    const { mesh, ownBackend } = this.#options;
    const { gateway: best, nodes } = mesh.topology();
    const gateway = ownBackend() ? mesh.self : best;
    const filters = this.#options.filters().slice(0, filtersMax);
    const before = this.#attached;
    // Away from every gateway: the lease stays as it is until there is one again.
    if (gateway === undefined) return;
    if (before && before.gateway !== gateway) this.#send(before.gateway, encodeApplication({ kind: 'detach', counter: this.#next() }), false);
    if (filters.length === 0) {
      if (before?.gateway === gateway) {
        // Without subscriptions first: the broker would keep what comes for devices that are elsewhere, and bring it all when the next one is here.
        const { leaseSeconds } = this.#limits;
        this.#send(gateway, encodeApplication({ kind: 'attach', counter: this.#next(), leaseSeconds, filters: [] }), false);
        this.#send(gateway, encodeApplication({ kind: 'detach', counter: this.#next() }), false);
      }
      this.#attached = undefined;
      this.#cancelRenew();
      return;
    }
    const wanted: Attached = { gateway, incarnation: nodes.find(({ node }) => node === gateway)?.incarnation, filters: filters.join('\n') };
    if (!renew && before?.gateway === gateway && before.incarnation === wanted.incarnation && before.filters === wanted.filters) return;
    this.#attached = wanted;
    this.#send(gateway, encodeApplication({ kind: 'attach', counter: this.#next(), leaseSeconds: this.#limits.leaseSeconds, filters }), true);
    this.#renewIn(this.#limits.renewMs);
  }

  #renewIn(ms: number): void {
    this.#cancelRenew();
    this.#cancelRenew = this.#options.clock.after(ms, () => this.#evaluate(true));
  }

  #send(to: NodeId, body: Uint8Array, again: boolean): void {
    const letter = { to, class: 0 as const, traffic: traffic.betweenNodes, lifetimeMs: this.#limits.lifetimeMs, body };
    void this.#options.courier.send(letter).then((fate) => {
      if (fate === 'released' || !again || this.#closed || this.#attached?.gateway !== to) return;
      this.#options.logger.debug({ gateway: to, fate }, 'the gateway did not take our lease');
      this.#renewIn(this.#limits.retryMs);
    });
  }

  /** Grows over restarts: the incarnation in front. u48 on the wire. */
  #next(): number {
    return this.#options.mesh.incarnation * 2 ** 20 + ++this.#count;
  }
}
