import { X509Certificate } from 'node:crypto';
import { Enrolment, type EnrolmentParts, JoinRequests, MembersDesk, sealBackup } from '@energymesh/enrolment';
import { CommunityAuthority, derOfPem, generateNodeKey, type NodeKey, nodeKeyFromPem, nodeKeyToPem, validity } from '@energymesh/identity';
import { OwnDocument } from './own-document.ts';
import { type KeptRecords, RecordsFile } from './records-file.ts';

/** Files of the folder, whole or not there, also after a power cut. */
export interface Files {
  read(name: string): string | undefined;
  write(name: string, content: string): void;
}

export interface OwnCommunityOptions {
  readonly files: Files;
  /** Milliseconds since 1970, as well as this node knows. */
  readonly now: () => number;
  /** https addresses under which this node's door is reached: they stand in invites. */
  readonly hubs: () => readonly string[];
}

const names = { authority: 'authority.json', records: 'records.json', server: 'server.key', moved: 'moved' } as const;
/** For the first member, this node itself. */
const selfInviteMs = 3_600_000;

/**
 * A community whose authority is this node: no hub yet, so root and issuing key lie here, and whoever is let in is let in here. The same forms and rules as a
 * hub's, by the same code. docs/decisions/0022-community-on-a-node.md
 */
export class OwnCommunity {
  readonly authority: CommunityAuthority;
  readonly parts: EnrolmentParts;
  readonly #o: OwnCommunityOptions;
  readonly #records: RecordsFile;
  readonly #document: OwnDocument;
  readonly #enrolment: Enrolment;
  readonly #serverKey: NodeKey;
  #moved: string | undefined;

  private constructor(options: OwnCommunityOptions, authority: CommunityAuthority, store: RecordsFile, document: OwnDocument, serverKey: NodeKey) {
    this.#o = options;
    this.authority = authority;
    this.#serverKey = serverKey;
    this.#moved = options.files.read(names.moved) || undefined;
    const { now, hubs } = options;
    this.#records = store;
    this.#document = document;
    const judged = { store, clock: { now }, isRevoked: (node: string) => document.isRevoked(node), admitted: () => {} };
    const enrolment = new Enrolment({ ...judged, authority });
    this.#enrolment = enrolment;
    const requests = new JoinRequests({ ...judged, enrolment });
    const desk = new MembersDesk({ ...judged, enrolment, requests, rootPin: authority.rootPin, hubs, devices: document.book });
    this.parts = {
      enrolment,
      requests,
      desk,
      authority,
      community: { document },
      backend: () => undefined,
      moved: () => this.#moved,
      clock: { now },
    };
  }

  /** Undefined: no community was made here. Throws, naming the file, when one was and its file cannot be read. */
  static async open(options: OwnCommunityOptions): Promise<OwnCommunity | undefined> {
    const text = options.files.read(names.authority);
    if (text === undefined) return undefined;
    const now = options.now();
    let authority: CommunityAuthority;
    try {
      authority = await CommunityAuthority.load(JSON.parse(text), now);
    } catch (cause) {
      throw new Error(`${names.authority} of this node's community is damaged; put its backup in place`, { cause });
    }
    const issuing = new X509Certificate(derOfPem(authority.issuingPem)![0]!);
    if (issuing.validToDate.getTime() - now < validity.issuingMs / 2) {
      await authority.renewIssuing(now);
      options.files.write(names.authority, textOf(authority));
    }
    return OwnCommunity.#of(options, authority);
  }

  /** In place of one that was made here before, of which nobody is a member. Throws TypeError for a name that is none. */
  static async create(options: OwnCommunityOptions, name: string): Promise<OwnCommunity> {
    const authority = await CommunityAuthority.create({ name, now: options.now() });
    options.files.write(names.moved, '');
    options.files.write(names.records, '');
    options.files.write(names.authority, textOf(authority));
    return OwnCommunity.#of(options, authority);
  }

  static async #of(options: OwnCommunityOptions, authority: CommunityAuthority): Promise<OwnCommunity> {
    const { files, now } = options;
    const records = RecordsFile.open(files.read(names.records) || undefined, (text) => files.write(names.records, text));
    const document = new OwnDocument({ authority, records, now, saveAuthority: () => files.write(names.authority, textOf(authority)) });
    await document.refresh();
    const pem = files.read(names.server);
    const serverKey = pem === undefined ? generateNodeKey() : nodeKeyFromPem(pem);
    if (pem === undefined) files.write(names.server, nodeKeyToPem(serverKey));
    return new OwnCommunity(options, authority, records, document, serverKey);
  }

  get members(): KeptRecords['members'] {
    return this.#records.now.members;
  }
  get revoked(): KeptRecords['revoked'] {
    return this.#records.now.revoked;
  }
  /** Puts a member out: all nodes hear of it, and none links with it any more. Throws NotRevoked. */
  revoke(node: string): Promise<void> {
    return this.#document.revoke(node);
  }
  /** The newest, whenever there is another. */
  onDocument(listener: (document: Uint8Array) => void): void {
    this.#document.onDocument(listener);
  }

  /** Keys, members, devices and revocations, sealed with a passphrase: what a hub is made from. docs/hub.md */
  backup(passphrase: string): Promise<string> {
    const { members, devices, revoked } = this.#records.now;
    const of = { authority: this.authority.save(), members: members.map(({ invite: _invite, ...member }) => member), devices, revoked };
    return sealBackup(this.authority, of, passphrase);
  }

  /** The hub that has taken over; undefined: this node lets others in. */
  get moved(): string | undefined {
    return this.#moved;
  }

  /** From now on nobody comes in here: who renews is told where the hub is. */
  moveTo(hub: string): void {
    this.#o.files.write(names.moved, hub);
    this.#moved = hub;
  }

  /** By which this node itself comes in, over its own door like everybody. It may be a gateway, and so let gateways in. */
  async inviteSelf(hub: string): Promise<string> {
    return (await this.#enrolment.invite({ hubs: [hub], role: 'gateway', uses: 1, lifetimeMs: selfInviteMs })).text;
  }

  /** What the door shows: 30 days, made anew by whoever keeps it open. */
  async serverIdentity(): Promise<{ readonly key: string; readonly cert: string; readonly notAfter: number }> {
    const { authority } = this;
    const issued = await authority.issueServer({
      publicKey: this.#serverKey.rawPublicKey,
      name: 'node',
      names: ['localhost', '127.0.0.1'],
      now: this.#o.now(),
    });
    // The root too: a node that enrols knows no more of it than its hash.
    return { key: nodeKeyToPem(this.#serverKey), cert: issued.chainPem + authority.rootPem, notAfter: issued.notAfter };
  }
}

const textOf = (authority: CommunityAuthority): string => JSON.stringify(authority.save(), null, 2);
