import { entropyToMnemonic, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

/** Numbers of words that BIP-39 knows. New phrases have 24: SEP-5 §"Mnemonic Codes". */
export const phraseLengths: readonly number[] = [12, 15, 18, 21, 24];
const textLengthMax = 400;

export type PhraseFault =
  | { readonly fault: 'word-count'; readonly count: number }
  /** Position from 1, so that the sentence on screen can say "word 7". */
  | { readonly fault: 'unknown-word'; readonly position: number }
  /** Every word exists and they don't belong together: two swapped, or one wrong. */
  | { readonly fault: 'checksum' };

/** The words of a recovery phrase as typed: any case, any blanks between. */
export function parsePhrase(text: string): readonly string[] | PhraseFault {
  const words = text.length <= textLengthMax ? text.normalize('NFKD').toLowerCase().split(/\s+/).filter(Boolean) : [];
  if (!phraseLengths.includes(words.length)) return { fault: 'word-count', count: words.length };
  const unknown = words.findIndex((word) => !wordlist.includes(word));
  if (unknown >= 0) return { fault: 'unknown-word', position: unknown + 1 };
  return validateMnemonic(words.join(' '), wordlist) ? words : { fault: 'checksum' };
}

/** 16 to 32 bytes of entropy become 12 to 24 English words. */
export const wordsOf = (entropy: Uint8Array): readonly string[] => entropyToMnemonic(entropy, wordlist).split(' ');

/** At most five words of the list that begin like this, for completion while typing. */
export const wordsLike = (start: string): readonly string[] => (start ? wordlist.filter((word) => word.startsWith(start.toLowerCase())).slice(0, 5) : []);
