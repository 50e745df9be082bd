import type { Clock, CounterSum, DeviceDirectory, DeviceDoor, LinkPlaces, Mesh, RadioLayer, RunSpan } from '../../ports.ts';

/** What the views read. Every part is read anew at each call. */
export interface Sources {
  readonly clock: Clock;
  readonly who: Who;
  readonly mesh: Pick<Mesh, 'self' | 'neighbours' | 'topology' | 'subscribe'>;
  readonly places: Pick<LinkPlaces, 'place'>;
  readonly radio: RadioLayer;
  readonly directory: DeviceDirectory;
  readonly door: Pick<DeviceDoor, 'connected' | 'onChange'>;
  readonly custody: CustodyView;
  readonly counters: CountersView;
  readonly latency: {
    read(): Percentiles | undefined;
    /** Of whole days that begin in [from, to). */
    over(from: number, to: number): Percentiles | undefined;
  };
  readonly waiting: { worst(from: number, to: number, slotMs: number): ({ readonly oldestMs: number; readonly waiting: number } | null)[] };
  readonly activity: { read(device: string): { lastSeen: number | undefined; packetsToday: number } };
  readonly machine: MachineView;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly samples: number;
}

export interface Who {
  readonly name: string;
  readonly fingerprint: string;
  /** As shown to people. */
  readonly community: string;
  readonly version: string;
  /** Configured as one, whether or not its backend is there. */
  readonly gateway: boolean;
  readonly position: { readonly lat: number; readonly lon: number } | undefined;
  /** Unix milliseconds. */
  readonly startedAt: number;
}

/** What this node has in custody, and its way to the backend (relay/). */
export interface CustodyView {
  backlog(): Backlog;
  /** Undefined: this node is no gateway. */
  backend(): { readonly state: 'connected' | 'connecting' | 'unreachable'; readonly since: number; readonly url: string } | undefined;
}
export interface Backlog {
  readonly waiting: number;
  readonly bytes: number;
  readonly oldestMs: number | undefined;
  /** Since the start. */
  readonly expired: number;
  readonly dropped: number;
  /** Publishers have to wait: the quota or the disk is full. */
  readonly full: boolean;
  readonly diskFull: boolean;
}

export interface CountersView {
  sums(from: number, to: number, slotMs: number): readonly CounterSum[];
  runs(from: number, to: number): readonly RunSpan[];
  onChange(handler: () => void): () => void;
}

export interface MachineView {
  readonly enrolled: boolean;
  clockTrusted(): boolean;
  certificateStale(): boolean;
  diskUsedShare(): number | undefined;
  temperatureC(): number | undefined;
}
