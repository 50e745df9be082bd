import type { ClientRequest } from 'node:http';
import { request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { CertificateVerifier, type ClockReading, communityOfRoot, peerBundle, splitDer } from '@energymesh/identity';
import { z } from 'zod';

const refusal = z.object({ error: z.object({ code: z.string().max(100), message: z.string().max(500) }) });
const answerBytesMax = 512 * 1024;
const timeoutMs = 15_000;
/** Somebody waits before the page. */
const lookMs = 7000;

/** Why a call to a hub came to nothing. */
export class HubError extends Error {
  override readonly name = 'HubError';
  /** `unreachable`: nobody answers; `untrusted`: the answering server is not this community's hub; `refused`: the hub said no; `busy`: later perhaps; `broken`: an answer that cannot be understood. */
  readonly why: 'unreachable' | 'untrusted' | 'refused' | 'busy' | 'broken';
  /** The hub's own word for it, with `refused`. */
  readonly code: string | undefined;
  constructor(why: HubError['why'], message: string, options?: { readonly code?: string; readonly cause?: unknown }) {
    super(message, { cause: options?.cause });
    this.why = why;
    this.code = options?.code;
  }
  /** Whether the same call may succeed later without anybody's doing. */
  shouldRetry(): boolean {
    return this.why !== 'refused';
  }
}

export interface HubCall {
  /** The hub's base address, https. */
  readonly hub: string;
  readonly path: string;
  /** A function: of the connection, once the server is believed. */
  readonly body: unknown;
  /**
   * What the server is believed by, and by this alone: SHA-256 of the community's raw root public key (64 hex digits; the hub then has to present
   * its root certificate too), or that root certificate (DER) when it is known already. `first-met`: whatever community it is of; people compare codes later.
   */
  readonly trust: { readonly pin: string } | { readonly root: Uint8Array } | 'first-met';
  readonly clock: ClockReading;
  readonly signal?: AbortSignal;
}

/**
 * POSTs JSON to a hub and returns its JSON. Nothing is sent before the server has shown a server certificate under the pinned root, because the
 * body may carry an invite's secret. The host's name is not compared: the pinned root signs server certificates for hubs only, and a hub may
 * be reached by an address that its certificate does not know. Throws HubError.
 */
export async function callHub(call: HubCall): Promise<unknown> {
  const url = new URL(call.path, call.hub);
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(call.signal ? [call.signal] : [])]);
  const socket = await connectPinned(url, call, signal);
  try {
    const { status, text } = await exchange(url, socket, JSON.stringify(typeof call.body === 'function' ? call.body(socket) : call.body), signal);
    return answerOf(url, status, text);
  } finally {
    socket.destroy();
  }
}

function connectPinned(url: URL, call: Pick<HubCall, 'trust' | 'clock'>, signal: AbortSignal): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(url.port || 443), minVersion: 'TLSv1.3', rejectUnauthorized: false, checkServerIdentity: () => undefined });
  const abort = () => fail(new HubError('unreachable', `${url.origin}: no answer within ${timeoutMs / 1000} s`, { cause: signal.reason }));
  const fail = (error: HubError) => {
    signal.removeEventListener('abort', abort);
    socket.destroy();
    reject(error);
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  socket.on('error', (cause) => fail(new HubError('unreachable', `${url.origin}: ${cause.message}`, { cause })));
  socket.once('secureConnect', () => {
    const why = distrust(socket, call);
    if (why !== undefined) return fail(new HubError('untrusted', `${url.origin}: ${why}`));
    signal.removeEventListener('abort', abort);
    resolve(socket);
  });
  return promise;
}

/** The community whose hub answers at an address: its root's pin, id and name, as the server shows them. Nothing is sent. Throws HubError. */
export async function lookAtHub(
  call: Pick<HubCall, 'hub' | 'clock' | 'signal'>,
): Promise<{ readonly pin: string; readonly id: string; readonly name: string }> {
  const signal = AbortSignal.any([AbortSignal.timeout(lookMs), ...(call.signal ? [call.signal] : [])]);
  const socket = await connectPinned(new URL(call.hub), { trust: 'first-met', clock: call.clock }, signal);
  try {
    const community = communityOfRoot(splitDer(peerBundle(socket) ?? new Uint8Array())?.[2] ?? new Uint8Array());
    if (!community) throw new HubError('broken', `${call.hub}: the server's root certificate cannot be read`);
    return community;
  } finally {
    socket.destroy();
  }
}

/** Undefined when the server is a hub under the pinned root. */
function distrust(socket: TLSSocket, call: Pick<HubCall, 'trust' | 'clock'>): string | undefined {
  const bundle = peerBundle(socket);
  const { trust } = call;
  const root = typeof trust === 'object' && 'root' in trust ? trust.root : bundle && splitDer(bundle)?.[2];
  if (!bundle || !root) return 'the server did not present the root certificate of a community';
  const verifier = CertificateVerifier.fromRoot(root, typeof trust === 'object' && 'pin' in trust ? trust.pin : undefined);
  if (!verifier) return 'the server is of another community than the invite says';
  const verdict = verifier.verifyServer(bundle, { clock: call.clock });
  return verdict.ok ? undefined : `the server's certificate was refused: ${verdict.reason} (${verdict.detail})`;
}

function exchange(url: URL, socket: TLSSocket, body: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const fail = (cause: Error) => reject(cause instanceof HubError ? cause : new HubError('unreachable', `${url.href}: ${cause.message}`, { cause }));
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), connection: 'close' };
  const options = { method: 'POST', headers, signal, createConnection: () => socket };
  const call: ClientRequest = request(url, options, (response) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    response.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > answerBytesMax) call.destroy(new HubError('broken', `${url.href}: the answer is longer than ${answerBytesMax} bytes`));
      else parts.push(part);
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }));
    response.on('error', fail);
  });
  call.on('error', fail);
  call.end(body);
  return promise;
}

function answerOf(url: URL, status: number, text: string): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    if (status === 200) throw new HubError('broken', `${url.href}: the answer is not JSON`, { cause });
  }
  if (status === 200) return answer;
  const { code, message } = refusal.safeParse(answer).data?.error ?? {};
  const reason = message ?? code ?? `HTTP status ${status}`;
  const later = status >= 500 || status === 429 || status === 408;
  throw new HubError(later ? 'busy' : 'refused', `${url.href}: ${reason}`, code === undefined ? {} : { code });
}
