import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Backend, Enrolment, JoinRequests, MembersDesk } from '@energymesh/enrolment';
import { CertificateVerifier, type CommunityAuthority, derOfPem } from '@energymesh/identity';
import { toldExpirySeconds } from '@energymesh/rewards';
import type { Logger } from 'pino';
import { createApp } from './api/app.ts';
import { openListeners } from './api/listeners.ts';
import { readStats } from './api/stats.ts';
import { Calls, callExpirySeconds } from './app/calls.ts';
import { appOrigin } from './app/config.ts';
import { openAppDoor } from './app/door.ts';
import { EmbeddedBroker } from './broker/embedded.ts';
import { ExternalBroker } from './broker/external.ts';
import type { Clock } from './clock.ts';
import { ConfigError, type HubConfig } from './config.ts';
import { openAuthority, saveAuthority } from './identity/authority-file.ts';
import { Community } from './identity/community.ts';
import { deviceBook } from './identity/device-book.ts';
import { readSecret, tokenFile, writeSecret } from './identity/files.ts';
import { Members } from './identity/members.ts';
import { isDue, issueServerIdentity, openServerKey, type ServerIdentity } from './identity/server-certificate.ts';
import { Committer } from './ingest/committer.ts';
import { Ingest } from './ingest/ingest.ts';
import { holdFolder } from './lock.ts';
import { RewardsService } from './rewards/service.ts';
import { rewardSetting } from './rewards/setting.ts';
import { checkpointIfDue, type Database } from './store/database.ts';
import { nodeBy } from './store/members.ts';
import { dropOld, Vacuum } from './store/messages.ts';
import { recordStore } from './store/records.ts';
import type { SumUp } from './store/rewards/arrivals.ts';
import { loadSessions } from './store/sessions.ts';
import { ThreadedDatabase } from './store/threaded-database.ts';
import { bytesOf, gathered, isEmpty, type Write } from './store/writes.ts';
import { Topics } from './topics.ts';

export interface HubOptions {
  readonly config: HubConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly migrationsFolder: string;
  /** Tests put a failing store in between. */
  readonly commit?: (writes: readonly Write[], commit: (writes: readonly Write[]) => Promise<void>) => Promise<void>;
  /** Told when the hub can do nothing any more but end. */
  readonly failed?: (error: Error) => void;
}

/** Where everything listens, as it came to be: also in `<dataDir>/addresses.json`. */
export interface Addresses {
  readonly http: string;
  readonly https: string;
  /** Of the embedded broker only. */
  readonly mqtt?: string;
  readonly tools?: string;
}

/** Between the beginnings of two transactions while messages come: more would cost the processor and spare nobody any waiting. docs/decisions/0016-hub-latency.md */
const gatherMs = 10;
/** What a subscriber that is here acknowledges within this time is not written for it. */
const patienceMs = 25;
/** What nobody waits for is written so much later, if nothing else is written before. */
const lingerMs = 250;
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** A running hub. */
export class Hub implements AsyncDisposable {
  readonly addresses: Addresses;
  readonly authority: CommunityAuthority;
  readonly #parts: AsyncDisposableStack;

  private constructor(addresses: Addresses, authority: CommunityAuthority, parts: AsyncDisposableStack) {
    this.addresses = addresses;
    this.authority = authority;
    this.#parts = parts;
  }

  static async open(options: HubOptions): Promise<Hub> {
    await using parts = new AsyncDisposableStack();
    const { config, clock, log } = options;
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    parts.use(await holdFolder(config.dataDir));
    const addressFile = join(config.dataDir, 'addresses.json');
    await rm(addressFile, { force: true });
    const authority = await openAuthority({ dataDir: config.dataDir, communityName: config.community?.name, now: clock.now() });
    const serverKey = await openServerKey(config.dataDir);
    const identity = await issueServerIdentity(authority, serverKey, config.publicHosts, clock.now());
    const setting = await rewardSetting(config.rewards, config.dataDir);
    const adminToken = await tokenFile(join(config.dataDir, 'admin-token'));
    const database = await ThreadedDatabase.open({ folder: join(config.dataDir, 'db'), migrationsFolder: options.migrationsFolder }, (error) => {
      log.fatal({ error: error.message }, 'the database failed');
      options.failed?.(error);
    });
    const { db } = parts.use(database);
    const app = config.app && appOrigin(config.app, config.publicHosts[0]!);
    const community = await Community.open({
      ...{ authority, db, clock, app, rewards: setting?.terms },
      saveAuthority: () => saveAuthority(config.dataDir, authority),
    });
    const members = await Members.open(db, community);
    const store = recordStore(db);
    const judged = { store, clock, isRevoked: (node: string) => community.isRevoked(node, ''), admitted: (node: string) => members.add(node) };
    const enrolment = new Enrolment({ ...judged, authority });
    const requests = new JoinRequests({ ...judged, enrolment });
    let hubUrls: () => readonly string[] = () => [];
    const devices = deviceBook(community, db, authority.deviceRootPem);
    const desk = new MembersDesk({ ...judged, enrolment, requests, devices, rootPin: authority.rootPin, hubs: () => hubUrls() });
    const topics = new Topics(authority.id);
    const write = async (writes: readonly Write[]) => {
      const group = gathered(writes, (device) => community.hasDevice(device));
      if (!isEmpty(group)) await database.write(group);
    };
    const commit = options.commit ? (writes: readonly Write[]) => options.commit!(writes, write) : write;
    // It outlives the broker: what the broker has taken is committed before the database closes.
    const committer = new Committer<Write>({ commit, bytesOf, gather: () => delay(gatherMs), linger: () => delay(lingerMs, undefined, { ref: false }) });
    parts.defer(() => committer.close());
    const ingest = new Ingest({ topics, clock, committer, rewards: setting !== undefined });
    const opened = await openBroker({ options, db, authority, identity, community, members, topics, ingest, committer });
    const broker = parts.use(opened.broker);
    const publishDocument = (document: Uint8Array) =>
      void broker
        .publish({ topic: topics.document, payload: document, retain: true })
        .catch((error: Error) => log.warn({ error: error.message }, 'the community document waits for the broker'));
    community.onDocument(publishDocument);
    publishDocument(community.document.bytes);

    const tell = (node: string, payload: Uint8Array) => broker.publish({ topic: topics.told(node), payload, expirySeconds: toldExpirySeconds });
    const seams = { publish: tell, sumUp: (options: SumUp) => database.sumUp(options), present: () => broker.present() };
    const service = setting && parts.use(await RewardsService.open({ ...setting, ...seams, db, clock, log, isMember: (node) => members.has(node) }));

    const startedAt = clock.now();
    const host = urlHost(config.publicHosts[0]!);
    const api = createApp({
      ...{
        db,
        authority,
        deviceRootPem: authority.deviceRootPem,
        community,
        enrolment,
        requests,
        desk,
        broker,
        topics,
        clock,
        log,
        adminToken,
        rewards: service?.rewards,
      },
      hosts: config.publicHosts,
      backend: opened.backend,
      hubUrls: () => hubUrls(),
      stats: () => readStats({ db, community, authority, broker, ingest, clock, startedAt }),
    });
    const listeners = parts.use(await openListeners({ app: api, identity, http: config.http, https: config.https }));
    hubUrls = () => [`https://${host}:${listeners.httpsPort}`];

    if (config.app && app !== undefined) {
      const publish = (node: string, payload: Uint8Array) => broker.publish({ topic: topics.call(node), payload, expirySeconds: callExpirySeconds });
      const calls = new Calls({
        publish,
        isMember: (node) => members.has(node),
        heardAt: async (node) => (await nodeBy(db, node))?.lastMessageAt,
        clock,
        after,
      });
      ingest.onReply((node, payload) => calls.replied(node, payload));
      parts.use(
        await openAppDoor({ config: config.app, dataDir: config.dataDir, hosts: config.publicHosts, rpc: setting?.terms.rpc ?? [], calls, clock, log }),
      );
      log.info({ app }, 'the app is served');
    }

    const vacuum = new Vacuum(db);
    const failing = (what: string) => (error: Error) => log.error({ error: error.message }, `${what} failed`);
    const tidy = () =>
      void dropOld(db, config.retention, clock.now())
        .then((dropped) => vacuum.after(dropped))
        .catch(failing('dropping old messages'));
    tidy();
    parts.defer(clock.every(hourMs, tidy));
    parts.defer(clock.every(minuteMs, () => void checkpointIfDue(db).catch(failing('writing a checkpoint'))));
    let current = identity;
    const renew = async () => {
      if (!isDue(current, clock.now())) return;
      current = await issueServerIdentity(authority, serverKey, config.publicHosts, clock.now());
      listeners.renew(current);
      opened.renew(current);
    };
    parts.defer(clock.every(hourMs, () => void renew().catch(failing("renewing the hub's certificate"))));

    const addresses: Addresses = {
      http: `http://${urlHost(config.http.host)}:${listeners.httpPort}`,
      https: `https://${host}:${listeners.httpsPort}`,
      ...opened.addresses,
    };
    await writeSecret(addressFile, `${JSON.stringify(addresses)}\n`);
    log.info({ addresses, community: authority.id }, 'ready');
    return new Hub(addresses, authority, parts.move());
  }

  /** Closes doors first, then commits what was taken, then the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

interface OpenedBroker {
  readonly broker: EmbeddedBroker | ExternalBroker;
  readonly backend: () => Backend;
  readonly addresses: { readonly mqtt?: string; readonly tools?: string };
  readonly renew: (identity: ServerIdentity) => void;
}

async function openBroker(what: {
  options: HubOptions;
  db: Database;
  authority: CommunityAuthority;
  identity: ServerIdentity;
  community: Community;
  members: Members;
  topics: Topics;
  ingest: Ingest;
  committer: Committer<Write>;
}): Promise<OpenedBroker> {
  const { options, authority, topics } = what;
  const { config, clock, log } = options;
  const ingest = (arrival: Parameters<Ingest['take']>[0]) => what.ingest.take(arrival);
  if (config.broker.kind === 'external') {
    const { url, ca, gateways } = config.broker;
    const caPem = ca === undefined ? undefined : await readSecret(ca);
    if (ca !== undefined && caPem === undefined) throw new ConfigError(`broker.ca: there is no file ${ca}`);
    const told = gateways ?? { url };
    const login =
      told.username === undefined ? ({ by: 'nothing' } as const) : ({ by: 'password', username: told.username, password: told.password ?? '' } as const);
    const broker = await ExternalBroker.open({ config: config.broker, caPem, community: authority.id, topics, ingest, log });
    return {
      broker,
      backend: () => ({ url: told.url, protocol: '5', login, ...(caPem === undefined ? {} : { ca: caPem }) }),
      addresses: {},
      renew: () => undefined,
    };
  }
  const toolsPassword = config.broker.tools.password ?? (await tokenFile(join(config.dataDir, 'tools-password')));
  const verifier = new CertificateVerifier({ rawRootKey: authority.rawRootKey });
  verifier.learn(derOfPem(authority.issuingPem)![0]!);
  const broker = await EmbeddedBroker.open({
    config: config.broker,
    verifier,
    rootPem: authority.rootPem,
    isRevoked: (node, serial) => what.community.isRevoked(node, serial),
    isMember: (node) => what.members.has(node),
    sessions: { stored: await loadSessions(what.db), write: (change, when) => what.committer.submit(change, when), patience: () => delay(patienceMs) },
    ...{ topics, identity: what.identity, toolsPassword, clock, ingest, log },
  });
  const url = `mqtts://${urlHost(config.publicHosts[0]!)}:${broker.nodesPort}`;
  const tools = `${config.broker.tools.tls ? 'mqtts' : 'mqtt'}://${urlHost(config.broker.tools.host)}:${broker.toolsPort}`;
  return {
    broker,
    backend: () => ({ url, protocol: '3.1.1', login: { by: 'certificate' }, ca: authority.rootPem }),
    addresses: { mqtt: url, tools },
    renew: (identity) => broker.renew(identity),
  };
}

const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
};

const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);
