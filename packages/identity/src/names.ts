/** Names of nodes and communities: what a screen, a log line and a certificate's subject can all carry. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._'-]*$/u;
export const nameLengthMax = 48;

/** The name in its normal form, or undefined: 1 to 48 letters, digits, spaces and . _ ' - , beginning with a letter or digit. */
export function normalName(text: string): string | undefined {
  const name = text.normalize('NFC').trim();
  return name.length <= nameLengthMax && NAME.test(name) ? name : undefined;
}

/** Throws TypeError with a message for people when the name does not fit. */
export function expectName(what: string, text: string): string {
  const name = normalName(text);
  if (name === undefined)
    throw new TypeError(`${what}: 1 to ${nameLengthMax} letters, digits, spaces, . _ ' or - are allowed, beginning with a letter or digit`);
  return name;
}
