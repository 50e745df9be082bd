import { join } from 'node:path';
import { type AuthorityDoor, openAuthorityDoor } from './authority/door.ts';
import { OwnCommunity } from './authority/own-community.ts';
import { NotRevoked } from './authority/own-document.ts';
import { membersMax } from './authority/records-file.ts';
import type { Config } from './config.ts';
import { wordsFor } from './hub-words.ts';
import { privateFolder, readIfThere, writeDurably } from './identity/files.ts';
import { HubError } from './identity/hub-client.ts';
import type { NodeIdentity } from './identity/identity.ts';
import type { Logger } from './logger.ts';
import { ownAddresses } from './own-addresses.ts';
import type { Clock } from './ports.ts';
import { say } from './said.ts';
import { hubAddress } from './setup/hub-address.ts';
import { JoinRefused } from './setup/setup.ts';

const addressesMax = 3;

export interface Founded {
  readonly name: string;
  readonly members: number;
  readonly membersMax: number;
  readonly address: string;
  readonly moved?: string;
  /** `revokedAt`: Unix milliseconds. */
  readonly nodes: readonly {
    readonly node: string;
    readonly name: string;
    readonly gateway: boolean;
    readonly enrolledAt: number;
    readonly revokedAt?: number;
  }[];
}

/** The community that was made on this node, if any, and its door: docs/decisions/0022-community-on-a-node.md */
export interface Founding extends AsyncDisposable {
  /** Makes a community with this node as its first member, called so; taken up again after a power cut. */
  create(name: string, called: string, signal: AbortSignal): Promise<void>;
  /** Undefined: no community was made here. */
  own(): Founded | undefined;
  /** Puts a member out, while no hub has taken over. In words why not; undefined: done. */
  revoke(node: string): Promise<string | undefined>;
  /** Keys and members, sealed: what a hub is made from. Undefined: no community was made here. */
  backup(passphrase: string): Promise<string | undefined>;
  /** A hub was made from the backup and answers there: from now on it lets others in. In words why not; undefined: done. */
  moveTo(address: string): Promise<string | undefined>;
  /** Where others come in; undefined: no community was made here. */
  address(): string | undefined;
}

/** Opens the door of a community that was made here before. */
export async function openFounding(options: {
  readonly config: Pick<Config, 'dataDir' | 'authority'>;
  readonly identity: NodeIdentity;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<Founding> {
  const { config, identity, clock, logger } = options;
  const folder = join(config.dataDir, 'identity', 'authority');
  const { host } = config.authority;
  const local = host === '*' || host === '0.0.0.0' ? '127.0.0.1' : host;
  let port = config.authority.port;
  const hubs = () => [...(local === host ? [host] : [...ownAddresses(addressesMax), `energymesh-${identity.node}.local`])].map((one) => urlOf(one, port));
  const community = {
    files: {
      read: (name: string) => readIfThere(join(folder, name))?.toString('utf8'),
      write: (name: string, content: string) => {
        privateFolder(folder);
        writeDurably(join(folder, name), content);
      },
    },
    now: () => Math.max(identity.time.reading().now, identity.time.floor),
    hubs,
  };
  let opened: { readonly own: OwnCommunity; readonly door: AuthorityDoor } | undefined;
  const openDoor = async (own: OwnCommunity) => {
    await opened?.door[Symbol.asyncDispose]();
    opened = undefined;
    const failed = (error: Error) => logger.error({ err: error }, 'the door of the own community failed');
    const door = await openAuthorityDoor({ community: own, host, port: config.authority.port, clock, failed });
    port = door.port;
    opened = { own, door };
    // As every node hears of it: this one first.
    identity.acceptDocument(own.parts.community.document.bytes);
    own.onDocument((bytes) => void identity.acceptDocument(bytes));
    logger.info({ port, community: own.authority.id }, 'this node lets others into its community');
    return own;
  };
  const before = await OwnCommunity.open(community);
  if (before) {
    // The node works without it; nobody can come in until it is open.
    await openDoor(before).catch((error: Error) => logger.error({ err: error }, 'the door of the own community cannot be opened: see authority.port'));
  }
  return {
    create: async (name, called, signal) => {
      // Made before a power cut, or before the name was changed: nobody is in that one.
      const keep = opened && (opened.own.authority.name === name || opened.own.members.length > 0) ? opened.own : undefined;
      const own = keep ?? (await openDoor(await OwnCommunity.create(community, name)).catch(unopened));
      await identity.enrol({ invite: await own.inviteSelf(urlOf(local, port)), name: called, signal });
    },
    own: () => {
      const [address] = hubs();
      if (!opened || address === undefined) return undefined;
      const { authority, members, moved, revoked } = opened.own;
      const gone = new Map(revoked.map(({ node, at }) => [node, at]));
      const nodes = members.map(({ id, name, gateway, enrolledAt }) => {
        const revokedAt = gone.get(id);
        return { node: id, name, gateway, enrolledAt, ...(revokedAt !== undefined && { revokedAt }) };
      });
      return { name: authority.name, members: members.length - gone.size, membersMax, address, ...(moved !== undefined && { moved }), nodes };
    },
    revoke: async (node) => {
      if (!opened) return say('own.no-community');
      if (opened.own.moved !== undefined) return say('own.has-moved', { hub: opened.own.moved });
      if (node === identity.node) return say('own.keeper');
      try {
        await opened.own.revoke(node);
        return undefined;
      } catch (error) {
        if (error instanceof NotRevoked) return say(`own.${error.why}`);
        throw error;
      }
    },
    backup: async (passphrase) => opened?.own.backup(passphrase),
    moveTo: async (address) => {
      const hub = hubAddress(address);
      if (!opened) return say('own.no-community');
      if (hub === undefined) return say('hub.address');
      try {
        const met = await identity.lookAt(hub);
        if (met.pin !== opened.own.authority.rootPin) return say('own.other-community', { hub, community: met.name });
        if (hubs().includes(hub)) return say('own.this-door');
      } catch (error) {
        if (error instanceof HubError) return wordsFor(error);
        throw error;
      }
      opened.own.moveTo(hub);
      logger.info({ hub }, 'a hub has taken over the community that was made here');
      return undefined;
    },
    address: () => (opened && opened.own.moved === undefined ? hubs()[0] : undefined),
    [Symbol.asyncDispose]: async () => opened?.door[Symbol.asyncDispose](),
  };
}

function unopened(cause: NodeJS.ErrnoException): never {
  if (cause.syscall !== 'listen') throw cause;
  throw new JoinRefused(say('setup.door', { code: cause.code ?? '' }));
}

const urlOf = (host: string, port: number): string => `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
