import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { requestFolder, snapshotPath, statusPath } from '@energymesh/network';
import * as z from 'zod';
import { segmentName } from './mesh/segments.ts';
import { defaultPolice } from './relay/police.ts';

/** sysexits.h: the configuration is wrong, so starting again does not help. */
export const exitConfig = 78;

/** What is wrong with the configuration, a line per key: "key: what is wrong. What to do." */
export class ConfigInvalid extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigInvalid';
    this.problems = problems;
  }
}

const port = z.int().min(0).max(65_535);
const host = z.string().min(1).max(255);
const listen = (standard: number) => z.strictObject({ host: host.default('*'), port: port.default(standard) }).prefault({});
const perSecond = z.number().min(0.001).max(100_000);
const burst = z.int().min(1).max(1_000_000);
const topicRule = z.strictObject({
  pattern: z.string().min(1).max(256),
  direction: z.enum(['up', 'down', 'both']),
  localPrefix: z.string().max(256).default(''),
  remotePrefix: z.string().max(256).default(''),
  class: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).optional(),
  lifetimeMs: z.int().min(0).optional(),
  envelope: z.boolean().optional(),
});
const segment = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('multicast'), group: z.union([z.ipv4(), z.ipv6()]), port: port.min(1), interface: z.string().min(1).max(64).optional() }),
  z.strictObject({ type: z.literal('interface'), name: z.string().min(1).max(15), port: port.min(1).optional(), fallback: z.boolean().optional() }),
  z.strictObject({
    type: z.literal('peers'),
    interface: z.string().min(1).max(15),
    addresses: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .min(1)
      .max(64)
      .refine((all) => new Set(all.map((one) => one.includes(':'))).size <= 1, 'has IPv4 and IPv6 addresses')
      .refine((all) => new Set(all.map((one) => /^fe80:/i.test(one))).size <= 1, 'has link-local addresses and others'),
    port: port.min(1).optional(),
  }),
]);

const schema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(40)
    .default(hostname().split('.')[0] || 'node'),
  dataDir: z.string().min(1).default('/var/lib/energymesh'),
  http: listen(8080),
  devices: listen(8883),
  links: listen(0),
  /** Where nodes come in to a community that was made on this node; nothing listens there otherwise. */
  authority: listen(8443),
  segments: z
    .array(segment)
    .max(16)
    .default([{ type: 'multicast', group: '239.192.77.69', port: 7769 }])
    .refine((all) => new Set(all.map(segmentName)).size === all.length, 'has two segments on the same interface or group'),
  /** With fewer neighbours than this over other segments, those that are fallbacks are used. */
  fallbackBelow: z.int().min(0).max(64).default(3),
  radio: z
    .strictObject({
      /** Where the reader of the radios writes. It need not be there. */
      snapshot: z.string().min(1).default(snapshotPath),
      /** The drop box for changes of the network, and what became of them. */
      requests: z.string().min(1).default(requestFolder),
      status: z.string().min(1).default(statusPath),
    })
    .prefault({}),
  /** The invite itself or the path of a file with it. Needed once, until this node has a certificate. */
  invite: z.string().min(1).max(8192).optional(),
  /** Present: this node is a gateway. */
  backend: z
    .strictObject({
      url: z.url({ protocol: /^mqtts?$/, hostname: /.+/ }),
      ca: z.string().min(1).optional(),
      cert: z.string().min(1).optional(),
      key: z.string().min(1).optional(),
      username: z.string().min(1).optional(),
      password: z.string().min(1).optional(),
      envelope: z.boolean().default(false),
    })
    .refine(({ cert, key }) => (cert === undefined) === (key === undefined), { path: ['cert'], message: 'cert and key come together' })
    .optional(),
  /** Undefined: em/+/{transaction,answer,state,telemetry} up and em/+/command down. */
  topics: z.array(topicRule).min(1).max(256).optional(),
  reportEveryMs: z
    .int()
    .min(1000)
    .max(86_400_000)
    .refine((ms) => ms % 60_000 === 0 || 60_000 % ms === 0, 'not whole minutes, nor a part of a minute of which it holds a whole number')
    .default(300_000),
  mdns: z.boolean().default(true),
  position: z.strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }).optional(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  pwaDir: z.string().min(1).optional(),
  /** Undefined: map.pmtiles in the data folder. There need not be one. */
  baseMap: z.string().min(1).optional(),
  spoolBytesMax: z
    .int()
    .min(4 * 1024 * 1024)
    .max(2 ** 40)
    .default(256 * 1024 * 1024),
  /** What devices may send in class 0: a second on average, and at once after a pause. */
  class0: z
    .strictObject({
      devicePerSecond: perSecond.default(defaultPolice.device.perSecond),
      deviceBurst: burst.default(defaultPolice.device.burst),
      nodePerSecond: perSecond.default(defaultPolice.node.perSecond),
      nodeBurst: burst.default(defaultPolice.node.burst),
    })
    .prefault({}),
  allowedHosts: z.array(host).max(64).default([]),
  /** What matters where the community pays its nodes. docs/earnings.md */
  rewards: z
    .strictObject({
      /** In place of the community's. Empty: the ledger is not asked, the hub's word is all there is. */
      rpc: z
        .array(z.url({ protocol: /^https?$/ }).max(256))
        .max(8)
        .optional(),
      submit: z.enum(['auto', 'hub', 'self']).default('auto'),
      payout: z
        .string()
        .regex(/^(own|ask|[GC][A-Z2-7]{55})$/)
        .default('own'),
      claimEveryEpochs: z.int().min(1).max(720).default(24),
      claimAboveXlm: z.number().min(0.000_000_1).max(1_000_000).default(1),
    })
    .prefault({}),
});

type Deep<T> = T extends (infer U)[] ? readonly Deep<U>[] : T extends object ? { readonly [K in keyof T]: Deep<T[K]> } : T;
/** Paths are absolute. */
export type Config = Deep<z.output<typeof schema>>;

/** What to write instead, by key (list positions left out). */
const fixes: Readonly<Record<string, string>> = {
  name: 'Give the node a name of 1 to 40 characters.',
  dataDir: 'Give a folder that the agent may write.',
  'http.host': 'Give an address of this machine, or "*" for all.',
  'http.port': 'Give a port from 0 to 65535 (0: any free one).',
  'devices.host': 'Give an address of this machine, or "*" for all.',
  'devices.port': 'Give a port from 0 to 65535 (0: any free one).',
  'links.host': 'Give an address of this machine, or "*" for all.',
  'authority.host': 'Give an address of this machine, or "*" for all.',
  'authority.port': 'Give a port from 0 to 65535 (0: any free one).',
  'links.port': 'Give a port from 0 to 65535 (0: any free one).',
  segments: 'Give a list such as [{"type":"multicast","group":"239.192.77.69","port":7769}] or [{"type":"interface","name":"mesh0"}].',
  'segments.type': 'Use "interface", "multicast" or "peers".',
  'segments.fallback': 'Use true for bat0, and leave it out elsewhere.',
  'segments.addresses': 'Give 1 to 64 addresses of one kind, such as ["10.61.0.2","10.61.0.3"].',
  fallbackBelow: 'Give 0 to 64; the usual is 3.',
  radio: 'Leave it out, or give {"snapshot": "..."} with the path of the file that the reader of the radios writes.',
  'segments.group': 'Give a multicast address such as 239.192.77.69.',
  invite: 'Give the invite (EM1-...) or the path of its file.',
  backend: 'Give {"url": "mqtts://host:8883"}, or leave it out if this node is no gateway.',
  'backend.url': 'Give an address such as mqtts://broker.example:8883 or mqtt://192.168.1.5:1883.',
  'backend.cert': 'Give both backend.cert and backend.key, or neither.',
  topics: 'Give a list such as [{"pattern":"em/+/telemetry","direction":"up","remotePrefix":"site/"}], or leave it out.',
  'topics.direction': 'Use "up", "down" or "both".',
  reportEveryMs: 'Give milliseconds, whole minutes up to a day, or 1000, 2000, 5000, 10000, 20000, 30000 for trying things out; the usual is 300000.',
  mdns: 'Use true or false.',
  position: 'Give {"lat": 52.1, "lon": 11.6} in degrees.',
  logLevel: 'Use trace, debug, info, warn, error or silent.',
  pwaDir: "Give the folder of the dashboard's export.",
  baseMap: 'Give the path of a .pmtiles file, or leave it out for map.pmtiles in the data folder.',
  spoolBytesMax: 'Give bytes, at least 4194304.',
  'class0.devicePerSecond': 'Give messages per second, from 0.001 to 100000; the usual is 5.',
  'class0.deviceBurst': 'Give a whole number of messages, from 1 to 1000000; the usual is 50.',
  'class0.nodePerSecond': 'Give messages per second, from 0.001 to 100000; the usual is 200.',
  'class0.nodeBurst': 'Give a whole number of messages, from 1 to 1000000; the usual is 500.',
  allowedHosts: 'Give a list of host names, without port.',
  rewards: 'Leave it out, or give {"payout": "own"} and the like.',
  'rewards.rpc': 'Give a list of servers such as ["https://rpc.example"], [] for none, or leave it out for those of the community.',
  'rewards.submit': 'Use "auto", "hub" or "self"; the usual is "auto".',
  'rewards.payout': 'Use "own" (this node\'s wallet), "ask" (as its operator says in the dashboard), or an address G... or C....',
  'rewards.claimEveryEpochs': 'Give 1 to 720 hours; the usual is 24.',
  'rewards.claimAboveXlm': 'Give an amount in XLM, from 0.0000001 to 1000000; the usual is 1.',
};
const secret = new Set(['invite', 'backend.password']);

type Kind = 'text' | 'number' | 'yes-or-no' | 'json' | 'list';
const variables: Readonly<Record<string, readonly [key: string, kind: Kind]>> = {
  EM_NAME: ['name', 'text'],
  EM_DATA_DIR: ['dataDir', 'text'],
  EM_HTTP_HOST: ['http.host', 'text'],
  EM_HTTP_PORT: ['http.port', 'number'],
  EM_DEVICES_HOST: ['devices.host', 'text'],
  EM_DEVICES_PORT: ['devices.port', 'number'],
  EM_AUTHORITY_HOST: ['authority.host', 'text'],
  EM_AUTHORITY_PORT: ['authority.port', 'number'],
  EM_LINKS_HOST: ['links.host', 'text'],
  EM_LINKS_PORT: ['links.port', 'number'],
  EM_SEGMENTS: ['segments', 'json'],
  EM_FALLBACK_BELOW: ['fallbackBelow', 'number'],
  EM_RADIO_SNAPSHOT: ['radio.snapshot', 'text'],
  EM_RADIO_REQUESTS: ['radio.requests', 'text'],
  EM_RADIO_STATUS: ['radio.status', 'text'],
  EM_INVITE: ['invite', 'text'],
  EM_BACKEND_URL: ['backend.url', 'text'],
  EM_BACKEND_CA: ['backend.ca', 'text'],
  EM_BACKEND_CERT: ['backend.cert', 'text'],
  EM_BACKEND_KEY: ['backend.key', 'text'],
  EM_BACKEND_USERNAME: ['backend.username', 'text'],
  EM_BACKEND_PASSWORD: ['backend.password', 'text'],
  EM_BACKEND_ENVELOPE: ['backend.envelope', 'yes-or-no'],
  EM_TOPICS: ['topics', 'json'],
  EM_REPORT_EVERY_MS: ['reportEveryMs', 'number'],
  EM_MDNS: ['mdns', 'yes-or-no'],
  EM_POSITION: ['position', 'json'],
  EM_LOG_LEVEL: ['logLevel', 'text'],
  EM_PWA_DIR: ['pwaDir', 'text'],
  EM_BASE_MAP: ['baseMap', 'text'],
  EM_SPOOL_BYTES_MAX: ['spoolBytesMax', 'number'],
  EM_CLASS0_DEVICE_PER_SECOND: ['class0.devicePerSecond', 'number'],
  EM_CLASS0_DEVICE_BURST: ['class0.deviceBurst', 'number'],
  EM_CLASS0_NODE_PER_SECOND: ['class0.nodePerSecond', 'number'],
  EM_CLASS0_NODE_BURST: ['class0.nodeBurst', 'number'],
  EM_ALLOWED_HOSTS: ['allowedHosts', 'list'],
  EM_REWARDS_RPC: ['rewards.rpc', 'list'],
  EM_REWARDS_SUBMIT: ['rewards.submit', 'text'],
  EM_REWARDS_PAYOUT: ['rewards.payout', 'text'],
  EM_REWARDS_CLAIM_EVERY_EPOCHS: ['rewards.claimEveryEpochs', 'number'],
  EM_REWARDS_CLAIM_ABOVE_XLM: ['rewards.claimAboveXlm', 'number'],
};

export interface ConfigSources {
  /** Of `--config`; goes before EM_CONFIG. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}
export interface LoadedConfig {
  readonly config: Config;
  /** Variables EM_* that mean nothing: a slip, or somebody else's. */
  readonly ignored: readonly string[];
}

/** Defaults, under the file, under the environment: validated once, frozen. Throws ConfigInvalid. docs/configuration.md */
export function loadConfig({ file, environment, folder }: ConfigSources): LoadedConfig {
  const path = file ?? environment.EM_CONFIG;
  const absolute = path === undefined || path === '' ? undefined : resolve(folder, path);
  const raw = absolute === undefined ? {} : readJson(absolute);
  const from = new Map<string, string>();
  const problems: string[] = [];
  for (const [variable, [key, kind]] of Object.entries(variables)) {
    const text = environment[variable];
    if (text === undefined || text === '') continue;
    from.set(key, variable);
    try {
      put(raw, key, parseVariable(text, kind));
    } catch (error) {
      problems.push(`${key} (from ${variable}): ${(error as Error).message}. ${fixFor(key)}`);
    }
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => explain(issue, raw, from)));
  if (problems.length > 0 || !parsed.success) throw new ConfigInvalid(problems);
  const ignored = Object.keys(environment).filter((name) => name.startsWith('EM_') && name !== 'EM_CONFIG' && !(name in variables));
  return { config: freeze(absolutePaths(parsed.data, absolute === undefined ? folder : dirname(absolute))), ignored };
}

function readJson(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigInvalid([
      `--config: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? error}). Give the path of a JSON file that the agent may read.`,
    ]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigInvalid([`--config: ${path} is not JSON (${(error as Error).message}). See docs/configuration.md for its form.`]);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigInvalid([`--config: ${path} holds no JSON object. Put the keys between { and }.`]);
  }
  return value as Record<string, unknown>;
}

function parseVariable(text: string, kind: Kind): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'number':
      if (!/^-?\d+(\.\d+)?$/.test(text)) throw new Error(`expected a number, got "${text}"`);
      return Number(text);
    case 'yes-or-no':
      if (!/^(true|false|1|0)$/.test(text)) throw new Error(`expected true or false, got "${text}"`);
      return text === 'true' || text === '1';
    case 'list':
      return text.split(',').map((part) => part.trim());
    case 'json':
      try {
        return JSON.parse(text);
      } catch (error) {
        throw new Error(`expected JSON (${(error as Error).message})`);
      }
  }
}

function put(raw: Record<string, unknown>, key: string, value: unknown): void {
  const [first = '', second] = key.split('.');
  if (second === undefined) {
    raw[first] = value;
    return;
  }
  const before = raw[first];
  raw[first] = { ...(typeof before === 'object' && before !== null ? before : {}), [second]: value };
}

function explain(issue: z.core.$ZodIssue, raw: unknown, from: ReadonlyMap<string, string>): string[] {
  const key = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => `${key ? `${key}.` : ''}${name}: there is no such key. Check its spelling against docs/configuration.md, or remove it.`);
  }
  const value = issue.path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], raw);
  const shown = value === undefined ? 'it is missing' : secret.has(key) ? 'got what is not shown here' : `got ${JSON.stringify(value)?.slice(0, 120)}`;
  const variable = from.get(key) ?? from.get(key.split('.')[0] ?? '');
  return [`${key || '(file)'}${variable ? ` (from ${variable})` : ''}: ${lower(issue.message)}; ${shown}. ${fixFor(key)}`];
}

const lower = (text: string) => (text.charAt(0).toLowerCase() + text.slice(1)).replace(/, received .*$/, '');

function fixFor(key: string): string {
  const general = key
    .split('.')
    .filter((step) => !/^\d+$/.test(step))
    .join('.');
  return fixes[general] ?? fixes[general.split('.')[0] ?? ''] ?? 'See docs/configuration.md.';
}

function absolutePaths(config: z.output<typeof schema>, folder: string): z.output<typeof schema> {
  const at = <T extends string | undefined>(path: T) => (path === undefined ? path : (resolve(folder, path) as T));
  const { backend, invite, radio } = config;
  return {
    ...config,
    dataDir: at(config.dataDir),
    pwaDir: at(config.pwaDir),
    baseMap: at(config.baseMap),
    radio: { snapshot: at(radio.snapshot), requests: at(radio.requests), status: at(radio.status) },
    invite: invite === undefined || isInviteText(invite) ? invite : at(invite),
    ...(backend && { backend: { ...backend, ca: at(backend.ca), cert: at(backend.cert), key: at(backend.key) } }),
  };
}

/** Else it is the path of a file. */
export function isInviteText(invite: string): boolean {
  return /^\s*(EM1-|\{)/.test(invite);
}

function freeze<T>(value: T): Deep<T> {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value as Deep<T>;
}
