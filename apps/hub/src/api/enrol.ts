import { type BeaconKey, csrBytesMax } from '@energymesh/identity';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Community } from '../identity/community.ts';
import { type Enrolled, type Enrolment, EnrolmentRefused } from '../identity/enrolment.ts';
import { doorOf, type Env } from './door.ts';
import { bodyOf, HttpError } from './http-error.ts';
import { RateLimit } from './rate-limit.ts';

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
  readonly community: Community;
  readonly authority: { readonly id: string; readonly name: string; readonly rootPem: string; readonly deviceRootPem: string; readonly beacon: BeaconKey };
  readonly backend: () => Backend;
  readonly clock: Clock;
}

const request = z.string().max(csrBytesMax);
const enrolRequest = z.strictObject({
  token: z.string().regex(/^[\w-]{22}$/, 'expected the 22 characters of an invite'),
  csr: request,
  doorCsr: request,
  name: z.string().max(200),
});
const renewRequest = z.strictObject({ csr: request, doorCsr: request });

export function enrolmentRoutes(parts: EnrolmentParts): Hono<Env> {
  const routes = new Hono<Env>();
  const limit = new RateLimit({ burst: 60, refillMs: 1000 });
  const guard = (c: { env: Env['Bindings'] }) => {
    const door = doorOf(c.env.incoming);
    if (!door.secure)
      throw new HttpError(403, 'https-only', 'enrolment is served on the https address only: what it hands out must not be read or changed on the way');
    if (!limit.take(door.address, parts.clock.now())) throw new HttpError(429, 'slow-down', 'too many requests from this address; try again in a minute');
  };
  const answer = (enrolled: Enrolled) => ({
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
    ...(enrolled.gateway ? { backend: parts.backend() } : {}),
  });

  routes.post('/enrol', async (c) => {
    guard(c);
    const { token, name, ...requests } = await bodyOf(c, enrolRequest);
    return c.json(answer(await refusing(parts.enrolment.enrol({ token, requests, name }))));
  });
  routes.post('/renew', async (c) => {
    guard(c);
    const requests = await bodyOf(c, renewRequest);
    return c.json(answer(await refusing(parts.enrolment.renew(requests))));
  });
  return routes;
}

async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof EnrolmentRefused)) throw error;
    throw new HttpError(error.code === 'bad-request' || error.code === 'bad-name' ? 400 : 403, error.code, error.message);
  }
}
