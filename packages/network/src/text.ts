/** Control characters, line and paragraph separators, lone surrogates: none of them belongs in a setting, and a newline in one would be a line of a daemon's configuration. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is what it is for
const forbidden = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

export const isPlainText = (text: string): boolean => !forbidden.test(text);
export const isPrintableAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** UTF-8. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const hexOf = (text: string): string => [...bytesOf(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** What came by air or from a program, cut and made fit to be shown and logged. */
export function shownText(text: string, charactersMax = 200): string {
  let shown = '';
  for (const character of text.slice(0, charactersMax * 2)) {
    if (shown.length >= charactersMax) return `${shown}…`;
    shown += forbidden.test(character) ? '\ufffd' : character;
  }
  return shown;
}
