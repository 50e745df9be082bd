import { stat } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { doorOf, type Env } from '@energymesh/enrolment';
import { PageFiles } from '@energymesh/page-files';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Logger } from 'pino';
import { listen } from '../broker/doors.ts';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../config-error.ts';
import { type CallFault, type Calls, callBytesMax } from './calls.ts';
import { webIdentity } from './certificate.ts';
import type { AppConfig } from './config.ts';

export interface AppDoorOptions {
  readonly config: AppConfig;
  readonly dataDir: string;
  readonly hosts: readonly string[];
  /** Of the community's ledger: the app asks them itself. */
  readonly rpc: readonly string[];
  readonly calls: Pick<Calls, 'call'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A slow or silent client holds a connection for so long at most; a call waits for its node meanwhile. */
const timeouts = { requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 5000, maxHeaderSize: 8192 };
const connectionsMax = 500;
const renewEveryMs = 3_600_000;
const statuses: Record<CallFault, 400 | 404 | 429 | 503 | 504> = { 'no-call': 400, 'no-such-node': 404, 'slow-down': 429, busy: 503, 'no-answer': 504 };
const words: Record<CallFault, string> = {
  'no-call': 'this is no call of a phone to this node',
  'no-such-node': 'no node of this community has this id',
  'slow-down': 'too many calls; try again in a moment',
  busy: 'too many calls wait for this node; try again in a moment',
  'no-answer': 'the node did not answer in time',
};

/** What makes a page installable, and tells it that it comes from the hub and has no node of its own; a page that a node serves has none of it. */
const installable =
  '<link rel="manifest" href="/app.webmanifest"/><link rel="apple-touch-icon" href="/icon-180.png"/><meta name="apple-mobile-web-app-capable" content="yes"/>';

/** The app and the phones' way to their nodes, over HTTPS on a port of its own: nothing of the hub's API is behind it. docs/app.md */
export async function openAppDoor(options: AppDoorOptions): Promise<AsyncDisposable> {
  const { config, dataDir, hosts, clock, log } = options;
  if (!(await isFile(join(config.files, 'index.html')))) {
    throw new ConfigError(`app.files: there is no page in ${config.files}. Build it (npm run build) and name the folder apps/pwa/out.`);
  }
  let identity = await webIdentity(config, dataDir, hosts, clock.now());
  if (identity.own) log.warn('the app has a certificate that signs itself: browsers warn, and phones do not install it. Set app.certificate and app.key');
  const app = createAppDoor(options);
  const server = createServer(
    { ...timeouts, cert: identity.cert, key: identity.key, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 },
    getRequestListener((request, env) => app.fetch(request, env)),
  );
  server.maxConnections = connectionsMax;
  await listen(server, config.host, config.port);
  const renew = async (): Promise<void> => {
    const next = await webIdentity(config, dataDir, hosts, clock.now());
    if (next.cert !== identity.cert) server.setSecureContext({ cert: next.cert, key: next.key, minVersion: 'TLSv1.2' });
    identity = next;
  };
  const stop = clock.every(
    renewEveryMs,
    () => void renew().catch((error: Error) => log.error({ error: error.message }, "the app's certificate cannot be read")),
  );
  return {
    async [Symbol.asyncDispose]() {
      stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

export function createAppDoor({ config, rpc, calls, log }: Pick<AppDoorOptions, 'config' | 'rpc' | 'calls' | 'log'>): Hono<Env> {
  const app = new Hono<Env>();
  const files = new PageFiles({
    root: config.files,
    policy: (scripts) => policyOf(scripts, rpc),
    rewrite: (html) => html.replace('<html ', '<html data-app="hub" ').replace('</head>', `${installable}</head>`),
  });
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of headers) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  });
  app.get('/healthz', (c) => c.json({ ok: true }));
  const refusal = (c: Context<Env>, fault: CallFault, heardAt?: number | null) =>
    c.json({ error: { code: fault, message: words[fault], ...(heardAt !== undefined && { heardAt }) } }, statuses[fault]);
  app.post('/call/:node{[0-9a-f]{16}}', bodyLimit({ maxSize: callBytesMax, onError: (c) => refusal(c, 'no-call') }), async (c) => {
    // A page of another site has no business here: it could spend this address's share.
    const origin = c.req.header('origin');
    if (origin !== undefined && origin !== `https://${c.req.header('host')}`)
      return c.json({ error: { code: 'foreign', message: 'only pages of this app call' } }, 403);
    const outcome = await calls.call(c.req.param('node'), new Uint8Array(await c.req.arrayBuffer()), doorOf(c.env.incoming).address);
    if (!outcome.ok) return refusal(c, outcome.fault, outcome.heardAt);
    return c.body(new Uint8Array(outcome.answer), 200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
  });
  app.on(['GET', 'HEAD'], '*', async (c) => (await files.respond(new URL(c.req.url).pathname, c.req.raw)) ?? c.text('There is no such page.\n', 404));
  app.notFound((c) => c.text('There is nothing here for this method.\n', 404));
  app.onError((error, c) => {
    log.error({ error: error.message, path: c.req.path }, 'the app could not be served');
    return c.text('The hub could not do this; its log says why.\n', 500);
  });
  return app;
}

const headers: readonly (readonly [string, string])[] = [
  // Of what is no page. The service worker fetches the app's files under it.
  ['content-security-policy', "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(self), geolocation=(self), local-network-access=(self), microphone=()'],
];

/** http: is for nodes on whatever address the local network gave them; what goes there is sealed. */
function policyOf(scripts: readonly string[], rpc: readonly string[]): string {
  const ledgers = [...new Set(rpc.flatMap((address) => (URL.canParse(address) ? new URL(address).origin : [])))];
  return [
    "default-src 'self'",
    `script-src ${["'self'", "'wasm-unsafe-eval'", ...scripts].join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    `connect-src ${["'self'", 'http:', ...ledgers].join(' ')}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
