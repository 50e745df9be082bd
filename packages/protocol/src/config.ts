/** Tunables with their bounds; a deployment may change them, the defaults are what the simulator was run with. */
export interface ProtocolConfig {
  /** §3.4 hello every ... on an idle link, on one where class 0 flowed in the last 10 s. */
  readonly helloIdleMs: number;
  readonly helloBusyMs: number;
  /** §3.4 phi accrual: a link is dead above this suspicion, never before `deadMsMin` or so many announced intervals, always after `deadMsMax`. */
  readonly phiDead: number;
  readonly deadIntervalsMin: number;
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
  /** Records that tell of a loss are so far apart: the first goes at once. */
  readonly lossApartMs: number;
  /** Gains of the same moment go into one record ... */
  readonly gainMs: number;
  /** ... after which the next waits, the longer the more there were; one is forgotten every `advertiseCoolMs`. */
  readonly advertiseBackoffMsMin: number;
  readonly advertiseBackoffMsMax: number;
  readonly advertiseCoolMs: number;
  /** A link to a part that no path reached waits so long at most, this far from the last record; in the node's first `startMs`, when every link is one, a little longer. */
  readonly bridgeMs: number;
  readonly bridgeApartMs: number;
  readonly bridgeApartMsStart: number;
  readonly startMs: number;
  /** The first links record waits so long for first neighbours. */
  readonly aloneMs: number;
  /** §5.7 a first gain waits the least, doubling to the most while gains keep coming; the back-off starts anew after `routeQuietMs`. */
  readonly gainWaitMsMin: number;
  readonly gainWaitMsMax: number;
  readonly routeQuietMs: number;
  /** Losses are computed at once so often a second, further ones after no more than the wait. */
  readonly lossRunsMax: number;
  readonly lossWaitMsMax: number;
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
  deadIntervalsMin: 2.85,
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
  lossApartMs: 500,
  gainMs: 200,
  advertiseBackoffMsMin: 1000,
  advertiseBackoffMsMax: 60_000,
  advertiseCoolMs: 30_000,
  bridgeMs: 200,
  bridgeApartMs: 1000,
  bridgeApartMsStart: 1500,
  startMs: 5000,
  aloneMs: 500,
  gainWaitMsMin: 50,
  gainWaitMsMax: 400,
  routeQuietMs: 1000,
  lossRunsMax: 10,
  lossWaitMsMax: 200,
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
