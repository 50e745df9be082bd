import { decodeStrkey } from '../input/strkey.ts';
import { accountIndexMax } from './derive.ts';
import { isSealed, type Sealed } from './seal.ts';

export const recordVersion = 1;
export const recordBytesMax = 16_384;

/** What lies beside the secret, readable without a lock and bound to it: changing a byte of it makes the secret unreadable. */
export interface Head {
  readonly address: string;
  readonly index: number;
  readonly backup:
    | { readonly at: 'unconfirmed' /** Word positions from 1 that the confirmation asks for. */; readonly ask: readonly number[]; readonly words: number }
    | { readonly at: 'confirmed' };
}

/** The file. Until the phrase is confirmed the secret is its entropy, later the account's key alone: what is not there cannot be shown again. */
export interface WalletRecord {
  readonly version: typeof recordVersion;
  readonly head: Head;
  /** Which page the phrase was shown to: SHA-256 in hex. Outside of what is bound, as it is written before the words leave, without opening anything. */
  readonly shownTo?: string;
  readonly sealed: Sealed;
}

/** One text for one head, whatever order a file has its fields in. */
export const bound = ({ address, index, backup }: Head): string =>
  JSON.stringify([recordVersion, address, index, backup.at === 'confirmed' ? ['confirmed'] : ['unconfirmed', backup.words, ...backup.ask]]);

/** The record in a file, or why it is none. */
export function parseRecord(text: string): WalletRecord | { readonly damage: string } {
  let value: Partial<Record<keyof WalletRecord, unknown>>;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return { damage: 'not JSON' };
  }
  if (typeof value !== 'object' || value === null) return { damage: 'not a record' };
  if (value.version !== recordVersion) return { damage: `version ${String(value.version)}, this program reads version ${recordVersion}` };
  if (!isHead(value.head)) return { damage: 'head' };
  if (value.shownTo !== undefined && !/^[0-9a-f]{64}$/.test(String(value.shownTo))) return { damage: 'shownTo' };
  if (!isSealed(value.sealed)) return { damage: 'seal' };
  return value as WalletRecord;
}

function isHead(value: unknown): value is Head {
  const { address, index, backup } = (value ?? {}) as { [K in keyof Head]?: unknown };
  const key = typeof address === 'string' ? decodeStrkey(address) : undefined;
  if (typeof key !== 'object' || key.kind !== 'account') return false;
  if (!Number.isInteger(index) || (index as number) < 0 || (index as number) > accountIndexMax) return false;
  const { at, ask, words } = (backup ?? {}) as { at?: unknown; ask?: unknown; words?: unknown };
  if (at === 'confirmed') return true;
  return (
    at === 'unconfirmed' &&
    Number.isInteger(words) &&
    Array.isArray(ask) &&
    ask.length === 3 &&
    ask.every((n) => Number.isInteger(n) && n >= 1 && n <= (words as number))
  );
}
