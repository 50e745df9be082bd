export const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
export const unhex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** As JSON has it: bytes as hex, undefined as null, no `at` in errors. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  if ('error' in value) return { error: value.error };
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}
