import type { TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Way } from './phones/phones.ts';
import type { Principal, SealsPort } from './ports.ts';
import type { AppRouter } from './router.ts';
import type { SealedChannel } from './sealed.ts';
import { parseSealed, sealedType } from './sealed-bodies.ts';
import { type Credentials, parseAuthorization, requestMac, responseMac, responseMacHeader } from './session-mac.ts';
import type { Sessions } from './sessions.ts';
import type { CallContext } from './trpc.ts';

const bodyBytesMax = 64 * 1024;
const batchMax = 32;

export interface SignedCallsOptions {
  readonly router: AppRouter;
  readonly sessions: Sessions;
  /** For what sessions send and are answered by POST. */
  readonly seals: Pick<SealsPort, 'of'>;
  readonly onError: (path: string | undefined, error: Error) => void;
}

/**
 * tRPC over HTTP: checks the request's MAC, opens what is sealed, answers, and seals and signs the answer for whoever holds the session. `path` is as on the
 * request line.
 */
export async function answerCall(request: Request, path: string, caller: string, { router, sessions, seals, onError }: SignedCallsOptions): Promise<Response> {
  const body = await readBounded(request);
  if (!body) return new Response(`The request's body is longer than ${bodyBytesMax} bytes.`, { status: 413 });
  const header = request.headers.get('authorization');
  const credentials = header === null ? undefined : parseAuthorization(header);
  const { principal, key } = identify(sessions, header, credentials, (sessionKey, { counter }) =>
    requestMac(sessionKey, { method: request.method, path, counter, body }),
  );
  const { seal, channel, plain } = unseal(request, body, principal, seals);
  // Streams of answers would have to be signed piecewise: one answer, whole.
  const whole = new Request(request.url, { method: request.method, headers: forRouter(request.headers), ...(plain.length > 0 && { body: plain }) });
  const answer = await callRouter(whole, { principal, caller, seal, agent: request.headers.get('user-agent') ?? '' }, { router, onError });
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    await answer.body?.cancel();
    return new Response('Subscriptions are on the WebSocket at /trpc.', { status: 405 });
  }
  const said = new Uint8Array(await answer.arrayBuffer());
  const bytes = channel ? new TextEncoder().encode(channel.seal(new TextDecoder().decode(said))) : said;
  const headers = new Headers(answer.headers);
  if (channel) headers.set('content-type', sealedType);
  headers.set('cache-control', 'no-store');
  if (key !== undefined && credentials) headers.set(responseMacHeader, responseMac(key, { counter: credentials.counter, status: answer.status, body: bytes }));
  return new Response(bytes, { status: answer.status, headers });
}

interface Unsealed {
  readonly seal: CallContext['seal'];
  /** For the answer. */
  readonly channel?: SealedChannel;
  readonly plain: string | Uint8Array<ArrayBuffer>;
}

/** What cannot be opened is handed on empty: the router says why, and does nothing. */
function unseal(request: Request, body: Uint8Array<ArrayBuffer>, principal: Principal, seals: Pick<SealsPort, 'of'>): Unsealed {
  if (request.headers.get('content-type') !== sealedType) return { seal: 'none', plain: body };
  const sealed = parseSealed(new TextDecoder().decode(body));
  const channel = sealed && principal.kind !== 'anonymous' ? seals.of(principal.session, sealed.channel) : undefined;
  const plain = sealed && channel?.open(sealed.box);
  return channel && plain !== undefined ? { seal: 'opened', channel, plain } : { seal: 'not-opened', plain: '' };
}

/** What a paired phone asks, out of its sealed call (phones/door.ts). */
export async function answerPhone(
  phone: string,
  { method, path, body, way }: { readonly method: string; readonly path: string; readonly body: string; readonly way: Way },
  options: Pick<SignedCallsOptions, 'router' | 'onError'>,
): Promise<{ status: number; body: string }> {
  const request = new Request(new URL(path, 'http://node'), {
    method,
    headers: { 'content-type': 'application/json' },
    ...(method === 'POST' && { body }),
  });
  const answer = await callRouter(
    request,
    { principal: { kind: 'phone', session: `phone:${phone}`, phone, way }, caller: `phone ${phone}`, seal: 'opened' },
    options,
  );
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return { status: answer.status, body: await answer.text() };
  await answer.body?.cancel();
  return { status: 405, body: 'A phone asks and is answered: there are no subscriptions.' };
}

const callRouter = (req: Request, context: CallContext, { router, onError }: Pick<SignedCallsOptions, 'router' | 'onError'>): Promise<Response> =>
  fetchRequestHandler({
    endpoint: '/trpc',
    req,
    router,
    createContext: () => context,
    maxBatchSize: batchMax,
    onError: ({ path: procedure, error }) => isOurs(error) && onError(procedure, error),
  });

/** A failure of this node; the caller's mistakes and garbage on the wire are not. */
export function isOurs(error: TRPCError): boolean {
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return error.code === 'INTERNAL_SERVER_ERROR' && !(typeof code === 'string' && code.startsWith('WS_ERR'));
}

/** `key` is of the session that signed, also when the counter was used before. */
export function identify(
  sessions: Sessions,
  given: unknown,
  credentials: Credentials | undefined,
  expected: (key: string, credentials: Credentials) => string,
): { principal: Principal; key: string | undefined } {
  if (given === null || given === undefined) return { principal: { kind: 'anonymous', why: 'not-logged-in' }, key: undefined };
  if (!credentials) return { principal: { kind: 'anonymous', why: 'malformed' }, key: undefined };
  return sessions.authenticate(credentials, (key) => expected(key, credentials));
}

/** Without streaming, and as what a sealed body was before it was sealed. */
function forRouter(headers: Headers): Headers {
  const kept = new Headers(headers);
  if (kept.get('content-type') === sealedType) kept.set('content-type', 'application/json');
  kept.delete('content-length');
  kept.delete('trpc-accept');
  kept.delete('accept');
  return kept;
}

/** Undefined: more than `bytesMax`. */
export async function readBounded(request: Request, bytesMax = bodyBytesMax): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!request.body) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > bytesMax) return undefined;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
