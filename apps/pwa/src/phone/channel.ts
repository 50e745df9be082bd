import type { AnswerText, CallText, PairText } from '@energymesh/agent/api/phones/call-text';
import { phoneIdOf, sealCall } from '@energymesh/agent/api/phones/sealed-call';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** Not extractable: it works only in this browser. */
export async function newPhoneKeys(): Promise<{ keys: CryptoKeyPair; publicKey: Uint8Array<ArrayBuffer>; phone: string }> {
  const keys = await crypto.subtle.generateKey(ecdsa, false, ['sign', 'verify']);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
  return { keys, publicKey, phone: phoneIdOf(publicKey) };
}

export interface Sealed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Undefined: not the node's answer to this call. */
  open(answer: Uint8Array): Promise<AnswerText | undefined>;
}

export interface Ends {
  readonly node: string;
  readonly nodeKey: Uint8Array;
  readonly phone: string;
  readonly keys: CryptoKeyPair;
}

export async function seal(ends: Ends, message: { kind: 'call'; text: CallText } | { kind: 'pair'; text: PairText }): Promise<Sealed> {
  const text = new TextEncoder().encode(JSON.stringify(message.text));
  const begun = sealCall({ ...ends, kind: message.kind, text }, (bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  const signature = await crypto.subtle.sign({ ...ecdsa, hash: 'SHA-256' }, ends.keys.privateKey, begun.toSign as Uint8Array<ArrayBuffer>);
  const { bytes, open } = begun.finish(new Uint8Array(signature));
  return {
    bytes: bytes as Uint8Array<ArrayBuffer>,
    open: async (answer) => {
      const plain = open(answer);
      if (!plain) return undefined;
      const rest = plain.slice(1);
      return JSON.parse(plain[0] === 1 ? await inflated(rest) : new TextDecoder().decode(rest)) as AnswerText;
    },
  };
}

const inflated = (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text();
