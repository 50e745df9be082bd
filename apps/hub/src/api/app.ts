import { createHash, timingSafeEqual } from 'node:crypto';
import { doorOf, type EnrolmentParts, type Env, enrolmentRoutes, HttpError, hostOf, RateLimit } from '@energymesh/enrolment';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Rewards } from '../rewards/rewards.ts';
import { rewardsRoutes } from '../rewards/routes.ts';
import { rewardsView } from '../rewards/view.ts';
import { type AdminParts, adminRoutes } from './admin.ts';
import { page } from './page.ts';
import type { Stats } from './stats.ts';
import { style } from './style.ts';

export interface AppParts extends AdminParts, Omit<EnrolmentParts, keyof AdminParts> {
  readonly adminToken: string;
  /** Host names under which the plain door answers. */
  readonly hosts: readonly string[];
  readonly stats: () => Promise<Stats>;
  /** Undefined: the community pays nothing. */
  readonly rewards: Rewards | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

const bodyBytesMax = 16 * 1024;
const same = (a: string, b: string): boolean => timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

/** The hub's HTTP API, the same behind both doors; what a door may not do is refused here. docs/hub.md */
export function createApp(parts: AppParts): Hono<Env> {
  const app = new Hono<Env>();
  const hosts = new Set([...parts.hosts, 'localhost', '127.0.0.1', '::1'].map((host) => host.toLowerCase()));
  const attempts = new RateLimit({ burst: 40, refillMs: 2000 });

  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
    }),
  );
  app.use(bodyLimit({ maxSize: bodyBytesMax, onError: (c) => fail(c, 413, 'too-big', `the body may have ${bodyBytesMax} bytes`) }));
  // A page of another site must not reach the plain door by a name that resolves to this machine.
  app.use(async (c, next) => {
    if (!doorOf(c.env.incoming).secure && !hosts.has(hostOf(c.req.header('host')) ?? '')) throw new HttpError(421, 'wrong-host', 'unknown host name');
    await next();
  });

  const admin: MiddlewareHandler<Env> = async (c, next) => {
    const door = doorOf(c.env.incoming);
    if (!door.secure && !door.local) throw new HttpError(403, 'https-only', 'from another machine use the https address');
    if (!presentsToken(c, parts.adminToken)) {
      if (attempts.take(door.address, parts.clock.now()) > 0) throw new HttpError(429, 'slow-down', 'too many wrong tokens');
      c.header('www-authenticate', 'Basic realm="EnergyMesh hub", charset="UTF-8"');
      throw new HttpError(401, 'unauthorised', 'the admin token is needed');
    }
    await next();
  };
  /** Figures are open to this machine; from elsewhere they take the admin token. */
  const figures: MiddlewareHandler<Env> = (c, next) => (doorOf(c.env.incoming).local ? next() : admin(c, next));

  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/stats', figures, async (c) => c.json(await parts.stats()));
  const { rewards } = parts;
  app.get('/', figures, async (c) => c.html(page(await parts.stats(), rewards && (await rewardsView(parts.db, rewards)))));
  app.get('/style.css', (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }));
  app.route('/', enrolmentRoutes(parts));
  app.use('/admin/*', admin);
  app.route('/admin', adminRoutes(parts));
  if (rewards) app.route('/admin/rewards', rewardsRoutes(parts.db, rewards));
  app.notFound((c) => fail(c, 404, 'not-found', 'there is nothing here'));
  app.onError((error, c) => {
    if (error instanceof HttpError) return fail(c, error.status, error.code, error.message);
    if (error instanceof z.ZodError)
      return fail(c, 400, 'bad-request', error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; '));
    parts.log.error({ error, path: c.req.path }, 'request failed');
    return fail(c, 500, 'internal', 'the hub could not do this; its log says why');
  });
  return app;
}

function fail(c: Context, status: HttpError['status'] | 500, code: string, message: string): Response {
  return c.json({ error: { code, message } }, status);
}

/** As `Bearer <token>`, or as the password of HTTP Basic for a browser. */
function presentsToken(c: Context<Env>, token: string): boolean {
  const [scheme, value = ''] = (c.req.header('authorization') ?? '').split(' ', 2);
  if (scheme?.toLowerCase() === 'bearer') return same(value, token);
  if (scheme?.toLowerCase() !== 'basic') return false;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return same(pair.slice(pair.indexOf(':') + 1), token);
}
