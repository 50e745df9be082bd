import type { TLSSocket } from 'node:tls';
import { type BeaconKey, channelOf, csrBytesMax, holdsAsk } from '@energymesh/identity';
import { Hono } from 'hono';
import * as z from 'zod';
import { doorOf, type Env } from './door.ts';
import type { Enrolled, Enrolment } from './enrolment.ts';
import { bodyOf, HttpError } from './http-error.ts';
import type { JoinRequests } from './join-requests.ts';
import { type MembersDesk, memberAsk } from './members-desk.ts';
import { RateLimit } from './rate-limit.ts';
import { type Clock, EnrolmentRefused, type RefusalCode } from './records.ts';

/** Where a gateway finds the backend's broker. */
export interface Backend {
  readonly url: string;
  /** MQTT 3.1.1 or 5. */
  readonly protocol: '3.1.1' | '5';
  /** By the node's certificate, or by user name and password. */
  readonly login:
    | { readonly by: 'certificate' }
    | { readonly by: 'password'; readonly username: string; readonly password: string }
    | { readonly by: 'nothing' };
  /** PEM: which CA's server certificate to expect. Absent: a public one. */
  readonly ca?: string;
}

export interface EnrolmentParts {
  readonly enrolment: Enrolment;
  readonly requests: JoinRequests;
  readonly desk: MembersDesk;
  /** The newest community document. */
  readonly community: { readonly document: { readonly bytes: Uint8Array } };
  readonly authority: { readonly id: string; readonly name: string; readonly rootPem: string; readonly deviceRootPem: string; readonly beacon: BeaconKey };
  /** A hub has taken over from this node: who renews is told where, and everybody else is sent there. */
  readonly moved?: () => string | undefined;
  /** Undefined: there is none. */
  readonly backend: () => Backend | undefined;
  readonly clock: Clock;
}

const request = z.string().max(csrBytesMax);
const name = z.string().max(200);
const enrolRequest = z.strictObject({
  token: z.string().regex(/^[\w-]{22}$/, 'expected the 22 characters of an invite'),
  csr: request,
  doorCsr: request,
  name,
});
const renewRequest = z.strictObject({ csr: request, doorCsr: request });
const joinRequest = z.strictObject({ csr: request, doorCsr: request, name });
const memberRequest = z.strictObject({
  node: z.string().regex(/^[0-9a-f]{16}$/, 'expected a node id of 16 hex digits'),
  ask: z.string().max(1000),
  signature: z.string().regex(/^[\w-]{86}$/, 'expected 64 bytes in base64url'),
});
/** Of one address: so many nodes may begin to ask at once, then one more in five minutes. */
const begins = { burst: 5, refillMs: 300_000 };

/** What an authority does for nodes, at a hub or at the node that made the community. docs/hub.md */
export function enrolmentRoutes(parts: EnrolmentParts): Hono<Env> {
  const routes = new Hono<Env>();
  const limit = new RateLimit({ burst: 60, refillMs: 1000 });
  const begun = new RateLimit(begins);
  const guard = (c: { env: Env['Bindings'] }) => {
    const door = doorOf(c.env.incoming);
    if (!door.secure)
      throw new HttpError(403, 'https-only', 'enrolment is served on the https address only: what it hands out must not be read or changed on the way');
    if (limit.take(door.address, parts.clock.now()) > 0) throw new HttpError(429, 'slow-down', 'too many requests from this address; try again in a minute');
    return door;
  };
  const moved = () => parts.moved?.();
  const here = (): void => {
    const hub = moved();
    if (hub !== undefined) throw new HttpError(403, 'moved', `a hub has taken over: ${hub}`);
  };
  const answer = (enrolled: Enrolled) => {
    const backend = enrolled.gateway ? parts.backend() : undefined;
    return {
      node: enrolled.node,
      name: enrolled.name,
      gateway: enrolled.gateway,
      chain: enrolled.chainPem,
      root: parts.authority.rootPem,
      door: enrolled.doorPem,
      deviceRoot: parts.authority.deviceRootPem,
      community: { id: parts.authority.id, name: parts.authority.name },
      beaconKey: Buffer.from(parts.authority.beacon.key).toString('base64url'),
      beaconEpoch: parts.authority.beacon.epoch,
      document: Buffer.from(parts.community.document.bytes).toString('base64'),
      ...(backend && { backend }),
      ...(moved() !== undefined && { hubs: [moved()] }),
    };
  };

  routes.post('/enrol', async (c) => {
    guard(c);
    here();
    const { token, name, ...requests } = await bodyOf(c, enrolRequest);
    return c.json(answer(await refusing(parts.enrolment.enrol({ token, requests, name }))));
  });
  routes.post('/renew', async (c) => {
    guard(c);
    const requests = await bodyOf(c, renewRequest);
    return c.json(answer(await refusing(parts.enrolment.renew(requests))));
  });
  routes.post('/join', async (c) => {
    const { address } = guard(c);
    here();
    const { name, ...requests } = await bodyOf(c, joinRequest);
    const mayBegin = () => {
      if (begun.take(address, parts.clock.now()) > 0) throw new HttpError(429, 'slow-down', 'too many nodes ask from this address; try again in five minutes');
    };
    const said = await refusing(parts.requests.ask({ requests, name, mayBegin }));
    return c.json(said.state === 'admitted' ? { state: 'admitted', ...answer(said.enrolled) } : said);
  });
  routes.post('/members', async (c) => {
    guard(c);
    here();
    const { node, ask, signature } = await bodyOf(c, memberRequest);
    const channel = channelOf(c.env.incoming.socket as TLSSocket);
    const holds = (key: Uint8Array) => holdsAsk(key, channel, ask, Buffer.from(signature, 'base64url'));
    return c.json((await refusing(parts.desk.answer(node, askOf(ask), holds))) as object);
  });
  return routes;
}

function askOf(text: string): z.output<typeof memberAsk> {
  try {
    return memberAsk.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new HttpError(400, 'bad-request', 'ask: it is not JSON');
    throw error;
  }
}

const statuses: Partial<Record<RefusalCode, HttpError['status']>> = { 'bad-request': 400, 'bad-name': 400, 'no-such': 404, 'requests-full': 429 };

async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof EnrolmentRefused)) throw error;
    throw new HttpError(statuses[error.code] ?? 403, error.code, error.message);
  }
}
