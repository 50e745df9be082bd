import { shownText } from '../text.ts';

/** What a program's output said. Broken or hostile output is `problem`, never an exception. */
export interface Observed<T> {
  readonly value: T;
  /** Undefined: read in full. Otherwise `value` holds what could be read. */
  readonly problem?: string;
}

/** More rows than this are not looked at: `problem` says so. A batman domain has tens of nodes, some with several clients. */
export const rowsMax = 2000;
export const textMax = 512 * 1024;

export const problem = <T>(value: T, text: string): Observed<T> => ({ value, problem: text });
export const cut = <T>(value: T, rows: number): Observed<T> => (rows > rowsMax ? problem(value, `more than ${rowsMax} rows: the rest is left out`) : { value });

/** Lines without their ends. */
export const linesOf = (text: string): string[] => text.slice(0, textMax).split(/\r?\n/);

export const macOf = (text: unknown): string | undefined =>
  typeof text === 'string' && /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(text) ? text.toLowerCase() : undefined;
/** Interface names as the kernel allows them and as they can be shown. */
export const nameOf = (text: unknown): string | undefined => (typeof text === 'string' && /^[A-Za-z0-9._-]{1,15}$/.test(text) ? text : undefined);
/** A finite number from a whole text: no sign of what parseFloat would have cut. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d{1,15}(\.\d{1,9})?$/.test(text)) return undefined;
  return Number(text);
}
export const countOf = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined);
export const textOf = (value: unknown, charactersMax = 64): string | undefined => (typeof value === 'string' ? shownText(value, charactersMax) : undefined);

type Row = Readonly<Record<string, unknown>>;
export const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Usage instead of data, with exit 0 in some versions: the command is not known here. */
export const isUsage = (text: string): boolean => /^(Error|Usage)\b|^\s*Usage:|\nUsage:|^Possible mesh parameters/m.test(text.slice(0, 4000));

/** An array of objects; rows that are none are left out. */
function jsonRows(text: string): Observed<readonly Row[]> {
  if (text.trim() === '') return { value: [] };
  if (text.length > textMax) return problem([], 'is too long');
  if (isUsage(text)) return problem([], 'prints its usage: this version of the program does not know the command');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return problem([], 'is not JSON');
  }
  if (!Array.isArray(parsed)) return problem([], 'is no list');
  const rows = parsed.slice(0, rowsMax).filter(isRow);
  if (parsed.length > rowsMax) return problem(rows, `more than ${rowsMax} rows: the rest is left out`);
  return rows.length < parsed.length ? problem(rows, 'has rows that are no objects') : { value: rows };
}

/** Rows that are complete; how many were not. */
export function mapRows<T>(text: string, read: (row: Row) => T | undefined): Observed<readonly T[]> {
  const { value: rows, problem: why } = jsonRows(text);
  const complete = rows.map(read).filter((row) => row !== undefined);
  if (why !== undefined) return problem(complete, why);
  return complete.length < rows.length ? problem(complete, `${rows.length - complete.length} rows are not as expected`) : { value: complete };
}
