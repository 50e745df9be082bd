import type { SealEnd, SealedChannel } from './sealed.ts';
import { AnswerForged, type SessionKeeper } from './session-mac.ts';

/**
 * What a session sends by POST, and what it is answered, goes sealed in a channel (`sealed.ts`): the network may be listening, and there are passphrases,
 * keys and invites among it. The MAC of session-mac.ts is over the sealed bytes. docs/decisions/0007-passphrase.md
 */
export const sealedType = 'application/vnd.energymesh.sealed';
/** Where a channel is opened, by the one POST that goes unsealed: two public keys. */
const sealPath = '/trpc/auth.seal';

/** The channel's name and what is sealed in it. Undefined: not of this form. */
export function parseSealed(body: string): { channel: string; box: string } | undefined {
  const match = /^([\w-]{1,64})\.([\w-]+)$/.exec(body);
  return match ? { channel: match[1]!, box: match[2]! } : undefined;
}

interface Opened {
  readonly name: string;
  readonly channel: SealedChannel;
}

/**
 * A `fetch` that seals around one that signs. The channel is made with the first POST of a session, and anew when the node does not know it any more (it was
 * started anew, or the half hour is over): such a POST was refused unread, so it is sent once more. `newEnd` loads the ciphers, which a page that only looks
 * does not need.
 */
export function sealingFetch(signed: typeof globalThis.fetch, keeper: SessionKeeper, newEnd: () => Promise<SealEnd>): typeof globalThis.fetch {
  let open: { readonly session: string; readonly begun: Promise<Opened | Response> } | undefined;

  async function begin(key: string): Promise<Opened | Response> {
    const end = await newEnd();
    const response = await signed(sealPath, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key: end.key }) });
    if (!response.ok) return response;
    const given = ((await response.json()) as { result?: { data?: { channel?: string; key?: string } } }).result?.data;
    const channel = end.join(given?.key ?? '', key);
    if (!channel || given?.channel === undefined) throw new AnswerForged();
    return { name: given.channel, channel };
  }

  async function opened(session: string, key: string): Promise<Opened | Response> {
    open = open?.session === session ? open : { session, begun: begin(key) };
    const { begun } = open;
    const forget = () => {
      if (open?.begun === begun) open = undefined;
    };
    const made = await begun.catch((error: unknown) => {
      forget();
      throw error;
    });
    if (!(made instanceof Response)) return made;
    forget();
    // Others may wait for the same.
    return made.clone();
  }

  return async (input, init) => {
    for (let tries = 0; ; tries++) {
      const session = keeper.current();
      if (!session || init?.method?.toUpperCase() !== 'POST') return signed(input, init);
      if (typeof init.body !== 'string') throw new TypeError('sealingFetch: the body must be a string');
      const to = await opened(session.id, session.key);
      if (to instanceof Response) return to;
      const headers = new Headers(init.headers);
      headers.set('content-type', sealedType);
      const response = await signed(input, { ...init, headers, body: `${to.name}.${to.channel.seal(init.body)}` });
      if (response.headers.get('content-type') === sealedType) {
        const body = to.channel.open(await response.text());
        if (body === undefined) throw new AnswerForged();
        return new Response(body, { status: response.status, headers: { 'content-type': 'application/json' } });
      }
      // Unsealed, though signed: it was not opened there, so nothing was done.
      open = undefined;
      if (response.status === 401 || tries > 0) return response;
    }
  };
}
