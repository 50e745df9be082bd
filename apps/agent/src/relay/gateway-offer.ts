import type { Clock, Mesh } from '../ports.ts';

const windowMs = 30_000;
/** A backend that is away this long is offered no more: shorter gaps would flood the mesh with routes. */
const awayMs = 3000;
const reviewMs = 5000;
/** Advertised anew on a change of this share, as link costs are. */
const changeShare = 0.25;
const loadStep = 32;

/** Tells the mesh how good this gateway's way to the backend is: the minimum PUBACK round trip of the last minute, and how full the uplink is. */
export class GatewayOffer {
  readonly #mesh: Pick<Mesh, 'offerGateway'>;
  readonly #clock: Clock;
  readonly #load: () => number;
  readonly #allowed: () => boolean;
  #older = Number.POSITIVE_INFINITY;
  #newer = Number.POSITIVE_INFINITY;
  #turnedAt = 0;
  #connackMs = 0;
  #offered: { backendMs: number; load: number } | undefined;
  #cancel: () => void = () => {};
  #up = false;

  /** `allowed`: whether this node may be a gateway now. */
  constructor(options: { mesh: Pick<Mesh, 'offerGateway'>; clock: Clock; load: () => number; allowed: () => boolean }) {
    this.#mesh = options.mesh;
    this.#clock = options.clock;
    this.#load = options.load;
    this.#allowed = options.allowed;
  }

  get offered(): { readonly backendMs: number; readonly load: number } | undefined {
    return this.#offered;
  }

  sample(ms: number): void {
    const now = this.#clock.monotonic();
    if (now - this.#turnedAt >= windowMs) {
      this.#older = now - this.#turnedAt >= 2 * windowMs ? Number.POSITIVE_INFINITY : this.#newer;
      this.#newer = Number.POSITIVE_INFINITY;
      this.#turnedAt = now;
    }
    this.#newer = Math.min(this.#newer, ms);
  }

  up(connackMs: number): void {
    this.#cancel();
    this.#up = true;
    this.#connackMs = connackMs;
    this.#review();
  }

  down(): void {
    if (!this.#up) return;
    this.#up = false;
    this.#cancel();
    this.#cancel = this.#clock.after(awayMs, () => this.close());
  }

  close(): void {
    this.#cancel();
    this.#up = false;
    this.#withdraw();
  }

  #withdraw(): void {
    if (this.#offered) this.#mesh.offerGateway(undefined);
    this.#offered = undefined;
  }

  #review(): void {
    this.#cancel = this.#clock.after(reviewMs, () => this.#review());
    if (!this.#allowed()) return this.#withdraw();
    const measured = Math.min(this.#older, this.#newer);
    const backendMs = Math.round((Number.isFinite(measured) ? measured : this.#connackMs) * 100) / 100;
    const load = Math.min(255, Math.round(this.#load() / loadStep) * loadStep);
    const before = this.#offered;
    const changed = !before || before.load !== load || Math.abs(backendMs - before.backendMs) > Math.max(1, before.backendMs * changeShare);
    if (!changed) return;
    this.#offered = { backendMs, load };
    this.#mesh.offerGateway(this.#offered);
  }
}
