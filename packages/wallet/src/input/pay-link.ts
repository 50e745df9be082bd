import { type Destination, type DestinationFault, parseDestination } from './address.ts';
import { type AmountFault, formatXlm, judgeAmount, parseXlm } from './amount.ts';
import { judgeMemo, type Memo, type MemoFault, parseMemo } from './memo.ts';

/** A request for XLM as a link or QR code: SEP-7, operation `pay`. */
export interface PayRequest {
  readonly destination: Destination;
  /** Without it the payer chooses. */
  readonly amountStroops?: bigint;
  readonly memo: Memo;
  /** For the payer's eyes; never on the ledger. */
  readonly message?: string;
}

export type PayLinkFault =
  | { readonly fault: 'not-a-link' | 'too-long' | 'not-a-payment' | 'repeated' | 'badly-encoded' | 'other-network' | 'other-asset' | 'message-too-long' }
  /** The signed payment is wanted by a website instead of the network: this wallet gives it to the network only. */
  | { readonly fault: 'callback' }
  /** Signed in the name of a domain. Showing the name unchecked is what SEP-7 forbids, and nothing here asks domains for their keys. */
  | { readonly fault: 'signed-by-a-domain' }
  | { readonly fault: 'destination'; readonly why: DestinationFault['fault'] }
  | { readonly fault: 'amount'; readonly why: AmountFault['fault'] }
  | { readonly fault: 'memo'; readonly why: MemoFault['fault'] | 'unknown-kind' };

export const payLinkLengthMax = 2_048;
export const messageLengthMax = 300;
const publicPassphrase = 'Public Global Stellar Network ; September 2015';
const scheme = 'web+stellar:';

const memoTypes = { text: 'MEMO_TEXT', id: 'MEMO_ID', hash: 'MEMO_HASH', return: 'MEMO_RETURN' } as const;

/** Throws RangeError on a request that `parsePayLink` would refuse: that is a mistake of the caller. */
export function makePayLink(request: Omit<PayRequest, 'destination' | 'memo'> & { destination: string; memo?: Memo }, networkPassphrase: string): string {
  const destination = parseDestination(request.destination);
  const memo = request.memo ?? { kind: 'none' };
  const amountFault = request.amountStroops === undefined ? undefined : judgeAmount(request.amountStroops);
  const fault = 'fault' in destination ? destination : (judgeMemo(memo) ?? amountFault);
  if (fault || (request.message?.length ?? 0) > messageLengthMax) throw new RangeError(`pay link: ${fault ? fault.fault : 'message too long'}`);
  const parts: [string, string][] = [['destination', (destination as Destination).address]];
  if (request.amountStroops !== undefined) parts.push(['amount', formatXlm(request.amountStroops)]);
  if (memo.kind !== 'none') parts.push(['memo', memoText(memo)], ['memo_type', memoTypes[memo.kind]]);
  if (request.message) parts.push(['msg', request.message]);
  if (networkPassphrase !== publicPassphrase) parts.push(['network_passphrase', networkPassphrase]);
  return `${scheme}pay?${parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

function memoText(memo: Exclude<Memo, { kind: 'none' }>): string {
  if (memo.kind === 'text') return memo.text;
  if (memo.kind === 'id') return memo.id;
  return btoa(String.fromCharCode(...memo.hash.match(/../g)!.map((pair) => Number.parseInt(pair, 16))));
}

/** Reads a link for the network with this passphrase. Everything in it is a stranger's word: show it before acting on it. */
export function parsePayLink(text: string, networkPassphrase: string): PayRequest | PayLinkFault {
  const link = text.trim();
  if (link.slice(0, scheme.length).toLowerCase() !== scheme) return { fault: 'not-a-link' };
  if (link.length > payLinkLengthMax) return { fault: 'too-long' };
  const [operation, query = ''] = splitOnce(link.slice(scheme.length), '?');
  if (operation !== 'pay') return { fault: 'not-a-payment' };
  const fields = readQuery(query);
  if ('fault' in fields) return fields;
  if (fields.has('callback')) return { fault: 'callback' };
  if (fields.has('origin_domain') || fields.has('signature')) return { fault: 'signed-by-a-domain' };
  if ((fields.get('network_passphrase') ?? publicPassphrase) !== networkPassphrase) return { fault: 'other-network' };
  if ((fields.get('asset_code') ?? 'XLM') !== 'XLM' || fields.has('asset_issuer')) return { fault: 'other-asset' };
  const destination = parseDestination(fields.get('destination') ?? '');
  if ('fault' in destination) return { fault: 'destination', why: destination.fault };
  const message = fields.get('msg');
  if (message !== undefined && message.length > messageLengthMax) return { fault: 'message-too-long' };
  const amount = fields.has('amount') ? parseXlm(fields.get('amount')!) : undefined;
  if (typeof amount === 'object') return { fault: 'amount', why: amount.fault };
  const memo = readMemo(fields.get('memo'), fields.get('memo_type'));
  if ('fault' in memo) return { fault: 'memo', why: memo.fault };
  return { destination, memo, ...(amount !== undefined && { amountStroops: amount }), ...(message && { message }) };
}

function readMemo(memo: string | undefined, type: string | undefined): Memo | { fault: MemoFault['fault'] | 'unknown-kind' } {
  if (memo === undefined) return { kind: 'none' };
  const kind = type === undefined ? 'text' : (Object.keys(memoTypes) as (keyof typeof memoTypes)[]).find((key) => memoTypes[key] === type);
  if (!kind) return { fault: 'unknown-kind' };
  if (kind === 'text' || kind === 'id') return parseMemo(kind, memo);
  try {
    // A `+` that was not encoded has become a blank; base64 has no blanks.
    const bytes = atob(memo.replaceAll(' ', '+'));
    return parseMemo(kind, Array.from(bytes, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join(''));
  } catch {
    return { fault: 'not-a-hash' };
  }
}

function readQuery(query: string): Map<string, string> | PayLinkFault {
  const fields = new Map<string, string>();
  for (const part of query.split('&')) {
    if (!part) continue;
    const [name, value = ''] = splitOnce(part, '=');
    if (fields.has(name)) return { fault: 'repeated' };
    try {
      fields.set(name, decodeURIComponent(value.replaceAll('+', ' ')));
    } catch {
      return { fault: 'badly-encoded' };
    }
  }
  return fields;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A scanned code: a pay link, or nothing but an address. */
export function readScanned(text: string, networkPassphrase: string): PayRequest | PayLinkFault {
  const link = parsePayLink(text, networkPassphrase);
  if (!('fault' in link) || link.fault !== 'not-a-link') return link;
  const destination = parseDestination(text);
  return 'fault' in destination ? { fault: 'destination', why: destination.fault } : { destination, memo: { kind: 'none' } };
}
