// Neither the DOM's nor Node's types belong to this package; both platforms have these two.
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
declare const TextDecoder: new (label: 'utf-8', options: { fatal: boolean; ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
// Without ignoreBOM a leading U+FEFF would vanish and the text would not encode to the same bytes again.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws RangeError for a lone surrogate: such a text has no UTF-8 form. */
export function utf8Encode(text: string): Uint8Array<ArrayBuffer> {
  if (!text.isWellFormed()) throw new RangeError('text: lone surrogate');
  return encoder.encode(text);
}

/** Undefined when the bytes are no valid UTF-8 (overlong forms and surrogates included). */
export function utf8Decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
