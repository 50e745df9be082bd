/** What a payment carries for its receiver. Text forms: id in decimal, hash and return in 64 hex digits. */
export type Memo =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'hash' | 'return'; readonly hash: string };

export type MemoKind = Memo['kind'];
export type MemoFault = { readonly fault: 'empty' | 'too-long' | 'not-a-number' | 'not-a-hash' };

export const memoTextBytesMax = 28;
const idMax = 2n ** 64n - 1n;

/** Reads what was typed beside the chosen kind. Text is taken as it is, blanks included: exchanges compare byte by byte. */
export function parseMemo(kind: MemoKind, text: string): Memo | MemoFault {
  switch (kind) {
    case 'none':
      return { kind };
    case 'text':
      if (!text) return { fault: 'empty' };
      return new TextEncoder().encode(text).length <= memoTextBytesMax ? { kind, text } : { fault: 'too-long' };
    case 'id': {
      const digits = text.trim();
      if (!digits) return { fault: 'empty' };
      if (!/^\d{1,20}$/.test(digits) || BigInt(digits) > idMax) return { fault: 'not-a-number' };
      return { kind, id: BigInt(digits).toString() };
    }
    case 'hash':
    case 'return': {
      const hash = text.trim().toLowerCase();
      if (!hash) return { fault: 'empty' };
      return /^[0-9a-f]{64}$/.test(hash) ? { kind, hash } : { fault: 'not-a-hash' };
    }
  }
}

/** Why a memo made elsewhere (an API's argument) is none; undefined when it is one. */
export function judgeMemo(memo: Memo): MemoFault | undefined {
  const text = memo.kind === 'none' ? '' : memo.kind === 'text' ? memo.text : memo.kind === 'id' ? memo.id : memo.hash;
  const parsed = parseMemo(memo.kind, text);
  return 'fault' in parsed ? parsed : undefined;
}
