import { decodeStrkey, encodeStrkey, strkeyLengthMax } from './strkey.ts';

/** Where XLM may go: an account, somebody's sub-account behind an account (CAP-27), or a contract. */
export type Destination =
  | { readonly kind: 'account'; readonly address: string }
  | { readonly kind: 'muxed'; readonly address: string; readonly account: string; readonly id: bigint }
  | { readonly kind: 'contract'; readonly address: string };

export type DestinationFault = {
  readonly fault:
    | 'empty'
    /** `name*domain` (SEP-2): not looked up, because the answer would come from a server that nobody here has a reason to believe. */
    | 'federation'
    /** The text opens somebody's account. It must not be kept, logged or shown. */
    | 'secret-key'
    | 'mistyped'
    | 'not-an-address';
};

/** Reads what a person typed or scanned. Blanks around it are dropped; lower case is accepted, as some keyboards insist on it. */
export function parseDestination(text: string): Destination | DestinationFault {
  const trimmed = text.trim();
  if (!trimmed) return { fault: 'empty' };
  if (trimmed.length <= 320 && /^[^\s*]+\*[^\s*]+$/.test(trimmed)) return { fault: 'federation' };
  const address = trimmed.toUpperCase();
  const key = decodeStrkey(address);
  if (key === 'checksum' || (key === undefined && looksLikeOne(address))) return { fault: address.startsWith('S') ? 'secret-key' : 'mistyped' };
  switch (key?.kind) {
    case undefined:
      return { fault: 'not-an-address' };
    case 'secret':
      return { fault: 'secret-key' };
    case 'muxed': {
      const id = new DataView(key.payload.buffer, key.payload.byteOffset + 32, 8).getBigUint64(0);
      return { kind: 'muxed', address, account: encodeStrkey('account', key.payload.slice(0, 32)), id };
    }
    case 'account':
    case 'contract':
      return { kind: key.kind, address };
  }
}

/** A slip of the thumb or a few lost characters in something that was an address. */
const looksLikeOne = (text: string): boolean => /^[GMCS][A-Z0-9]{40,}$/.test(text) && text.length <= strkeyLengthMax;

/** What the contract can pay to: an account or a contract, no sub-account. */
export const isPayoutAddress = (text: string): boolean => {
  const key = decodeStrkey(text);
  return typeof key === 'object' && (key.kind === 'account' || key.kind === 'contract');
};
