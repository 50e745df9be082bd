import { RateLimit } from '@energymesh/enrolment';
import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import * as z from 'zod';
import type { Clock } from '../../ports.ts';
import type { AppRouter } from '../router.ts';
import type { Tokens } from '../tokens.ts';
import { exposition } from './metrics.ts';
import { openapi } from './openapi.ts';
import { type Calls, type RestRoute, routes } from './routes.ts';

export interface RestOptions {
  readonly router: AppRouter;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly version: string;
  /** An error of ours while answering. */
  readonly onError: (path: string | undefined, error: Error) => void;
  readonly onRefused: (what: { caller: string; why: string }) => void;
}

interface Found {
  readonly route: RestRoute;
  readonly parts: Readonly<Record<string, string>>;
}

const patterns = routes.map((route) => ({
  route,
  names: [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
  pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '([^/]{1,64})')}$`),
}));

function find(path: string): Found | undefined {
  for (const { route, names, pattern } of patterns) {
    const match = pattern.exec(path);
    if (match) return { route, parts: Object.fromEntries(names.map((name, i) => [name, match[i + 1] ?? ''])) };
  }
  return undefined;
}

/** What a program reads over HTTP: /api/v1/... and /metrics, with a token. Errors are problem details (RFC 9457). docs/api.md */
export class Rest {
  readonly #options: RestOptions;
  readonly #reads: RateLimit;
  readonly #wrong: RateLimit;

  constructor(options: RestOptions) {
    this.#options = options;
    this.#reads = new RateLimit({ burst: 60, refillMs: 250, everybodyFactor: 4, callersMax: 256 });
    this.#wrong = new RateLimit({ burst: 10, refillMs: 30_000, everybodyFactor: 4, callersMax: 256 });
  }

  async answer(method: string, url: URL, headers: Headers, caller: string): Promise<Response> {
    const metrics = url.pathname === '/metrics';
    const path = url.pathname.slice('/api/v1'.length);
    if (method !== 'GET' && method !== 'HEAD') return problem(405, 'Programs only read here.', { headers: { allow: 'GET, HEAD' } });
    const wait = this.#reads.take(caller, this.#options.clock.monotonic());
    if (wait > 0) return slower('Too many requests from this address.', wait);
    if (path === '/openapi.json' && !metrics) return Response.json(openapi(this.#options.version), { headers: { 'cache-control': 'no-cache' } });
    const found = metrics ? undefined : find(path);
    if (!metrics && !found) return problem(404, 'There is nothing at this address; /api/v1/openapi.json lists what there is.');
    if (!found?.route.open) {
      const refused = this.#refused(headers.get('authorization'), caller);
      if (refused) return refused;
    }
    const calls = this.#options.router.createCaller({ principal: { kind: 'operator', session: 'program' }, caller, seal: 'none' });
    try {
      if (!found) return text(await exposition(calls), 'text/plain; version=0.0.4; charset=utf-8');
      return await this.#read(found, url, calls);
    } catch (error) {
      return this.#failed(url.pathname, error);
    }
  }

  async #read({ route, parts }: Found, url: URL, calls: Calls): Promise<Response> {
    const given = { ...Object.fromEntries(url.searchParams), ...parts };
    const asked = (route.asked ?? z.object({})).strict().safeParse(given);
    if (!asked.success) return badInput(asked.error);
    const answer = await route.read(calls, asked.data as never);
    return route.answer ? Response.json(answer, { headers: { 'cache-control': 'no-store' } }) : text(answer as string, 'text/csv; charset=utf-8');
  }

  #refused(authorization: string | null, caller: string): Response | undefined {
    const { tokens, onRefused } = this.#options;
    const challenge = { headers: { 'www-authenticate': 'Bearer realm="EnergyMesh"' } };
    if (authorization === null) return problem(401, 'Show a token: "Authorization: Bearer em_...". The operator makes one under Settings.', challenge);
    const wait = this.#wrong.take(caller, this.#options.clock.monotonic());
    if (wait > 0) return slower('Too many wrong tokens from this address.', wait);
    const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
    if (!tokens.holds(token)) {
      onRefused({ caller, why: 'wrong token' });
      return problem(401, 'No such token: it was revoked, or is not of this node.', challenge);
    }
    this.#wrong.giveBack(caller);
    return undefined;
  }

  #failed(path: string, error: unknown): Response {
    if (error instanceof TRPCError) {
      const status = getHTTPStatusCodeFromError(error);
      if (status < 500) return error.cause instanceof z.ZodError ? badInput(error.cause) : problem(status, error.message);
    }
    this.#options.onError(path, error as Error);
    return problem(500, 'The node failed to answer this; its log says why.');
  }
}

const text = (body: string, type: string): Response => new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-store' } });

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  412: 'Not possible now',
  429: 'Too many requests',
  500: 'Internal error',
};

function problem(
  status: number,
  detail: string,
  more: { headers?: Record<string, string>; problems?: readonly { field: string; text: string }[] } = {},
): Response {
  const body = { type: 'about:blank', title: titles[status] ?? 'Refused', status, detail, ...(more.problems && { problems: more.problems }) };
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...more.headers } });
}

const slower = (detail: string, waitMs: number): Response =>
  problem(429, detail, { headers: { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) } });

function badInput(error: z.ZodError): Response {
  const problems = error.issues.slice(0, 8).map(({ path, message }) => ({ field: path.join('.') || 'query', text: message }));
  return problem(400, problems.map(({ field, text: words }) => `${field}: ${words}`).join('; '), { problems });
}
