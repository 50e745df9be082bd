import type { Clock, NetworkChanges } from '../ports.ts';
import type { About, LogLevel } from './about-schema.ts';
import type { CommunityDevices, DeviceOwners, DeviceRole, MadeDevice } from './devices-schema.ts';
import type { MadeInvite, OwnCommunity, People } from './people-schema.ts';
import type { Way } from './phones/phones.ts';
import type { PhoneOffer, PhonesView } from './phones/schema.ts';
import type {
  Csv,
  Earnings,
  Errands,
  Hours,
  MemoText,
  Movements,
  PayoutAnswer,
  Proposals,
  RewardHour,
  Rules,
  Series,
  WalletState,
  Withdrawal,
  Withdrawals,
  WithdrawPlan,
} from './rewards-schema.ts';
import type {
  BaseMapState,
  CountersNow,
  Devices,
  Log,
  Nearby,
  Neighbours,
  NetworkChoices,
  NetworkOfNode,
  PublicCard,
  RadioBeneath,
  Status,
  TopologyView,
  TrafficAsked,
  TrafficSpan,
  TrafficToday,
} from './schema.ts';
import type { SealedChannel } from './sealed.ts';
import type { LoginIdentifier } from './session-mac.ts';
import type { SessionInfo } from './sessions.ts';
import type { CheckedInviteView, FoundCommunities, Losses, MetCommunity, PlaceInput, RadioInput, SetupView } from './setup-schema.ts';
import type { Tokens } from './tokens.ts';

/** Who calls. `why` says what was wrong with the credentials that came, if any. */
export type Principal =
  | { readonly kind: 'anonymous'; readonly why: Unauthorised }
  | { readonly kind: 'claimant'; readonly session: string }
  | { readonly kind: 'operator'; readonly session: string }
  /** A paired phone, which may do a part of what the operator may (`phones/may.ts`). */
  | { readonly kind: 'phone'; readonly session: string; readonly phone: string; readonly way: Way };
export type Unauthorised = 'not-logged-in' | 'malformed' | 'unknown-session' | 'bad-mac' | 'replayed';

/** Something that has a value now and says when it may have changed. */
export interface Feed<T> {
  current(): T;
  /** Returns the unsubscriber. */
  onChange(handler: () => void): () => void;
}

/** OPAQUE's server side and the sessions it leaves. Messages are the library's base64url texts. Throws LoginRefused. */
export interface AuthPort {
  loginStart(caller: string, identifier: LoginIdentifier, request: string): { loginId: string; response: string };
  loginFinish(caller: string, loginId: string, request: string, agent?: string): { sessionId: string };
  registerStart(request: string): { response: string };
  /** Sets the operator's passphrase; ends every session, the caller's too. An operator's must be fresh: the old passphrase given just now. */
  registerFinish(record: string, session: string): void;
  logout(sessionId: string): void;
  /** The one used last first. */
  sessions(): readonly SessionInfo[];
  /** Those of them that there are. */
  endSessions(ids: readonly string[]): void;
}

export class LoginRefused extends Error {
  readonly why: 'already-claimed' | 'not-claimed' | 'wrong' | 'malformed' | 'too-many' | 'not-fresh';
  /** Set with `too-many`. */
  readonly retryAfterMs: number | undefined;
  constructor(why: LoginRefused['why'], message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'LoginRefused';
    this.why = why;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Throws RewardsRefused. */
export interface RewardsPort {
  readonly earnings: Feed<Earnings>;
  /** Of Stellar RPC: the page may ask them itself. */
  servers(): readonly string[];
  series(of: { by: 'hour' | 'day'; from: number; buckets: number }): Series;
  /** Newest first. */
  hours(of: { limit: number; before?: number | undefined }): Hours;
  hour(epoch: number): RewardHour;
  csv(of: { from: number; to: number }): Csv;
  errands(): Errands;
  claim(): { hours: number };
  appeal(epoch: number, text: string): { id: string };
}

/** The node's own wallet. Throws RewardsRefused. */
export interface WalletPort {
  readonly state: Feed<WalletState>;
  create(): Promise<WalletState>;
  /** To one viewer only. */
  phrase(viewer: string): Promise<readonly string[]>;
  confirm(words: readonly string[]): Promise<boolean>;
  restore(phrase: string, abandon: string | undefined): Promise<WalletState>;
  startOver(abandon: string): Promise<WalletState>;
  refresh(): Promise<WalletState>;
  history(): Movements;
  receive(of: { amount?: string | undefined; memo?: MemoText | undefined }): Promise<{ address: string; link: string }>;
  prepareWithdraw(of: { to: string; amount: string; memo?: MemoText | undefined; create?: boolean | undefined }): Promise<WithdrawPlan>;
  withdraw(id: string): Promise<Withdrawal>;
  withdrawals(): Withdrawals;
  setPayout(address: string): Promise<PayoutAnswer>;
  sponsor(): { id: string };
}

/** The rule and votes about it. Throws RewardsRefused. */
export interface GovernancePort {
  rules(): Rules;
  proposals(): Proposals;
  propose(params: Readonly<Record<string, number>>): { id: string };
  vote(proposal: number, yes: boolean): { id: string };
}

/** First boot and factory reset. Throws SetupRefused, `apply` NetworkRefused too. docs/setup.md */
export interface SetupPort {
  /** Not at its end. */
  open(): boolean;
  view(): SetupView;
  check(text: string): CheckedInviteView;
  invite(text: string): void;
  /** On the local network. */
  found(): FoundCommunities;
  lookAt(address: string): Promise<MetCommunity>;
  ask(of: { address: string; root: string }): Promise<void>;
  create(community: string): void;
  later(): void;
  radio(radio: RadioInput): void;
  place(place: PlaceInput): void;
  /** Places the change of the network; `network.confirm` keeps it. */
  apply(): { id: string };
  keepNetwork(): void;
  goOn(): void;
  postpone(): void;
  back(): void;
  /** The node confirms it by itself, since who stands on the access point cannot. */
  closeAccessPoint(): void;
  countries(): string[];
  losses(): Losses;
  reset(of: { session: string; name: string; abandon?: string | undefined }): void;
}

/** Letting others in, by the hub's leave: it is asked each time. Throws PeopleRefused. docs/setup.md */
export interface PeoplePort {
  get(): Promise<People>;
  invite(of: { role: 'relay' | 'gateway'; uses: number; hours: number }): Promise<MadeInvite>;
  withdraw(id: string): Promise<People>;
  approve(node: string, gateway: boolean): Promise<People>;
  refuse(node: string, forGood: boolean): Promise<People>;
  own(): OwnCommunity;
  /** Keys and members of the community that was made here, sealed with the passphrase. */
  backup(passphrase: string): Promise<string>;
  /** Puts a node out of the community that was made here. */
  revoke(node: string): Promise<void>;
  /** A hub made from the backup answers there and takes over. */
  moveTo(address: string): Promise<void>;
}

/** The node's ends of sealed channels, by session. */
export interface SealsPort {
  /** Undefined: the page's key is none. */
  begin(session: string, pageKey: string): { channel: string; key: string } | undefined;
  of(session: string, channel: string): SealedChannel | undefined;
}

/** Tokens by which programs read this node. Throws TokenRefused. */
export type TokensPort = Pick<Tokens, 'list' | 'create' | 'revoke'>;
/** Phones that may speak for the operator, and the code for another. docs/app.md */
export interface PhonesPort {
  list(): PhonesView;
  /** Throws PhonesFull. */
  offer(): PhoneOffer;
  withdraw(): void;
  /** False: there is no such phone. */
  revoke(id: string): boolean;
}

export interface AboutPort {
  current(): About;
  /** Until the agent starts anew. */
  setLogLevel(level: LogLevel): void;
  /** Another address of the community's hub, proved before it is kept. Rejects with PeopleRefused. */
  setHub(address: string): Promise<void>;
}

/** Devices of the whole community. Promises ask the hub and reject with PeopleRefused. */
export interface DeviceDeskPort {
  all(): CommunityDevices;
  owners(): Promise<DeviceOwners>;
  add(device: { id: string; role: DeviceRole }): Promise<Omit<MadeDevice, 'box'> & { readonly token: string }>;
  remove(id: string): Promise<DeviceOwners>;
}

/** What the router asks of the rest of the agent. */
export interface ApiPorts {
  readonly clock: Clock;
  readonly auth: AuthPort;
  card(): PublicCard;
  readonly status: Feed<Status>;
  readonly topology: Feed<TopologyView>;
  readonly neighbours: Feed<Neighbours>;
  readonly radio: Feed<RadioBeneath>;
  readonly network: Feed<NetworkOfNode>;
  readonly changes: Pick<NetworkChanges, 'check' | 'propose' | 'confirm' | 'revert'> & { choices(country: string): NetworkChoices };
  nearby(): Nearby;
  /** Undefined: no map of an operator's own is served here. */
  readonly baseMap?: () => Promise<BaseMapState>;
  devices(): Devices;
  readonly deviceDesk: DeviceDeskPort;
  readonly traffic: Feed<TrafficToday>;
  trafficOver(asked: TrafficAsked): Promise<TrafficSpan>;
  /** Newest first; `before` is an entry's id. */
  log(limit: number, before: number | undefined): Log;
  counters(): CountersNow;
  readonly rewards: RewardsPort;
  readonly wallet: WalletPort;
  readonly governance: GovernancePort;
  readonly seals: SealsPort;
  readonly tokens: TokensPort;
  readonly setup: SetupPort;
  readonly people: PeoplePort;
  readonly phones: PhonesPort;
  readonly about: AboutPort;
}
