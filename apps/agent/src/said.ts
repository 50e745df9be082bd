import { type SaidCode, type Sentences, sentences } from './sentences.ts';

/** A sentence by its code, for whoever says it in another language. */
export interface Said {
  readonly code: SaidCode;
  readonly params: Readonly<Record<string, string>>;
}

type ParamOf<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamOf<Rest> : never;
type Params<C extends SaidCode> = [ParamOf<Sentences[C]>] extends [never] ? [] : [Readonly<Record<ParamOf<Sentences[C]>, string | number>>];

/** The sentence in English. */
export function say<C extends SaidCode>(code: C, ...[params]: Params<C>): string {
  const values: Readonly<Record<string, string | number>> = params ?? {};
  return sentences[code].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/**
 * What a sentence was made of; undefined: it is none of ours. Sentences are kept (in the log, in the state of the setup) and come from
 * other processes (the network's helper), so they are read again where they leave to a page, instead of carrying their code all the way.
 */
export function saidOf(text: string): Said | undefined {
  if (text.length > textMax) return undefined;
  const plain = plainly.get(text);
  if (plain) return { code: plain, params: {} };
  for (const { code, pattern } of patterns) {
    const found = pattern.exec(text);
    if (found) return { code, params: { ...found.groups } };
  }
  return undefined;
}

/** Far longer than any of ours; what is longer is left as it is. */
const textMax = 600;
const codes = Object.keys(sentences) as SaidCode[];
const holes = /\{(\w+)\}/g;
const plainly: ReadonlyMap<string, SaidCode> = new Map(codes.filter((code) => !sentences[code].includes('{')).map((code) => [sentences[code], code]));
const patterns = codes
  .filter((code) => sentences[code].includes('{'))
  .map((code) => ({
    code,
    pattern: new RegExp(`^${sentences[code].replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(holes, '(?<$1>[\\s\\S]+?)')}$`),
  }));

export const saidCodes: readonly SaidCode[] = codes;

/** A problem of a field with its code, where it has one. */
export function withSaid({ field, text }: { readonly field: string; readonly text: string }): { field: string; text: string; said?: Said } {
  const said = saidOf(text);
  return { field, text, ...(said && { said }) };
}
