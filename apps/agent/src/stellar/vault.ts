import { randomBytes } from 'node:crypto';
import { type AccountSigner, entropyBytes, Keystore, KeystoreError, type Lock, nodeLock } from '@energymesh/wallet/keystore';
import { RewardsRefused } from '../ports.ts';

type VaultState =
  | { readonly at: 'none' }
  | { readonly at: 'unconfirmed'; readonly address: string; readonly shown: boolean; readonly ask: readonly number[]; readonly words: number }
  | { readonly at: 'confirmed'; readonly address: string }
  | { readonly at: 'damaged'; readonly why: string };

const fresh = (): Uint8Array => new Uint8Array(randomBytes(entropyBytes));

/** The wallet's file, under a secret of the node's own, so that it works unattended. docs/wallet.md. Throws RewardsRefused. */
export class NodeVault {
  readonly #keystore: Keystore | { readonly damage: string };
  readonly #lock: Lock;
  #signer: AccountSigner | undefined;

  private constructor(keystore: Keystore | { readonly damage: string }, lock: Lock) {
    this.#keystore = keystore;
    this.#lock = lock;
  }

  /** `path` of the sealed file, `secretPath` of what opens it. */
  static async open(path: string, secretPath: string): Promise<NodeVault> {
    const lock = await nodeLock(secretPath, (bytes) => new Uint8Array(randomBytes(bytes)));
    try {
      return new NodeVault(await Keystore.open({ path }), lock);
    } catch (error) {
      if (!(error instanceof KeystoreError)) throw error;
      return new NodeVault({ damage: error.message }, lock);
    }
  }

  get state(): VaultState {
    const keystore = this.#keystore;
    if ('damage' in keystore) return { at: 'damaged', why: keystore.damage };
    const { state } = keystore;
    if (state.at === 'not-created') return { at: 'none' };
    const { address } = state;
    return state.at === 'confirmed' ? { at: 'confirmed', address } : { at: 'unconfirmed', address, shown: state.shown, ask: state.ask, words: state.words };
  }

  create(): Promise<void> {
    return this.#does(async (keystore) => {
      await keystore.create({ lock: this.#lock, entropy: fresh() });
    });
  }
  phrase(viewer: string): Promise<readonly string[]> {
    return this.#does((keystore) => keystore.reveal({ lock: this.#lock, viewer }));
  }
  confirm(words: readonly string[]): Promise<boolean> {
    return this.#does((keystore) => keystore.confirm({ lock: this.#lock, words }));
  }
  restore(phrase: string, abandon: string | undefined): Promise<void> {
    return this.#does(async (keystore) => {
      await keystore.restore({ phrase, lock: this.#lock, ...(abandon !== undefined && { abandon }) });
    });
  }
  startOver(abandon: string): Promise<void> {
    return this.#does(async (keystore) => {
      await keystore.startOver({ lock: this.#lock, entropy: fresh(), abandon });
    });
  }

  /** Undefined: there is no wallet, or it cannot be opened. */
  async signer(): Promise<AccountSigner | undefined> {
    const { state } = this;
    if (state.at !== 'unconfirmed' && state.at !== 'confirmed') return undefined;
    if (this.#signer?.address !== state.address) this.#signer = await this.#does((keystore) => keystore.signer(this.#lock));
    return this.#signer;
  }

  async #does<T>(work: (keystore: Keystore) => Promise<T>): Promise<T> {
    const keystore = this.#keystore;
    if ('damage' in keystore) throw new RewardsRefused('wallet', `The wallet's file is damaged: ${keystore.damage}. It is left as it is.`);
    try {
      return await work(keystore);
    } catch (error) {
      if (!(error instanceof KeystoreError)) throw error;
      throw new RewardsRefused(
        error.code === 'bad-phrase' ? 'bad-phrase' : error.code === 'not-created' ? 'no-wallet' : 'wallet',
        `${error.code}: ${error.message}`,
      );
    }
  }
}
