/**
 * What a node tells the backend about a window of time, as JSON on `energymesh/<community>/node/<node>/report`.
 * Instants are Unix milliseconds by the node's clock; windows are aligned to multiples of their length. A report may come twice
 * (the node died between sending and noting it): (node, from, to) names it.
 */
export interface Report {
  readonly v: 1;
  readonly node: string;
  readonly name: string;
  readonly community: string;
  readonly version: string;
  readonly incarnation: number;
  readonly from: number;
  readonly to: number;
  /** False: the node's wall clock may be wrong; `to` is off by as much as the report's own timestamp at the backend is. */
  readonly clockTrusted: boolean;
  readonly counters: readonly ReportCounter[];
  /** How much of the window the node was running. */
  readonly ranMs: number;
  /** As it is when the report is made; absent from one made late, whose window is long over. */
  readonly now?: ReportNow;
}

export interface ReportCounter {
  readonly traffic: 'device' | 'betweenNodes' | 'report';
  readonly direction: 'up' | 'down' | 'between';
  readonly class: number;
  readonly packets: number;
  readonly bytes: number;
}

export interface ReportNow {
  readonly uptimeMs: number;
  readonly gateway: boolean;
  readonly devices: number;
  readonly neighbours: readonly {
    readonly node: string;
    readonly latencyMs: number;
    readonly costMs: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
  }[];
  /** Entries in this node's custody, and frames in its send queues. */
  readonly queue: { readonly waiting: number; readonly oldestMs?: number; readonly frames: number };
  readonly spool: { readonly bytes: number; readonly bytesMax: number; readonly expired: number; readonly dropped: number };
  /** Messages above the rate of class 0 that were carried as class 1 since start, and topics that are in class 1 for it. */
  readonly class0: { readonly demoted: number; readonly demotedTopics: number };
  /** What lies beneath the links; absent where no radio is read. At most 64 links. */
  readonly radio?: {
    readonly ageMs: number;
    readonly stale: boolean;
    readonly country?: string;
    /** Radios heard, and those of them that are there by batman-adv's last message. */
    readonly peers: number;
    readonly alive: number;
    /** Of the access point. */
    readonly clients: number;
    /** Nodes that batman-adv reaches. */
    readonly reached: number;
    readonly links: readonly {
      readonly node: string;
      readonly kind: 'radio' | 'hops' | 'tunnel' | 'cable' | 'other';
      readonly signalDbm?: number;
      readonly expectedMbit?: number;
      /** 0 to 255 (BATMAN_IV). */
      readonly tq?: number;
    }[];
    /** Frames that batman-adv moved by itself since it came up: not among the packets above. */
    readonly forwarded?: { readonly frames: number; readonly bytes: number; readonly dropped: number; readonly managementBytes: number };
  };
}

export const trafficNames = ['device', 'betweenNodes', 'report'] as const;
export const directionNames = ['up', 'down', 'between'] as const;
