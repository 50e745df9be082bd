import type { PairingCode } from '@energymesh/agent/api/phones/call-text';

/** The code out of a link, a photo's text or what was pasted; undefined: none. */
export function readCode(text: string): PairingCode | undefined {
  const encoded = /#([\w-]{40,2000})\s*$/.exec(text.trim())?.[1] ?? /^[\w-]{40,2000}$/.exec(text.trim())?.[0];
  if (encoded === undefined) return undefined;
  try {
    const { v, n, m, k, s, a } = JSON.parse(new TextDecoder().decode(fromText(encoded))) as Record<string, unknown>;
    const good =
      v === 1 &&
      isText(n, /^[0-9a-f]{16}$/) &&
      isText(m, /^.{1,100}$/) &&
      isText(k, /^[\w-]{43}$/) &&
      isText(s, /^[\w-]{22}$/) &&
      Array.isArray(a) &&
      a.length <= 8;
    if (!good) return undefined;
    return { v: 1, n, m, k, s, a: a.filter((address): address is string => isText(address, addressPattern)) };
  } catch {
    return undefined;
  }
}

/** host:port of an IPv4 address, a bracketed IPv6 one, or a .local name: what browsers let into the local network. */
const addressPattern = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}\]|[a-z0-9-]{1,63}\.local):\d{1,5}$/i;

const isText = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value);

export function toText(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Throws when it is no base64url. */
export const fromText = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
