import type { TrafficClass } from '@energymesh/protocol';
import { covers, filterError, matches, topicNameError } from './topics.ts';

/**
 * One line of the topic map, with the semantics of Mosquitto's bridges (mosquitto.conf(5), "topic"): `localPrefix + pattern` on this node's
 * side is `remotePrefix + pattern` on the backend's. The first rule that fits decides, so a topic has one class.
 */
export interface TopicRule {
  readonly pattern: string;
  readonly direction: 'up' | 'down' | 'both';
  readonly localPrefix: string;
  readonly remotePrefix: string;
  /** Undefined: by the last level of the topic, docs/devices.md. */
  readonly class?: TrafficClass | undefined;
  /** Age at which a message of this rule expires, milliseconds; upwards 0 = never. Undefined: by class and direction, docs/devices.md. */
  readonly lifetimeMs?: number | undefined;
  /** Wrap payloads in the JSON envelope where the backend speaks 3.1.1 only. Undefined: as the backend's own setting says. */
  readonly envelope?: boolean | undefined;
}

export interface UpTopic {
  readonly topic: string;
  readonly class: TrafficClass;
  /** 0 = never. */
  readonly lifetimeMs: number;
}
export interface DownTopic extends UpTopic {
  readonly device: string;
}

/** A rule of the topic map is wrong: the message names its place and field. */
export class TopicMapError extends Error {
  constructor(where: string, what: string) {
    super(`${where}: ${what}`);
    this.name = 'TopicMapError';
  }
}

const minute = 60_000;
const day = 24 * 60 * minute;
const rulesMax = 256;
const devicePattern = /^[a-z0-9-]{1,32}$/;

/** Class by the last level of the topic: docs/devices.md, "Classes". */
const classByLevel: Readonly<Record<string, TrafficClass>> = { transaction: 0, answer: 0, command: 0, state: 1, telemetry: 1 };
export const classOf = (topic: string): TrafficClass => {
  const level = topic.slice(topic.lastIndexOf('/') + 1);
  return Object.hasOwn(classByLevel, level) ? classByLevel[level]! : 3;
};

/** Transactions are money and never expire by themselves; everything else does after a week. */
const upLifetimeMs = (topic: string): number => (topic.endsWith('/transaction') ? 0 : 7 * day);
/** An unlock an hour late is a break-in: class 0 lives a minute on its way down. */
const downLifetimeMs = (cls: TrafficClass): number => (cls === 0 ? minute : 60 * minute);

export function defaultTopicRules(community: string): TopicRule[] {
  const remotePrefix = `energymesh/${community}/`;
  const up = ['transaction', 'answer', 'state', 'telemetry'].map((level) => ({
    pattern: `em/+/${level}`,
    direction: 'up' as const,
    localPrefix: '',
    remotePrefix,
  }));
  return [...up, { pattern: 'em/+/command', direction: 'down', localPrefix: '', remotePrefix }];
}

interface Compiled {
  readonly rule: TopicRule;
  readonly local: string;
  readonly remote: string;
}

export class TopicMap {
  readonly #up: readonly Compiled[];
  readonly #down: readonly Compiled[];

  /** Throws TopicMapError; `where` is the key of the rules in the configuration. */
  constructor(rules: readonly TopicRule[], where = 'topics') {
    if (rules.length > rulesMax) throw new TopicMapError(where, `at most ${rulesMax} rules, got ${rules.length}`);
    const compiled = rules.map((rule, i) => compile(rule, `${where}[${i}]`));
    this.#up = compiled.filter(({ rule }) => rule.direction !== 'down');
    this.#down = compiled.filter(({ rule }) => rule.direction !== 'up');
  }

  /** Where a device's message goes; undefined: no rule takes it. */
  up(local: string): UpTopic | undefined {
    if (topicNameError(local)) return undefined;
    const found = this.#up.find((rule) => matches(rule.local, local));
    if (!found) return undefined;
    const { rule } = found;
    return {
      topic: rule.remotePrefix + local.slice(rule.localPrefix.length),
      class: rule.class ?? classOf(local),
      lifetimeMs: rule.lifetimeMs ?? upLifetimeMs(local),
    };
  }

  /** Which device a message of the backend is for, and on which of its topics; undefined: no rule takes it. */
  down(remote: string): DownTopic | undefined {
    if (topicNameError(remote)) return undefined;
    const found = this.#down.find((rule) => matches(rule.remote, remote));
    if (!found) return undefined;
    const { rule } = found;
    const topic = rule.localPrefix + remote.slice(rule.remotePrefix.length);
    const device = topic.split('/')[1] ?? '';
    if (!devicePattern.test(device)) return undefined;
    const cls = rule.class ?? classOf(topic);
    return { topic, device, class: cls, lifetimeMs: rule.lifetimeMs ?? downLifetimeMs(cls) };
  }

  /** The backend's filters for what comes down to one device. */
  filters(device: string): string[] {
    return this.#down.map(({ rule, local }) => rule.remotePrefix + local.replace('em/+/', `em/${device}/`).slice(rule.localPrefix.length));
  }

  /** Whether a filter that another node asks for lies within what this map lets down. */
  mayAsk(filter: string): boolean {
    return filterError(filter) === undefined && this.#down.some(({ remote }) => covers(remote, filter));
  }

  /** Whether messages to this backend topic are wrapped where user properties do not exist. */
  envelope(remote: string, otherwise: boolean): boolean {
    return this.#up.find((rule) => matches(rule.remote, remote))?.rule.envelope ?? otherwise;
  }
}

function compile(rule: TopicRule, where: string): Compiled {
  for (const field of ['localPrefix', 'remotePrefix'] as const) {
    if (/[+#]/.test(rule[field])) throw new TopicMapError(`${where}.${field}`, 'a prefix has no wildcards');
  }
  const bad = filterError(rule.pattern);
  if (bad) throw new TopicMapError(`${where}.pattern`, bad);
  const local = rule.localPrefix + rule.pattern;
  const remote = rule.remotePrefix + rule.pattern;
  for (const [field, filter] of [['localPrefix', local] as const, ['remotePrefix', remote] as const]) {
    const wrong = filterError(filter);
    if (wrong) throw new TopicMapError(`${where}.${field}`, `"${filter}" ${wrong}`);
  }
  if (rule.class !== undefined && ![0, 1, 2, 3].includes(rule.class)) throw new TopicMapError(`${where}.class`, 'is 0, 1, 2 or 3');
  if (rule.lifetimeMs !== undefined && !(Number.isSafeInteger(rule.lifetimeMs) && rule.lifetimeMs >= 0 && rule.lifetimeMs <= 365 * day))
    throw new TopicMapError(`${where}.lifetimeMs`, 'is a whole number of milliseconds, at most 365 days');
  if (rule.direction !== 'up') {
    // The device that a message is for stands in its topic.
    if (!local.startsWith('em/+/') || !covers('em/+/#', local) || rule.localPrefix.length > 'em/'.length)
      throw new TopicMapError(`${where}.pattern`, `localPrefix + pattern of a rule that comes down begins with "em/+/", got "${local}"`);
    if (rule.lifetimeMs === 0) throw new TopicMapError(`${where}.lifetimeMs`, 'what comes down always expires: more than 0');
  }
  return { rule, local, remote };
}
