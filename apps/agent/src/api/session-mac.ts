import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * How a logged-in page vouches for its requests without a cookie and without HTTPS: each carries an HMAC under the session key
 * that OPAQUE left at both ends, and each answer carries one back. Runs in the agent and in the page, where plain HTTP leaves no
 * `crypto.subtle`: nothing but @noble/hashes here. docs/decisions/0007-passphrase.md
 */

/** The two passwords an agent knows: the claim code it printed, and the operator's passphrase. */
export type LoginIdentifier = 'claim' | 'operator';

/** Argon2id work of the page's side of OPAQUE. The claim code is 60 random bits and needs none to speak of; a passphrase does. */
export const keyStretching = {
  claim: { 'argon2id-custom': { iterations: 1, memory: 8192, parallelism: 1 } },
  operator: 'memory-constrained',
} as const;

export interface Session {
  readonly id: string;
  /** OPAQUE's session key as the library gives it (base64url text); its UTF-8 bytes are the HMAC key. */
  readonly key: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as on the request line. */
  readonly path: string;
  /** Counts up from 1 per session, never used twice; at most 2^53 - 1. */
  readonly counter: number;
  readonly body: string | Uint8Array;
}

export const authorizationScheme = 'EnergyMesh';
export const responseMacHeader = 'x-energymesh-mac';

/** What the claim code's letters may be typed as: any case, with or without dashes and blanks, 0 1 8 for the letters they look like. */
export function normaliseClaimCode(typed: string): string {
  const letters = typed
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replaceAll('0', 'O')
    .replaceAll('1', 'I')
    .replaceAll('8', 'B');
  return letters.match(/.{1,4}/g)?.join('-') ?? '';
}

export function requestMac(key: string, request: SignedRequest): string {
  return mac(key, `request\n${request.method.toUpperCase()}\n${request.path}\n${request.counter}\n${digest(request.body)}`);
}

/** Bound to the request's counter, so an answer cannot stand in for another. */
export function responseMac(key: string, answer: { readonly counter: number; readonly status: number; readonly body: string | Uint8Array }): string {
  return mac(key, `response\n${answer.counter}\n${answer.status}\n${digest(answer.body)}`);
}

export function socketMac(key: string, counter: number): string {
  return mac(key, `ws\n${counter}`);
}

/** The value of the `authorization` header. */
export function authorization(session: Session, request: SignedRequest): string {
  return `${authorizationScheme} ${session.id} ${request.counter} ${requestMac(session.key, request)}`;
}

/** tRPC's `connectionParams`: once per WebSocket, each time with a new counter. */
export function socketParams(session: Session, counter: number): { sessionId: string; counter: string; mac: string } {
  return { sessionId: session.id, counter: String(counter), mac: socketMac(session.key, counter) };
}

export interface Credentials {
  readonly sessionId: string;
  readonly counter: number;
  readonly mac: string;
}

/** Undefined: not of this scheme, or malformed. */
export function parseAuthorization(header: string): Credentials | undefined {
  const match = /^EnergyMesh ([\w-]{1,64}) (\d{1,16}) ([\w-]{43})$/.exec(header);
  return match ? parseCredentials({ sessionId: match[1], counter: match[2], mac: match[3] }) : undefined;
}

export function parseCredentials(params: { readonly [key: string]: string | undefined }): Credentials | undefined {
  const { sessionId, counter, mac: value } = params;
  const count = Number(counter);
  if (!sessionId || !/^[\w-]{1,64}$/.test(sessionId) || !Number.isSafeInteger(count) || count < 1 || !value || !/^[\w-]{43}$/.test(value)) return undefined;
  return { sessionId, counter: count, mac: value };
}

export interface SessionKeeper {
  /** Undefined: not logged in; requests go out unsigned. */
  current(): Session | undefined;
  /** One more than every counter given before, over reloads and tabs. */
  nextCounter(): number;
}

/** Thrown by `signingFetch` when the answer was not made by the agent that holds the session: somebody stands in between. */
export class AnswerForged extends Error {
  constructor() {
    super('The answer did not come from your node: somebody on this network may be in between. Check the address and the network, then reload.');
    this.name = 'AnswerForged';
  }
}

/**
 * A `fetch` that signs what it sends and checks what it gets. `base` makes a relative URL absolute (the page: `location.href`).
 * An answer 401 comes unsigned when the agent does not know the session; it can end a session but carries no data.
 */
export function signingFetch(fetch: typeof globalThis.fetch, keeper: SessionKeeper, base: string): typeof globalThis.fetch {
  return async (input, init) => {
    const session = keeper.current();
    if (!session) return fetch(input, init);
    const url = new URL(typeof input === 'string' || input instanceof URL ? input : input.url, base);
    const body = init?.body ?? '';
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) throw new TypeError('signingFetch: the body must be a string or bytes');
    const counter = keeper.nextCounter();
    const headers = new Headers(init?.headers);
    headers.set('authorization', authorization(session, { method: init?.method ?? 'GET', path: url.pathname + url.search, counter, body }));
    const response = await fetch(url.href, { ...init, headers });
    if (response.status === 401) return response;
    const answer = new Uint8Array(await response.clone().arrayBuffer());
    const expected = responseMac(session.key, { counter, status: response.status, body: answer });
    if (response.headers.get(responseMacHeader) !== expected) throw new AnswerForged();
    return response;
  };
}

function digest(body: string | Uint8Array): string {
  return bytesToHex(sha256(typeof body === 'string' ? utf8ToBytes(body) : body));
}

function mac(key: string, text: string): string {
  return base64url(hmac(sha256, utf8ToBytes(key), utf8ToBytes(text)));
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const letters = Math.min(4, bytes.length - i + 1);
    for (let j = 0; j < letters; j++) text += alphabet[(word >> (18 - 6 * j)) & 63];
  }
  return text;
}
