export const passphraseLengthMin = 10;

export type PassphraseFlaw = 'short' | 'plain';

/** What anybody would try first; compared without case, blanks and dashes. */
const tried = [
  'passphrase',
  'password',
  'energymesh',
  'raspberry',
  'letmein',
  'qwertyuiop',
  'qwertzuiop',
  '1234567890',
  '0123456789',
  'iloveyou',
  'administrator',
];

/** Undefined: good enough. `known` are words that stand on the screen, such as the node's and the community's name. */
export function passphraseFlaw(passphrase: string, known: readonly string[]): PassphraseFlaw | undefined {
  if ([...passphrase].length < passphraseLengthMin) return 'short';
  const bare = squeeze(passphrase);
  const words = [...tried, ...known.map(squeeze)].filter((word) => word.length >= 4);
  // What is left once the guessable words are taken out must still be worth guessing.
  const left = words.reduce((text, word) => text.replaceAll(word, ''), bare);
  if (left.length < 6 || new Set(left).size < 4) return 'plain';
  return undefined;
}

const squeeze = (text: string): string => text.toLowerCase().replace(/[\s\-_.]/g, '');
