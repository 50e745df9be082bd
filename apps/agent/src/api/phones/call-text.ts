/** What is inside of a sealed call and its answer. docs/app.md, "Bytes". Runs in the node and in the app. */

/** One request to the node's API, as over HTTP. */
export interface CallText {
  /** The node's clock as the phone believes it, Unix milliseconds. */
  readonly at: number;
  /** Counts up per phone and node, never used twice. */
  readonly counter: number;
  readonly method: 'GET' | 'POST';
  /** Path and query, under /trpc/. */
  readonly path: string;
  readonly body: string;
}

/** Of a phone that was shown the code. */
export interface PairText {
  /** Out of the code. */
  readonly secret: string;
  /** P-256, uncompressed point, base64url. */
  readonly key: string;
  readonly name: string;
}

/** Why a node answers a phone without having done what it asked. */
export type Refusal = 'unknown-phone' | 'clock' | 'replayed' | 'too-often' | 'too-big' | 'malformed' | 'wrong-code' | 'code-ended' | 'full';

export interface AnswerText {
  /** The node's clock. */
  readonly at: number;
  /** Of HTTP; 0 with a refusal. */
  readonly status: number;
  readonly refused?: Refusal;
  readonly body: string;
}

/** Flag 1 (0 plain, 1 raw deflate) | JSON. */
export const plainAnswer = 0;
export const deflatedAnswer = 1;

/** The code that a node shows, as the link's fragment: JSON in base64url. */
export interface PairingCode {
  readonly v: 1;
  /** Node's id. */
  readonly n: string;
  /** Its name. */
  readonly m: string;
  /** Its X25519 key, base64url. */
  readonly k: string;
  /** Good once. */
  readonly s: string;
  /** host:port on its networks. */
  readonly a: readonly string[];
}
