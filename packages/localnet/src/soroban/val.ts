/**
 * Values as contracts see them: 64 bits, the lowest 8 a tag, the rest a small value or the handle of an object of the host.
 * The layout is the host interface's (soroban-env-common, `Val`); here a Val is an unsigned bigint.
 */
import { type ErrorCode, type ErrorType, errorCodes, errorTypes, HostError } from './error.ts';

export type Val = bigint & { readonly __brand?: 'Val' };

export const tags = {
  false: 0,
  true: 1,
  void: 2,
  error: 3,
  u32: 4,
  i32: 5,
  u64Small: 6,
  i64Small: 7,
  timepointSmall: 8,
  durationSmall: 9,
  u128Small: 10,
  i128Small: 11,
  u256Small: 12,
  i256Small: 13,
  symbolSmall: 14,
  u64: 64,
  i64: 65,
  timepoint: 66,
  duration: 67,
  u128: 68,
  i128: 69,
  u256: 70,
  i256: 71,
  bytes: 72,
  string: 73,
  symbol: 74,
  vec: 75,
  map: 76,
  address: 77,
  muxed: 78,
  executableTag: 79,
} as const;

export const VOID: Val = 2n;
export const TRUE: Val = 1n;
export const FALSE: Val = 0n;

export const tagOf = (v: Val): number => Number(v & 0xffn);
export const isObject = (v: Val): boolean => tagOf(v) >= 64 && tagOf(v) < 80;
export const handleOf = (v: Val): number => Number(v >> 32n);
export const objectVal = (handle: number, tag: number): Val => (BigInt(handle) << 32n) | BigInt(tag);

const wrongType = (what: string): HostError => new HostError('Value', 'UnexpectedType', `not ${what}`);

export const bool = (b: boolean): Val => (b ? TRUE : FALSE);
export const u32 = (n: number): Val => (BigInt(n >>> 0) << 32n) | BigInt(tags.u32);
export const i32 = (n: number): Val => (BigInt(n >>> 0) << 32n) | BigInt(tags.i32);
export const toU32 = (v: Val): number => {
  if (tagOf(v) !== tags.u32) throw wrongType('a u32');
  return Number(v >> 32n);
};
export const toI32 = (v: Val): number => Number(BigInt.asIntN(32, v >> 32n));

export const errorVal = (type: number, code: number): Val => (BigInt(code >>> 0) << 32n) | (BigInt(type) << 8n) | BigInt(tags.error);
export const isError = (v: Val): boolean => tagOf(v) === tags.error;
export const errorTypeOf = (v: Val): number => Number((v >> 8n) & 0xffffffn);
export const errorCodeOf = (v: Val): number => Number(v >> 32n);
export const errorOf = (type: ErrorType, code: ErrorCode): Val => errorVal(errorTypes.indexOf(type), errorCodes.indexOf(code));
export const hostErrorOf = (v: Val, message: string): HostError => new HostError(errorTypes[errorTypeOf(v)] ?? 'Value', errorCodeOf(v), message);

const bodyBits = 56;
export const smallUnsignedMax = (1n << 56n) - 1n;
export const smallBody = (v: Val): bigint => v >> 8n;
export const smallSignedBody = (v: Val): bigint => BigInt.asIntN(bodyBits, v >> 8n);
export const smallUnsigned = (tag: number, n: bigint): Val => (n << 8n) | BigInt(tag);
export const smallSigned = (tag: number, n: bigint): Val => (BigInt.asUintN(bodyBits, n) << 8n) | BigInt(tag);
export const fitsSigned = (n: bigint): boolean => BigInt.asIntN(bodyBits, n) === n;

/** '_', digits, upper, lower case: 1..63, six bits each, at most nine in a small symbol. */
const symbolChars = '_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const symbolLengthMax = 32;

export const isSymbolText = (text: string): boolean => text.length <= symbolLengthMax && /^[_0-9A-Za-z]*$/.test(text);

export const smallSymbol = (text: string): Val | undefined => {
  if (text.length > 9) return undefined;
  let body = 0n;
  for (const char of text) body = (body << 6n) | BigInt(symbolChars.indexOf(char) + 1);
  return (body << 8n) | BigInt(tags.symbolSmall);
};

export const smallSymbolText = (v: Val): string => {
  let text = '';
  for (let body = v >> 8n; body > 0n; body >>= 6n) text = symbolChars[Number(body & 63n) - 1]! + text;
  return text;
};
