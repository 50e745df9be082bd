import type { Amounts, Earnings } from '@energymesh/agent/rewards-schema';
import { locale, under } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { language } from '../strings/language.ts';

/** Amounts come as stroops in decimal text and are reckoned as bigint: 10,000,000 stroops are 1 XLM. */
const stroopsPerXlm = 10_000_000n;

const grouped = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const { point, less } = {
  en: { point: '.', less: (what: string) => `${what} less` },
  es: { point: ',', less: (what: string) => `${what} de menos` },
}[language];

export const stroops = (text: string | undefined): bigint => BigInt(text ?? '0');

/** Four decimals, as everywhere on the page. Rounded down: what is shown is there. What is there at all never reads as nothing. */
export function xlm(amount: bigint): string {
  const magnitude = amount < 0n ? -amount : amount;
  if (magnitude > 0n && magnitude < 1000n) {
    const least = under(`0${point}0001`);
    return amount < 0n ? less(least) : least;
  }
  return `${amount < 0n ? '−' : ''}${grouped.format(magnitude / stroopsPerXlm)}${point}${(magnitude % stroopsPerXlm).toString().padStart(7, '0').slice(0, 4)}`;
}

/** All seven decimals: where money is sent, and where a figure is explained to the last stroop. */
export function xlmExact(amount: bigint): string {
  const magnitude = amount < 0n ? -amount : amount;
  return `${amount < 0n ? '−' : ''}${grouped.format(magnitude / stroopsPerXlm)}${point}${(magnitude % stroopsPerXlm).toString().padStart(7, '0')}`;
}

/** What a field of an amount is filled with: no separators, no zeros at the end. */
export function xlmPlain(amount: bigint): string {
  const fraction = (amount % stroopsPerXlm).toString().padStart(7, '0').replace(/0+$/, '');
  return `${amount / stroopsPerXlm}${fraction ? `.${fraction}` : ''}`;
}

/** The same to be read. */
export const xlmShort = (amount: bigint): string => xlmPlain(amount).replace('.', point);

/** Of a figure that is drawn already: its decimals by the language. */
export const decimals = (value: number, digits: number): string => value.toFixed(digits).replace('.', point);

/** For drawing only. */
export const xlmNumber = (amount: bigint): number => Number(amount) / Number(stroopsPerXlm);

/** What a time has earned: everything on its way and everything paid. The one number, on every screen. */
export const earnedOf = ({ pending, proved, claimed, paid }: Amounts): bigint => stroops(pending) + stroops(proved) + stroops(claimed) + stroops(paid);

/** Proved or claimed: on the ledger, and not in the wallet yet. */
export const comingOf = ({ proved, claimed }: Amounts): bigint => stroops(proved) + stroops(claimed);

/** Money of a test network is called that wherever a figure stands. */
export const isPlayMoney = (terms: Earnings['terms']): boolean => terms !== undefined && terms.network !== 'public';
export const unitOf = (terms: Earnings['terms']): string => (isPlayMoney(terms) ? frameStrings.earned.playUnit : frameStrings.earned.unit);

/** "GBXR…4QHD": enough to compare, short enough for a line. */
export const shortAddress = (address: string): string => (address.length > 14 ? `${address.slice(0, 4)}…${address.slice(-4)}` : address);
export const shortHash = (hash: string): string => `${hash.slice(0, 6)}…${hash.slice(-6)}`;

/** In fours, so that two people can compare it. */
export const inFours = (address: string): string[] => address.match(/.{1,4}/g) ?? [];

/** Where anybody can look a transaction up; a local network has no such page. */
export function explorerOf(network: NonNullable<Earnings['terms']>['network'] | undefined, hash: string): string | undefined {
  if (network === 'public' || network === 'testnet') return `https://stellar.expert/explorer/${network}/tx/${hash}`;
  return undefined;
}
