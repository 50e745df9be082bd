import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { appSchema } from './app/config.ts';
import { ConfigError } from './config-error.ts';
import { rewardsSchema } from './rewards/config.ts';

export { ConfigError };

const port = z.int().min(0).max(65535);
const hostName = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'expected a host name or address');
const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

const embedded = z.strictObject({
  kind: z.literal('embedded'),
  /** MQTT 3.1.1 over TLS for gateways, who show their node certificate. */
  host: hostName.default('0.0.0.0'),
  port: port.default(8883),
  /** MQTT 3.1.1 for backend programs and operators' tools, who show a password. */
  tools: z
    .strictObject({
      host: hostName.default('127.0.0.1'),
      port: port.default(1884),
      tls: z.boolean().default(false),
      username: z.string().min(1).max(64).default('backend'),
      /** Left out: made at the first start and kept in `<dataDir>/tools-password`. */
      password: z.string().min(16).max(200).optional(),
    })
    .refine((tools) => tools.tls || loopback.has(tools.host), { path: ['tls'], message: 'must be true where host is not a loopback address' })
    .prefault({}),
});

const external = z.strictObject({
  kind: z.literal('external'),
  url: z.url({ protocol: /^(mqtts?|wss?)$/ }),
  username: z.string().max(200).optional(),
  password: z.string().max(200).optional(),
  /** File with the CA certificates of the broker, PEM. */
  ca: z.string().optional(),
  /** What gateways are told at enrolment; without it they are told `url` alone. */
  gateways: z
    .strictObject({ url: z.url({ protocol: /^mqtts?$/ }), username: z.string().max(200).optional(), password: z.string().max(200).optional() })
    .optional(),
});

const schema = z.strictObject({
  /** Everything the hub keeps: keys (0600), database, tokens. Made if absent. */
  dataDir: z.string().min(1),
  /** Needed once, to create the community. */
  community: z.strictObject({ name: z.string().min(1).max(48) }).optional(),
  /** Names and addresses under which agents reach the hub; the first stands in invites. All go into the hub's certificate. */
  publicHosts: z.array(hostName).min(1).max(16).default(['localhost', '127.0.0.1', '::1']),
  /** Plain: status page, figures, and the admin API from this machine. */
  http: z.strictObject({ host: hostName.default('127.0.0.1'), port: port.default(8090) }).prefault({}),
  /** With the hub's certificate: enrolment, renewal, and all that the plain door has. */
  https: z.strictObject({ host: hostName.default('0.0.0.0'), port: port.default(8443) }).prefault({}),
  broker: z.discriminatedUnion('kind', [embedded, external]).prefault({ kind: 'embedded' }),
  retention: z.strictObject({ days: z.int().min(1).max(3650).default(30), rowsMax: z.int().min(1000).max(1_000_000_000).default(5_000_000) }).prefault({}),
  rewards: rewardsSchema.optional(),
  /** The community's app: the page's build over HTTPS, and the way of paired phones to their nodes. Left out, the hub serves none. */
  app: appSchema.optional(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type HubConfig = z.infer<typeof schema>;
export type EmbeddedConfig = z.infer<typeof embedded>;
export type ExternalConfig = z.infer<typeof external>;

/** Environment variables, each beside the key it overrides. */
const variables: readonly (readonly [name: string, path: string, kind: 'text' | 'number' | 'boolean' | 'list'])[] = [
  ['HUB_DATA_DIR', 'dataDir', 'text'],
  ['HUB_COMMUNITY_NAME', 'community.name', 'text'],
  ['HUB_PUBLIC_HOSTS', 'publicHosts', 'list'],
  ['HUB_HTTP_HOST', 'http.host', 'text'],
  ['HUB_HTTP_PORT', 'http.port', 'number'],
  ['HUB_HTTPS_HOST', 'https.host', 'text'],
  ['HUB_HTTPS_PORT', 'https.port', 'number'],
  ['HUB_BROKER_KIND', 'broker.kind', 'text'],
  ['HUB_BROKER_HOST', 'broker.host', 'text'],
  ['HUB_BROKER_PORT', 'broker.port', 'number'],
  ['HUB_BROKER_URL', 'broker.url', 'text'],
  ['HUB_BROKER_USERNAME', 'broker.username', 'text'],
  ['HUB_BROKER_PASSWORD', 'broker.password', 'text'],
  ['HUB_BROKER_CA', 'broker.ca', 'text'],
  ['HUB_TOOLS_HOST', 'broker.tools.host', 'text'],
  ['HUB_TOOLS_PORT', 'broker.tools.port', 'number'],
  ['HUB_TOOLS_TLS', 'broker.tools.tls', 'boolean'],
  ['HUB_TOOLS_USERNAME', 'broker.tools.username', 'text'],
  ['HUB_TOOLS_PASSWORD', 'broker.tools.password', 'text'],
  ['HUB_RETENTION_DAYS', 'retention.days', 'number'],
  ['HUB_REWARDS_NETWORK', 'rewards.network', 'text'],
  ['HUB_REWARDS_PASSPHRASE', 'rewards.passphrase', 'text'],
  ['HUB_REWARDS_RPC_URL', 'rewards.rpcUrl', 'text'],
  ['HUB_REWARDS_CONTRACT', 'rewards.contract', 'text'],
  ['HUB_REWARDS_EPOCH_SECONDS', 'rewards.epochSeconds', 'number'],
  ['HUB_APP_FILES', 'app.files', 'text'],
  ['HUB_APP_HOST', 'app.host', 'text'],
  ['HUB_APP_PORT', 'app.port', 'number'],
  ['HUB_APP_URL', 'app.url', 'text'],
  ['HUB_APP_CERTIFICATE', 'app.certificate', 'text'],
  ['HUB_APP_KEY', 'app.key', 'text'],
  ['HUB_LOG_LEVEL', 'logLevel', 'text'],
];

type Tree = { [key: string]: unknown };

function fromText(name: string, text: string, kind: (typeof variables)[number][2]): unknown {
  if (kind === 'list') return text.split(',').map((part) => part.trim());
  if (kind === 'text') return text;
  if (kind === 'number' && /^\d+$/.test(text)) return Number(text);
  if (kind === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  throw new ConfigError(`${name}: expected ${kind === 'number' ? 'a whole number' : 'true or false'}, got "${text.slice(0, 40)}"`);
}

function put(tree: Tree, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = tree;
  for (const key of keys) {
    if (typeof at[key] !== 'object' || at[key] === null) at[key] = {};
    at = at[key] as Tree;
  }
  at[last] = value;
}

/** Validates a configuration tree with the environment's overrides. Throws ConfigError with one line per mistake. */
export function parseConfig(tree: unknown, environment: Readonly<Record<string, string | undefined>>): HubConfig {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) throw new ConfigError('expected a JSON object');
  const merged = structuredClone(tree) as Tree;
  const names = new Map<string, string>();
  for (const [name, path, kind] of variables) {
    const text = environment[name];
    if (text === undefined || text === '') continue;
    put(merged, path, fromText(name, text, kind));
    names.set(path, name);
  }
  const broker = merged.broker as Tree | undefined;
  if (broker && broker.kind === undefined) broker.kind = broker.url === undefined ? 'embedded' : 'external';
  const result = schema.safeParse(merged);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const path = [...issue.path, ...(issue.code === 'unrecognized_keys' ? [issue.keys[0]!] : [])].join('.');
    const source = names.get(path);
    const what = issue.code === 'unrecognized_keys' ? 'unknown key' : issue.message;
    return `${path || '(root)'}${source ? ` (${source})` : ''}: ${what}`;
  });
  throw new ConfigError(lines.join('\n'));
}

/** From `--config file.json` (or HUB_CONFIG) and HUB_* variables. */
export function readConfig(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): HubConfig {
  const flag = argv.indexOf('--config');
  if (flag !== -1 && argv[flag + 1] === undefined) throw new ConfigError('--config: expected a file name');
  const stray = argv.filter((_, index) => flag === -1 || (index !== flag && index !== flag + 1));
  if (stray.length > 0) throw new ConfigError(`${stray[0]}: unknown argument; usage: --config file.json`);
  const file = flag === -1 ? environment.HUB_CONFIG : argv[flag + 1];
  const config = parseConfig(file ? readTree(file) : {}, environment);
  return { ...config, dataDir: resolve(config.dataDir) };
}

function readTree(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ConfigError(`--config ${file}: ${cause instanceof SyntaxError ? `not JSON: ${cause.message}` : `cannot be read: ${(cause as Error).message}`}`, {
      cause,
    });
  }
}
