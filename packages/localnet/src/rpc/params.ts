/** Checks of what comes in. Fails with RpcError. */
import { invalidParams } from './errors.ts';

export type Params = Readonly<Record<string, unknown>>;

export const object = (value: unknown, what: string): Params => {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidParams(`${what} must be an object`);
  return value as Params;
};

export const text = (value: unknown, what: string): string => {
  if (typeof value !== 'string') throw invalidParams(`${what} must be a string`);
  return value;
};

export const optionalText = (value: unknown, what: string): string | undefined => (value === undefined || value === '' ? undefined : text(value, what));

const whole = (value: unknown, what: string, least: number, most: number): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw invalidParams(`${what} must be a whole number from ${least} to ${most}`);
  }
  return value;
};

export const optionalWhole = (value: unknown, what: string, least: number, most: number): number | undefined =>
  value === undefined || value === null ? undefined : whole(value, what, least, most);

export const list = (value: unknown, what: string, most: number): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > most) throw invalidParams(`${what} must be a list of at most ${most}`);
  return value;
};
