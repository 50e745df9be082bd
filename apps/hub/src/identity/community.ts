import {
  type CommunityAuthority,
  type DeviceCredential,
  type DeviceRole,
  deviceVerifier,
  newDeviceToken,
  newSalt,
  type Revocation,
  type RewardTerms,
  sealBeaconKey,
  signCommunityDocument,
} from '@energymesh/identity';
import type { Clock } from '../clock.ts';
import type { Database, Session } from '../store/database.ts';
import {
  addEvent,
  addRevocation,
  allDevices,
  allNodes,
  allRevocations,
  nodeBy,
  putDevice,
  putDocument,
  removeDevice,
  storedDocument,
} from '../store/members.ts';

export class NoSuchNode extends Error {
  override readonly name = 'NoSuchNode';
}

export interface CommunityOptions {
  readonly authority: CommunityAuthority;
  readonly db: Database;
  readonly clock: Clock;
  /** Resolves when the authority, with a new beacon key, is on disk. */
  readonly saveAuthority: () => Promise<void>;
  /** Undefined: this community pays nothing. */
  readonly rewards?: RewardTerms | undefined;
  /** Origin of the community's app; undefined: it has none. */
  readonly app?: string | undefined;
}

/**
 * Devices and revocations, and the signed community document that tells every node of them.
 * 1. A change and the document that tells of it commit together.
 * 2. The number grows with every change, and never falls behind the clock's seconds: so a database that was lost does not bring old numbers back.
 * 3. Revoking a node rotates the beacon key, and the document seals it for the nodes that remain: docs/protocol.md §2.6. The authority is on disk with the new
 *    key before the document commits; a document that fell behind it is made anew at the start.
 * 4. `published` is called after the commit, in the order of numbers.
 */
export class Community {
  readonly #authority: CommunityAuthority;
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #saveAuthority: () => Promise<void>;
  readonly #rewards: RewardTerms | undefined;
  readonly #app: string | undefined;
  #devices: ReadonlySet<string> = new Set();
  #revoked: readonly Revocation[] = [];
  #document: { number: number; bytes: Uint8Array } = { number: 0, bytes: new Uint8Array() };
  #listener: (document: Uint8Array) => void = () => undefined;

  private constructor(options: CommunityOptions) {
    this.#authority = options.authority;
    this.#db = options.db;
    this.#clock = options.clock;
    this.#saveAuthority = options.saveAuthority;
    this.#rewards = options.rewards;
    this.#app = options.app;
  }

  static async open(options: CommunityOptions): Promise<Community> {
    const community = new Community(options);
    const stored = await storedDocument(options.db);
    const current = stored?.beaconEpoch === options.authority.beacon.epoch && stored.rewards === textOf(options);
    if (current) await community.#adopt({ number: stored.number, bytes: stored.bytes });
    else await community.#change(async () => undefined);
    return community;
  }

  get document(): { readonly number: number; readonly bytes: Uint8Array } {
    return this.#document;
  }
  get deviceCount(): number {
    return this.#devices.size;
  }
  hasDevice(id: string): boolean {
    return this.#devices.has(id);
  }
  isRevoked(node: string, serial: string): boolean {
    return this.#revoked.some((entry) => entry.node === node && (entry.serial === undefined || entry.serial === serial));
  }
  /** One listener: the broker, which publishes the document. */
  onDocument(listener: (document: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** Adds a device, or gives a known one a new token; resolves to the token, which is kept nowhere. Throws DocumentTooBig. */
  async addDevice(id: string, role: DeviceRole, by?: string): Promise<string> {
    const [token, salt] = [newDeviceToken(), newSalt()];
    const credential: DeviceCredential = { id, role, salt, verifier: deviceVerifier(token, salt) };
    await this.#change(async (session, now) => {
      await putDevice(session, credential, now, by);
      await addEvent(session, { at: now, kind: 'device-added', detail: `${id} (${role})${by === undefined ? '' : `, by ${by}`}` });
    });
    return token;
  }

  /** False when there was no such device. */
  async removeDevice(id: string): Promise<boolean> {
    if (!this.#devices.has(id)) return false;
    await this.#change(async (session, now) => {
      await removeDevice(session, id);
      await addEvent(session, { at: now, kind: 'device-removed', detail: id });
    });
    return true;
  }

  /** Throws NoSuchNode, or DocumentTooBig. Revoking again changes nothing. A single certificate (by serial) takes no key from its node, so the beacon key stays. */
  async revoke(revocation: Revocation): Promise<void> {
    if (this.isRevoked(revocation.node, revocation.serial ?? '')) return;
    await this.#change(
      async (session, now) => {
        if (!(await nodeBy(session, revocation.node))) throw new NoSuchNode(`node ${revocation.node} was never enrolled here`);
        await addRevocation(session, revocation, now);
        await addEvent(session, { at: now, kind: 'node-revoked', detail: revocation.node });
      },
      { rotate: revocation.serial === undefined },
    );
  }

  async #change(apply: (session: Session, now: number) => Promise<void>, { rotate = false } = {}): Promise<void> {
    const now = this.#clock.now();
    let takeBack: (() => void) | undefined;
    let document: { number: number; bytes: Uint8Array };
    try {
      // The engine runs one transaction at a time, so numbers and epochs follow each other.
      document = await this.#db.transaction(async (session) => {
        await apply(session, now);
        if (rotate) takeBack = this.#authority.rotateBeaconKey(now);
        const made = await this.#sign(session, now);
        if (rotate) await this.#saveAuthority();
        return made;
      });
    } catch (error) {
      takeBack?.();
      if (takeBack) await this.#saveAuthority();
      throw error;
    }
    await this.#adopt(document);
    this.#listener(this.#document.bytes);
  }

  async #sign(session: Session, now: number): Promise<{ number: number; bytes: Uint8Array }> {
    const previous = await storedDocument(session);
    const number = Math.max((previous?.number ?? 0) + 1, Math.floor(now / 1000));
    const [revoked, devices] = [await allRevocations(session), await allDevices(session)];
    const { beacon } = this.#authority;
    const sealed = beacon.epoch === 0 ? undefined : sealBeaconKey({ community: this.#authority.id, ...beacon, members: await membersKeys(session, revoked) });
    const bytes = signCommunityDocument(this.#authority, { number, issuedAt: now, revoked, devices, beacon: sealed, rewards: this.#rewards, app: this.#app });
    await putDocument(session, { number, issuedAt: now, bytes, beaconEpoch: beacon.epoch, rewards: textOf({ rewards: this.#rewards, app: this.#app }) });
    return { number, bytes };
  }

  async #adopt(document: { number: number; bytes: Uint8Array }): Promise<void> {
    const [devices, revoked] = [await allDevices(this.#db), await allRevocations(this.#db)];
    if (document.number < this.#document.number) return;
    this.#document = document;
    this.#devices = new Set(devices.map((device) => device.id));
    this.#revoked = revoked;
  }
}

/** What the configuration has the document say, so that another configuration makes another document. */
const textOf = ({ rewards, app }: Pick<CommunityOptions, 'rewards' | 'app'>): string | null => {
  if (app !== undefined) return JSON.stringify({ rewards, app });
  return rewards ? JSON.stringify(rewards) : null;
};

async function membersKeys(session: Session, revoked: readonly Revocation[]): Promise<Uint8Array[]> {
  const gone = new Set(revoked.filter(({ serial }) => serial === undefined).map(({ node }) => node));
  return (await allNodes(session)).flatMap(({ id, publicKey }) => (publicKey && !gone.has(id) ? [publicKey] : []));
}
