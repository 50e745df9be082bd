import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { parsePhrase, wordsOf } from '../input/phrase.ts';
import { readSecretFile, writeSecretFile } from './atomic-file.ts';
import { type AccountSigner, accountSecret, signerOf } from './derive.ts';
import { KeystoreError } from './errors.ts';
import { bound, type Head, parseRecord, recordBytesMax, recordVersion, type WalletRecord } from './record.ts';
import { type Lock, nodeSecretBytes, passphraseLengthMin, type ScryptCost, scryptCost, seal, unseal } from './seal.ts';

export type KeystoreState =
  | { readonly at: 'not-created' }
  /** Earning already; the operator has not proved yet that the phrase is written down. `ask`: word positions from 1. */
  | {
      readonly at: 'unconfirmed';
      readonly address: string;
      readonly shown: boolean;
      readonly ask: readonly number[];
      readonly words: number;
      readonly lock: Lock['kind'];
    }
  | { readonly at: 'confirmed'; readonly address: string; readonly lock: Lock['kind'] };

export interface KeystoreOptions {
  readonly path: string;
  readonly random?: (bytes: number) => Uint8Array;
  /** Lower in tests only. */
  readonly cost?: ScryptCost;
}

/** 256 bits: 24 words, what SEP-5 recommends. */
export const entropyBytes = 32;

/**
 * The wallet of one node, in one file.
 * 1. The phrase can be read by one page, until it is confirmed; then its entropy is overwritten and only the account's key remains.
 * 2. A key that may hold money is given up by naming its address, never by accident.
 * 3. Calls are done one after the other; each leaves the whole old file or the whole new one.
 */
export class Keystore {
  readonly #path: string;
  readonly #random: (bytes: number) => Uint8Array;
  readonly #cost: ScryptCost;
  #record: WalletRecord | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor({ path, random = randomBytes, cost = scryptCost }: KeystoreOptions, record: WalletRecord | undefined) {
    this.#path = path;
    this.#random = random;
    this.#cost = cost;
    this.#record = record;
  }

  /** Throws KeystoreError `damaged` when the file is there and cannot be what was written: it is left as it is. */
  static async open(options: KeystoreOptions): Promise<Keystore> {
    const file = await readSecretFile(options.path, recordBytesMax);
    if (!file) return new Keystore(options, undefined);
    const record = parseRecord(file.toString('utf8'));
    if ('damage' in record) throw new KeystoreError('damaged', `${options.path}: ${record.damage}`);
    return new Keystore(options, record);
  }

  get state(): KeystoreState {
    const record = this.#record;
    if (!record) return { at: 'not-created' };
    const { address, backup } = record.head;
    const lock = record.sealed.recipe.name === 'scrypt' ? 'passphrase' : 'node';
    return backup.at === 'confirmed'
      ? { at: 'confirmed', address, lock }
      : { at: 'unconfirmed', address, shown: record.shownTo !== undefined, ask: backup.ask, words: backup.words, lock };
  }

  /** A new phrase of `entropy`, 32 random bytes: a parameter, as is every source of chance. */
  create({ lock, entropy }: { lock: Lock; entropy: Uint8Array }): Promise<KeystoreState> {
    return this.#next(async () => {
      if (this.#record) throw new KeystoreError('exists', 'there is a wallet already');
      return this.#begin(lock, entropy);
    });
  }

  /** Another phrase instead of one that was never confirmed: its page was closed too early. Whatever the old address holds is lost with it. */
  startOver({ lock, entropy, abandon }: { lock: Lock; entropy: Uint8Array; abandon: string }): Promise<KeystoreState> {
    return this.#next(async () => {
      const { head } = this.#expect();
      if (head.backup.at === 'confirmed') throw new KeystoreError('confirmed', 'the phrase was confirmed; restore replaces the wallet');
      this.#expectAbandoned(abandon);
      return this.#begin(lock, entropy);
    });
  }

  /**
   * The words, to one page: `viewer` is a random text that the page made and keeps, so that it can read them again after a reload or a lost answer,
   * and nobody else can after it.
   */
  reveal({ lock, viewer }: { lock: Lock; viewer: string }): Promise<readonly string[]> {
    return this.#next(async () => {
      const record = this.#expectUnconfirmed();
      if (viewer.length < 16 || viewer.length > 256) throw new RangeError('viewer: 16 to 256 characters');
      const shownTo = createHash('sha256').update(viewer).digest('hex');
      if (record.shownTo !== undefined && !timingSafeEqual(Buffer.from(record.shownTo), Buffer.from(shownTo)))
        throw new KeystoreError('shown-elsewhere', 'another page has shown the phrase');
      const words = wordsOf(await this.#open(record, lock));
      // Written before the words leave: a crash in between costs a phrase that nobody saw.
      if (record.shownTo === undefined) await this.#write({ ...record, shownTo });
      return words;
    });
  }

  /** The words at the positions of `ask`, in that order. false: one of them is another word. */
  confirm({ lock, words }: { lock: Lock; words: readonly string[] }): Promise<boolean> {
    return this.#next(async () => {
      const record = this.#expectUnconfirmed();
      if (record.shownTo === undefined) throw new KeystoreError('not-shown-yet', 'the phrase was not shown yet');
      const entropy = await this.#open(record, lock);
      const phrase = wordsOf(entropy);
      entropy.fill(0);
      const { backup, ...rest } = record.head;
      const asked = backup.at === 'unconfirmed' ? backup.ask : [];
      if (words.length !== asked.length || asked.some((position, i) => phrase[position - 1] !== words[i]?.trim().toLowerCase())) return false;
      await this.#keep({ ...rest, backup: { at: 'confirmed' } }, await accountSecret(phrase, rest.index), lock);
      return true;
    });
  }

  /** The wallet of a phrase that the operator has. Over an existing one only when `abandon` names its address. */
  restore({ phrase, lock, index = 0, abandon }: { phrase: string; lock: Lock; index?: number; abandon?: string }): Promise<KeystoreState> {
    return this.#next(async () => {
      if (this.#record) this.#expectAbandoned(abandon);
      const words = parsePhrase(phrase);
      if ('fault' in words) throw new KeystoreError('bad-phrase', `recovery phrase: ${words.fault}`);
      const secret = await accountSecret(words, index);
      return this.#keep({ address: signerOf(secret).address, index, backup: { at: 'confirmed' } }, secret, lock);
    });
  }

  /** The same wallet under another lock. */
  relock({ from, to }: { from: Lock; to: Lock }): Promise<KeystoreState> {
    return this.#next(async () => {
      const record = this.#expect();
      const plain = await this.#open(record, from);
      return this.#keep(record.head, plain, to, record.shownTo);
    });
  }

  /** Opens the wallet for signing. It has no timer: whoever opened it drops it when the work is done. */
  signer(lock: Lock): Promise<AccountSigner> {
    return this.#next(async () => {
      const record = this.#expect();
      const plain = await this.#open(record, lock);
      const secret = record.head.backup.at === 'confirmed' ? plain : await accountSecret(wordsOf(plain), record.head.index);
      const signer = signerOf(secret);
      secret.fill(0);
      plain.fill(0);
      if (signer.address !== record.head.address) throw new KeystoreError('damaged', `${this.#path}: the key is another account's`);
      return signer;
    });
  }

  async #begin(lock: Lock, entropy: Uint8Array): Promise<KeystoreState> {
    // The commonest broken random source says the same byte for ever.
    if (entropy.length !== entropyBytes || entropy.every((byte) => byte === entropy[0]))
      throw new KeystoreError('bad-entropy', `expected ${entropyBytes} random bytes`);
    const words = wordsOf(entropy);
    const address = signerOf(await accountSecret(words, 0)).address;
    return this.#keep({ address, index: 0, backup: { at: 'unconfirmed', ask: this.#choose(words.length), words: words.length } }, entropy.slice(), lock);
  }

  /** Three positions, ascending. Bytes that would favour the low ones are thrown away. */
  #choose(count: number): number[] {
    const chosen = new Set<number>();
    const fair = 256 - (256 % count);
    for (let tries = 0; chosen.size < 3 && tries < 1_000; tries++) {
      const byte = this.#random(1)[0]!;
      if (byte < fair) chosen.add((byte % count) + 1);
    }
    if (chosen.size < 3) throw new KeystoreError('bad-entropy', 'the random source repeats itself');
    return [...chosen].sort((a, b) => a - b);
  }

  async #keep(head: Head, secret: Uint8Array, lock: Lock, shownTo?: string): Promise<KeystoreState> {
    if (lock.kind === 'passphrase' && lock.passphrase.length < passphraseLengthMin)
      throw new KeystoreError('weak-lock', `a passphrase has at least ${passphraseLengthMin} characters`);
    if (lock.kind === 'node' && lock.secret.length !== nodeSecretBytes) throw new KeystoreError('weak-lock', `a node's secret has ${nodeSecretBytes} bytes`);
    const sealed = await seal(secret, bound(head), lock, this.#random, this.#cost);
    secret.fill(0);
    await this.#write({ version: recordVersion, head, ...(shownTo !== undefined && { shownTo }), sealed });
    return this.state;
  }

  async #write(record: WalletRecord): Promise<void> {
    await writeSecretFile(this.#path, `${JSON.stringify(record)}\n`, { replace: true });
    this.#record = record;
  }

  async #open(record: WalletRecord, lock: Lock): Promise<Uint8Array> {
    const plain = await unseal(record.sealed, bound(record.head), lock);
    if (!plain) throw new KeystoreError('wrong-lock', 'wrong passphrase or node secret, or the file was changed');
    return plain;
  }

  #expect(): WalletRecord {
    if (!this.#record) throw new KeystoreError('not-created', 'there is no wallet yet');
    return this.#record;
  }

  #expectUnconfirmed(): WalletRecord {
    const record = this.#expect();
    if (record.head.backup.at === 'confirmed') throw new KeystoreError('confirmed', 'the phrase was confirmed and is gone from this node');
    return record;
  }

  #expectAbandoned(abandon: string | undefined): void {
    if (abandon !== this.#record?.head.address) throw new KeystoreError('not-the-current-address', 'say which address is given up');
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
