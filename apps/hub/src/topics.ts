import { deviceIdPattern } from '@energymesh/identity';

/** What devices publish towards the backend. docs/devices.md */
const deviceKinds = ['telemetry', 'transaction', 'answer', 'state'] as const;
export type DeviceKind = (typeof deviceKinds)[number];
/** `reply`: a node's answer to a phone, which waits at the hub. */
const nodeKinds = ['report', 'expired', 'rewards', 'reply'] as const;
type NodeKind = (typeof nodeKinds)[number];

export type Topic =
  | { readonly at: 'device'; readonly device: string; readonly kind: DeviceKind }
  | { readonly at: 'node'; readonly node: string; readonly kind: NodeKind }
  | { readonly at: 'command'; readonly device: string }
  /** What the hub tells a node about its rewards. */
  | { readonly at: 'told'; readonly node: string }
  /** A paired phone's call to a node. */
  | { readonly at: 'call'; readonly node: string }
  | { readonly at: 'document' }
  /** Under the community's prefix, but nothing that the hub keeps. */
  | { readonly at: 'other' }
  | { readonly at: 'outside' };

const NODE = /^[0-9a-f]{16}$/;
const isOneOf = <T extends string>(all: readonly T[], text: string): text is T => (all as readonly string[]).includes(text);

/** The topics of one community at the backend: `energymesh/<community>/...`. */
export class Topics {
  readonly prefix: string;
  readonly document: string;
  /** What the hub ingests, as subscription filters. */
  readonly upward: readonly string[];

  constructor(community: string) {
    this.prefix = `energymesh/${community}/`;
    this.document = `${this.prefix}document`;
    this.upward = [...deviceKinds.map((kind) => `${this.prefix}em/+/${kind}`), ...nodeKinds.map((kind) => `${this.prefix}node/+/${kind}`)];
  }

  command(device: string): string {
    return `${this.prefix}em/${device}/command`;
  }
  told(node: string): string {
    return `${this.prefix}node/${node}/told`;
  }

  call(node: string): string {
    return `${this.prefix}node/${node}/call`;
  }

  parse(topic: string): Topic {
    if (!topic.startsWith(this.prefix)) return { at: 'outside' };
    const levels = topic.slice(this.prefix.length).split('/');
    if (levels.length === 1 && levels[0] === 'document') return { at: 'document' };
    const [root, name, kind] = levels;
    if (levels.length !== 3 || name === undefined || kind === undefined) return { at: 'other' };
    if (root === 'em' && deviceIdPattern.test(name)) {
      if (kind === 'command') return { at: 'command', device: name };
      if (isOneOf(deviceKinds, kind)) return { at: 'device', device: name, kind };
    }
    if (root === 'node' && NODE.test(name) && (kind === 'told' || kind === 'call')) return { at: kind, node: name };
    if (root === 'node' && NODE.test(name) && isOneOf(nodeKinds, kind)) return { at: 'node', node: name, kind };
    return { at: 'other' };
  }

  /** Whether a subscription filter lies under the prefix and can match nothing that goes up, nor what another node than `node` is told or asked. */
  isDownwardFilter(filter: string, node: string): boolean {
    if (filter === this.told(node) || filter === this.call(node)) return true;
    const levels = filter.split('/');
    return filter.startsWith(this.prefix) && ![...this.upward, this.told('+'), this.call('+')].some((other) => overlap(levels, other.split('/')));
  }
}

/** Whether some topic matches both filters. */
export function overlap(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; ; i++) {
    const [left, right] = [a[i], b[i]];
    if (left === '#' || right === '#') return true;
    if (left === undefined || right === undefined) return left === right;
    if (left !== '+' && right !== '+' && left !== right) return false;
  }
}
