import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { AnswerText, CallText, PairingCode } from './api/phones/call-text.ts';
import { type CallKind, phoneIdOf, sealCall } from './api/phones/sealed-call.ts';

/** What the app does, without a browser. */
export class TestPhone {
  readonly publicKey: Buffer;
  readonly id: string;
  counter = 0;
  /** Its belief of the node's clock less the machine's. */
  skewMs = 0;
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  readonly code: PairingCode;

  constructor(link: string) {
    this.code = JSON.parse(Buffer.from(link.split('#')[1] ?? '', 'base64url').toString('utf8')) as PairingCode;
    const { x, y } = this.#key.publicKey.export({ format: 'jwk' }) as { x: string; y: string };
    this.publicKey = Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    this.id = phoneIdOf(this.publicKey);
  }

  pairing(secret = this.code.s) {
    return this.seal('pair', { secret, key: this.publicKey.toString('base64url'), name: 'Test phone' });
  }

  call(path: string, text: Partial<CallText> = {}) {
    return this.seal('call', { at: Date.now() + this.skewMs, counter: ++this.counter, method: 'GET', path, body: '', ...text });
  }

  seal(kind: CallKind, text: object, node = this.code.n): { readonly bytes: Uint8Array; open(answer: Uint8Array | undefined): AnswerText | undefined } {
    const nodeKey = Buffer.from(this.code.k, 'base64url');
    const of = { kind, node, phone: this.id, nodeKey, text: Buffer.from(JSON.stringify(text)) };
    const sealed = sealCall(of, (bytes) => new Uint8Array(randomBytes(bytes)));
    const { bytes, open } = sealed.finish(sign('sha256', sealed.toSign, { key: this.#key.privateKey, dsaEncoding: 'ieee-p1363' }));
    return { bytes, open: (answer) => answerOf(answer && open(answer)) };
  }
}

function answerOf(plain: Uint8Array | undefined): AnswerText | undefined {
  if (!plain) return undefined;
  const text = plain[0] === 1 ? inflateRawSync(plain.subarray(1)) : Buffer.from(plain.subarray(1));
  return JSON.parse(text.toString('utf8')) as AnswerText;
}
