/** Bounds of the device door; what happens at each is written beside it. docs/devices.md */
export interface DoorLimits {
  /** Further connections are closed before their handshake. */
  readonly connectionsMax: number;
  /** A packet that grows beyond it ends its connection. */
  readonly packetBytesMax: number;
  /** A connection without CONNECT by then is closed. */
  readonly connectMsMax: number;
  /** Keep-alive asked for by a device is cut to this, and 0 ("none") is taken as this. */
  readonly keepAliveSecondsMax: number;
  /** Publishes of one connection that wait for custody; beyond it the socket is not read on. */
  readonly acceptingMax: number;
  /** A publish that waits for custody this long (the spool is full) ends its connection, so that the device keeps it. */
  readonly custodyMsMax: number;
  readonly subscriptionsMax: number;
  /** Unacknowledged deliveries to one device; further ones wait in the relay's spool. */
  readonly deliveringMax: number;
  /** Sessions of one device (client ids `<device>` and `<device>:<suffix>`); a further one is refused. */
  readonly sessionsPerDeviceMax: number;
  /** Failed logins per source address within a minute; further connections of it are closed at once. */
  readonly failedLoginsPerMinuteMax: number;
}

export const defaultLimits: DoorLimits = Object.freeze({
  connectionsMax: 512,
  packetBytesMax: 128 * 1024,
  connectMsMax: 10_000,
  keepAliveSecondsMax: 300,
  acceptingMax: 256,
  custodyMsMax: 60_000,
  subscriptionsMax: 16,
  deliveringMax: 16,
  sessionsPerDeviceMax: 4,
  failedLoginsPerMinuteMax: 20,
});

/** Failed logins per address and minute; at most `addressesMax` addresses are remembered, the oldest is forgotten first. */
export class FailedLogins {
  readonly #max: number;
  readonly #byAddress = new Map<string, { minute: number; count: number }>();
  static readonly addressesMax = 1024;

  constructor(max: number) {
    this.#max = max;
  }

  blocked(address: string, nowMs: number): boolean {
    const entry = this.#byAddress.get(address);
    return entry !== undefined && entry.minute === Math.floor(nowMs / 60_000) && entry.count >= this.#max;
  }

  add(address: string, nowMs: number): void {
    const minute = Math.floor(nowMs / 60_000);
    const entry = this.#byAddress.get(address);
    this.#byAddress.delete(address);
    this.#byAddress.set(address, entry?.minute === minute ? { minute, count: entry.count + 1 } : { minute, count: 1 });
    if (this.#byAddress.size > FailedLogins.addressesMax) this.#byAddress.delete(this.#byAddress.keys().next().value!);
  }
}
