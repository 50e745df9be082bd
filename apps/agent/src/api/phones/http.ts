import { readBounded } from '../signed-calls.ts';
import { callBytesMax } from './sealed-call.ts';

export const phonePath = '/phone';

export interface PhoneCalls {
  /** Origin of the community's app, the only other page that may call; undefined: there is none. */
  app(): string | undefined;
  /** Undefined: no call for this node. */
  answer(bytes: Uint8Array, caller: string): Promise<Uint8Array | undefined>;
}

/**
 * A paired phone's call over the local network. The page comes from the community's app, so the browser asks first (CORS, and whether pages from the
 * internet may call into the local network at all): the answer is yes for that one origin. Who may call, the seal and the signature say, not the origin.
 */
export async function answerPhoneCall(request: Request, caller: string, calls: PhoneCalls): Promise<Response> {
  const headers = corsOf(request.headers, calls.app());
  if (request.method === 'OPTIONS') return new Response(null, { status: headers.has('access-control-allow-origin') ? 204 : 403, headers });
  headers.set('cache-control', 'no-store');
  const body = await readBounded(request, callBytesMax);
  const answer = body && (await calls.answer(body, caller));
  if (!answer) return new Response('This is no call of a phone to this node, or there were too many.\n', { status: 400, headers });
  headers.set('content-type', 'application/octet-stream');
  return new Response(new Uint8Array(answer), { headers });
}

function corsOf(asked: Headers, app: string | undefined): Headers {
  const headers = new Headers({ vary: 'origin', 'cross-origin-resource-policy': 'cross-origin' });
  const origin = asked.get('origin');
  if (origin === null || origin !== app) return headers;
  headers.set('access-control-allow-origin', app);
  if (asked.get('access-control-request-method') !== null) {
    headers.set('access-control-allow-methods', 'POST');
    headers.set('access-control-allow-headers', 'content-type');
    headers.set('access-control-max-age', '600');
  }
  // Browsers before Local Network Access asked by this name.
  if (asked.get('access-control-request-private-network') === 'true') headers.set('access-control-allow-private-network', 'true');
  return headers;
}
