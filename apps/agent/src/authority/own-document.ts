import type { DeviceBook } from '@energymesh/enrolment';
import { type CommunityAuthority, DocumentTooBig, deviceVerifier, newDeviceToken, newSalt, sealBeaconKey, signCommunityDocument } from '@energymesh/identity';
import type { KeptRecords, RecordsFile } from './records-file.ts';

export interface OwnDocumentOptions {
  readonly authority: CommunityAuthority;
  readonly records: RecordsFile;
  readonly now: () => number;
  /** Puts the authority, with a new beacon key, in place durably. */
  readonly saveAuthority: () => void;
}

/** full: the document has no room for another revocation. */
export class NotRevoked extends Error {
  override readonly name = 'NotRevoked';
  readonly why: 'no-member' | 'full';
  constructor(why: NotRevoked['why']) {
    super(why);
    this.why = why;
  }
}

/**
 * Devices and revocations of a community that was made on a node, and the signed document that tells every node of them.
 * 1. A change and the document that tells of it are one write.
 * 2. The number grows with every change, and never falls behind the clock's seconds.
 * 3. Revoking a node rotates the beacon key, sealed in the document for those that remain: docs/protocol.md §2.6. The authority is in place with the new key
 *    before the document; a document that fell behind it is made anew by `refresh`.
 */
export class OwnDocument {
  readonly #o: OwnDocumentOptions;
  readonly book: DeviceBook;
  #listener: (document: Uint8Array) => void = () => undefined;

  constructor(options: OwnDocumentOptions) {
    this.#o = options;
    const { records, authority } = options;
    this.book = {
      root: authority.deviceRootPem,
      list: async () => records.now.devices,
      add: (device) => this.#add(device),
      remove: (id) =>
        this.#change((draft) => {
          draft.devices = draft.devices.filter((one) => one.id !== id);
        }),
    };
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.from(this.#o.records.now.document.bytes, 'base64'));
  }
  isRevoked(node: string): boolean {
    return this.#o.records.now.revoked.some((one) => one.node === node);
  }
  /** One listener: this node, by which all others hear of it. */
  onDocument(listener: (document: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** Makes the first one, and another where it fell behind the beacon key. */
  async refresh(): Promise<void> {
    const { document } = this.#o.records.now;
    if (document.number === 0 || document.beaconEpoch !== this.#o.authority.beacon.epoch) await this.#change(() => undefined);
  }

  /** Throws NotRevoked. Revoking again changes nothing. */
  async revoke(node: string): Promise<void> {
    if (this.isRevoked(node)) return;
    const { authority, saveAuthority, now } = this.#o;
    const takeBack = authority.rotateBeaconKey(now());
    try {
      await this.#change((draft) => {
        const member = draft.members.find((one) => one.id === node);
        if (!member) throw new NotRevoked('no-member');
        draft.revoked.push({ node, at: now() });
        draft.events.push({ at: now(), kind: 'node-revoked', detail: node });
      }, saveAuthority);
    } catch (error) {
      takeBack();
      saveAuthority();
      throw error instanceof DocumentTooBig ? new NotRevoked('full') : error;
    }
  }

  /** Undefined: the document has no room for another one. */
  async #add({ id, role, by }: Parameters<DeviceBook['add']>[0]): Promise<string | undefined> {
    const [token, salt] = [newDeviceToken(), newSalt()];
    try {
      await this.#change((draft) => void draft.devices.push({ id, role, salt, verifier: deviceVerifier(token, salt), addedAt: this.#o.now(), by }));
      return token;
    } catch (error) {
      if (error instanceof DocumentTooBig) return undefined;
      throw error;
    }
  }

  async #change(apply: (draft: KeptRecords) => void, before: () => void = () => undefined): Promise<void> {
    await this.#o.records.change((draft) => {
      apply(draft);
      draft.document = this.#sign(draft);
      before();
    });
    this.#listener(this.bytes);
  }

  #sign({ devices, revoked, members, document }: KeptRecords): KeptRecords['document'] {
    const { authority, now } = this.#o;
    const number = Math.max(document.number + 1, Math.floor(now() / 1000));
    const { beacon } = authority;
    const gone = new Set(revoked.map(({ node }) => node));
    const remain = members.filter(({ id }) => !gone.has(id)).map(({ publicKey }) => new Uint8Array(Buffer.from(publicKey, 'base64')));
    const sealed = beacon.epoch === 0 ? undefined : sealBeaconKey({ community: authority.id, ...beacon, members: remain });
    const bytes = signCommunityDocument(authority, {
      ...{ number, issuedAt: now(), beacon: sealed },
      revoked: revoked.map(({ node }) => ({ node })),
      devices: devices.map(({ id, role, salt, verifier }) => ({ id, role, salt, verifier })),
    });
    return { number, beaconEpoch: beacon.epoch, bytes: Buffer.from(bytes).toString('base64') };
  }
}
