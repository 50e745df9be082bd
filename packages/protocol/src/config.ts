/** Tunables with their bounds; a deployment may change them, the defaults are what the simulator was run with. */
export interface ProtocolConfig {
  /** §3.4 hello every ... on an idle link, on one where class 0 flowed in the last 10 s. */
  readonly helloIdleMs: number;
  readonly helloBusyMs: number;
  /** §3.4 phi accrual: a link is dead above this suspicion, never before `deadMsMin`, always after `deadMsMax`. */
  readonly phiDead: number;
  readonly deadMsMin: number;
  readonly deadMsMax: number;
  /** §5.2 the cost is advertised anew when it changed by this share. */
  readonly costChangeShare: number;
  readonly neighboursWanted: number;
  readonly neighboursMax: number;
  /** §5.5 */
  readonly refreshMs: number;
  readonly expiryMs: number;
  readonly floodCoalesceMs: number;
  /** Waits this many times longer within a second of a flush of so many records. */
  readonly floodBulkRecords: number;
  readonly floodBulkFactor: number;
  /** Hurried flushes a second; further ones wait as others do. */
  readonly floodHurriesMax: number;
  readonly advertiseBackoffMsMin: number;
  readonly advertiseBackoffMsMax: number;
  readonly recordsMax: number;
  readonly recordBytesMax: number;
  /** §6.1 */
  readonly hopLimit: number;
  readonly frameBytesMax: number;
  readonly entryBytesMax: number;
  readonly bundleBytes: number;
  readonly bundleEntriesMax: number;
  readonly bundleLingerMs: number;
  /** §7 */
  readonly queueBytesMax: number;
  readonly queueSojournMs: number;
  readonly creditBytesMin: number;
  readonly creditBytesMax: number;
  readonly creditWaitMsMax: number;
  readonly routeWaitMs: number;
  /** §8 */
  readonly sendBufferEntriesMax: number;
  readonly sendBufferBytesMax: number;
  readonly flightBytesMin: number;
  readonly flightBytesMax: number;
  readonly retransmitMsMin: number;
  readonly retransmitMsMax: number;
  readonly reorderMs: number;
  readonly receiveEntriesMax: number;
  readonly floorSpanMax: number;
  readonly heartbeatMs: number;
}

export const defaultConfig: ProtocolConfig = Object.freeze({
  helloIdleMs: 1000,
  helloBusyMs: 250,
  phiDead: 8,
  deadMsMin: 800,
  deadMsMax: 4000,
  costChangeShare: 0.25,
  neighboursWanted: 5,
  neighboursMax: 8,
  refreshMs: 30 * 60_000,
  expiryMs: 60 * 60_000,
  floodCoalesceMs: 50,
  floodBulkRecords: 16,
  floodBulkFactor: 3,
  floodHurriesMax: 10,
  advertiseBackoffMsMin: 1000,
  advertiseBackoffMsMax: 60_000,
  recordsMax: 20_000,
  recordBytesMax: 128 * 1024,
  hopLimit: 32,
  frameBytesMax: 256 * 1024,
  entryBytesMax: 128 * 1024,
  bundleBytes: 16 * 1024,
  bundleEntriesMax: 512,
  bundleLingerMs: 3,
  queueBytesMax: 2 * 1024 * 1024,
  queueSojournMs: 50,
  creditBytesMin: 64 * 1024,
  creditBytesMax: 1024 * 1024,
  creditWaitMsMax: 2000,
  routeWaitMs: 100,
  sendBufferEntriesMax: 8192,
  sendBufferBytesMax: 8 * 1024 * 1024,
  flightBytesMin: 32 * 1024,
  flightBytesMax: 4 * 1024 * 1024,
  retransmitMsMin: 1000,
  retransmitMsMax: 60_000,
  reorderMs: 2000,
  receiveEntriesMax: 16_384,
  floorSpanMax: 1 << 20,
  heartbeatMs: 60_000,
});
