import { closeSync, openSync, readSync } from 'node:fs';

/** Something that must not be seen on a wire, by name. */
export type Canaries = Readonly<Record<string, string>>;

const pieceBytes = 1024 * 1024;

/** A text as it may stand in a capture: as it is, in hexadecimal, and in base64 at each of its three alignments. */
function formsOf(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    // The characters at both ends depend on what stands beside the text.
    return whole.slice(shift === 0 ? 0 : shift + 1, whole.length - ((shift + bytes.length) % 3 === 0 ? 0 : 1));
  });
  return [bytes, Buffer.from(hex), Buffer.from(hex.toUpperCase()), ...base64.map((form) => Buffer.from(form))];
}

/** How often each canary stands in a file, in whatever form. The file may be large: it is read in pieces that overlap. */
export function countIn(file: string, canaries: Canaries): Record<string, number> {
  const wanted = Object.entries(canaries).map(([name, text]) => ({ name, forms: formsOf(text) }));
  const overlap = Math.max(...wanted.flatMap(({ forms }) => forms.map((form) => form.length))) - 1;
  const counts = Object.fromEntries(wanted.map(({ name }) => [name, 0]));
  const piece = Buffer.alloc(pieceBytes + overlap);
  const fd = openSync(file, 'r');
  try {
    for (let at = 0; ; at += pieceBytes) {
      const length = readSync(fd, piece, 0, piece.length, at);
      const text = piece.subarray(0, length);
      // What begins in the overlap is found by the next piece.
      for (const { name, forms } of wanted) for (const form of forms) counts[name]! += countOf(text, form, pieceBytes);
      if (length < piece.length) return counts;
    }
  } finally {
    closeSync(fd);
  }
}

function countOf(text: Buffer, form: Buffer, beginsBefore: number): number {
  let count = 0;
  for (let at = text.indexOf(form); at >= 0 && at < beginsBefore; at = text.indexOf(form, at + 1)) count++;
  return count;
}
