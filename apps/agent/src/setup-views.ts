import { normalName } from '@energymesh/identity';
import { countries } from '@energymesh/network';
import type { SetupPort } from './api/ports.ts';
import type { Losses, SetupView } from './api/setup-schema.ts';
import { wordsFor } from './hub-words.ts';
import { HubError } from './identity/hub-client.ts';
import type { NodeIdentity } from './identity/identity.ts';
import type { FoundCommunity } from './mesh/found-communities.ts';
import { ownAddresses } from './own-addresses.ts';
import { type Clock, type NetworkChanges, SetupRefused } from './ports.ts';
import { saidOf, say, withSaid } from './said.ts';
import type { Closing } from './setup/closing.ts';
import { hubAddress } from './setup/hub-address.ts';
import { confirmWithinSeconds, type Setup } from './setup/setup.ts';

export interface SetupViewsOptions {
  readonly setup: Setup;
  readonly changes: Pick<NetworkChanges, 'status'>;
  readonly clock: Clock;
  readonly node: { readonly id: string; readonly fingerprint: string };
  /** Where the dashboard listens. */
  readonly port: () => number;
  readonly name: () => string;
  readonly community: () => string | undefined;
  /** The community that was made here. */
  readonly founded: () => { readonly members: number; readonly moved?: string } | undefined;
  /** On the local network. */
  readonly found: () => readonly FoundCommunity[];
  readonly identity: Pick<NodeIdentity, 'lookAt' | 'joinCode'>;
  readonly holds: () => { readonly waiting: number; readonly devices: number; readonly wallet?: Losses['wallet'] };
  /** How long ago the passphrase of this session was given. */
  readonly sessionAgeMs: (session: string) => number | undefined;
  /** Undefined: no member yet, and the access point stays. */
  readonly closing?: Pick<Closing, 'ask' | 'underWay'>;
  /** Wipes this node and begins anew. */
  readonly reset: () => void;
}

/** For a factory reset the passphrase has to be given anew. */
const freshMsMax = 120_000;

/** First boot as the API shows it. */
export function setupPort(options: SetupViewsOptions): SetupPort {
  const { setup, clock, name } = options;
  const losses = (): Losses => {
    const { waiting, devices, wallet } = options.holds();
    const community = options.community();
    const founded = options.founded();
    return {
      at: clock.wall(),
      name: name(),
      id: options.node.id,
      ...(community !== undefined && { community }),
      ...(founded && founded.moved === undefined && { founded: { members: founded.members } }),
      waiting,
      devices,
      ...(wallet && { wallet }),
    };
  };
  return {
    open: () => setup.open,
    view: () => viewOf(options),
    check: (text) => {
      const checked = setup.check(text);
      if (!checked.ok) return { ok: false, problems: checked.problems.map(withSaid) };
      const { invite, carried } = checked;
      return {
        ok: true,
        community: invite.community.name,
        role: invite.role,
        hubs: [...invite.hubs],
        expiresAt: invite.expiresAt,
        ...(carried.name !== undefined && { name: carried.name }),
        ...(carried.country !== undefined && { country: carried.country }),
        ...(carried.mesh && { meshId: carried.mesh.id }),
      };
    },
    invite: (text) => setup.invite(text),
    found: () => ({ found: options.found().map(({ nodes, ...rest }) => ({ ...rest, nodes: [...nodes] })) }),
    lookAt: async (address) => {
      const met = await meet(options, address);
      return typeof met === 'string'
        ? { ok: false, words: met, ...defined({ said: saidOf(met) }) }
        : { ok: true, community: met.name, hub: met.hub, root: met.pin, code: met.code };
    },
    ask: async ({ address, root }) => {
      const met = await meet(options, address);
      if (typeof met === 'string') throw new SetupRefused('invalid', met, [{ field: 'address', text: met }]);
      const { hub, pin, id, name: community, code } = met;
      if (pin !== root) throw new SetupRefused('invalid', say('setup.other-community'));
      setup.ask({ hub, root, communityId: id, community, code });
    },
    create: (typed) => {
      const name = normalName(typed);
      const words = say('setup.community-name');
      if (name === undefined) throw new SetupRefused('invalid', words, [{ field: 'community', text: words }]);
      setup.create(name);
    },
    later: () => setup.do({ do: 'later' }),
    radio: ({ country, mesh }) => {
      if (country !== undefined && !countries.has(country))
        throw new SetupRefused('invalid', say('setup.country'), [{ field: 'country', text: say('setup.country') }]);
      setup.radio({ ...(country !== undefined && { country }), ...(mesh && { mesh: secretly(mesh) }) });
    },
    place: ({ name: called, position, uplink }) =>
      setup.place({ name: called, ...(position && { position }), uplink: uplink.kind === 'wifi' ? secretly(uplink) : uplink }),
    apply: () => ({ id: setup.apply() }),
    keepNetwork: () => setup.do({ do: 'keep-network' }),
    goOn: () => setup.do({ do: 'go-on' }),
    postpone: () => setup.do({ do: 'postpone' }),
    back: () => setup.do({ do: 'back' }),
    closeAccessPoint: () => {
      if (!options.closing || setup.open) throw new SetupRefused('not-now', say('setup.ap-needed'));
      options.closing.ask();
    },
    countries: () => [...countries],
    losses,
    reset: ({ session, name: typed, abandon }) => {
      if ((options.sessionAgeMs(session) ?? Number.POSITIVE_INFINITY) > freshMsMax) throw new SetupRefused('not-fresh', say('setup.not-fresh'));
      const now = losses();
      if (typed.trim() !== now.name)
        throw new SetupRefused('not-confirmed', say('setup.type-name', { name: now.name }), [{ field: 'name', text: say('setup.type', { name: now.name }) }]);
      // What cannot be had back is given up by name, like everywhere else.
      if (now.wallet && !now.wallet.backedUp && abandon !== now.wallet.address) {
        const words = say('setup.phrase-open');
        throw new SetupRefused('not-confirmed', words, [{ field: 'abandon', text: words }]);
      }
      options.reset();
    },
  };
}

/** The community at an address, or in words why there is none. */
async function meet(
  { identity }: SetupViewsOptions,
  address: string,
): Promise<string | (Awaited<ReturnType<NodeIdentity['lookAt']>> & { hub: string; code: string })> {
  const hub = hubAddress(address);
  if (hub === undefined) return say('hub.address');
  try {
    const met = await identity.lookAt(hub);
    return { ...met, hub, code: identity.joinCode(met.pin) };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return error.why === 'untrusted' ? say('hub.none', { hub }) : wordsFor(error);
  }
}

function viewOf({ setup, changes, clock, node, port, name, community, closing }: SetupViewsOptions): SetupView {
  const { state, asking } = setup;
  const { available, status } = changes.status();
  const { way, radio, place } = state;
  const called = community();
  const mesh = record(status?.state?.mesh);
  const uplink = record(status?.state?.uplink);
  const ap = record(status?.state?.ap);
  const waiting = status?.waiting;
  return {
    at: clock.wall(),
    step: state.at,
    node: { ...node, name: name(), addresses: ownAddresses(), port: port() },
    ...(way && {
      way: {
        by: way.by,
        ...(way.by === 'invite' && { community: way.community, role: way.role }),
        ...(way.by === 'create' && { community: way.community }),
        ...(way.by === 'ask' && { community: way.community, code: way.code, hub: way.hub }),
      },
    }),
    ...((state.at === 'way' || state.at === 'done') &&
      state.refused !== undefined && { refused: state.refused, ...defined({ refusedSaid: saidOf(state.refused) }) }),
    ...(radio && {
      radio: { ...defined({ country: radio.country }), ...(radio.mesh && { mesh: { id: radio.mesh.id, hasPassphrase: radio.mesh.passphrase !== undefined } }) },
    }),
    ...(place && {
      place: {
        name: place.name,
        ...(place.position && { position: place.position }),
        uplink: place.uplink.kind,
        ...(place.uplink.kind === 'wifi' && { ssid: place.uplink.ssid }),
      },
    }),
    ...(state.at === 'network' && {
      change: {
        at: state.change.at,
        ...(state.change.at === 'undone' && { why: state.change.why, ...defined({ whySaid: saidOf(state.change.why) }) }),
        ...(waiting && { waiting: { ...waiting, ofSeconds: Math.max(confirmWithinSeconds, waiting.secondsLeft) } }),
      },
    }),
    network: {
      available,
      ...defined({ country: text(status?.state?.country), meshId: text(mesh?.id), uplink: text(uplink?.kind), uplinkSsid: text(uplink?.ssid) }),
      ...defined({ accessPoint: text(ap?.ssid) }),
      ...(closing?.underWay && { closing: true }),
    },
    ...(asking && { asking: { ...asking, ...defined({ said: saidOf(asking.words) }) } }),
    ...((state.at === 'done' || state.at === 'wallet') && { joined: state.joined }),
    ...(called !== undefined && { community: called }),
    ...(state.at === 'done' && { wallet: state.wallet }),
  };
}

const secretly = <T extends { readonly passphrase?: string | undefined }>({ passphrase, ...rest }: T): Omit<T, 'passphrase'> & { passphrase?: string } => ({
  ...rest,
  ...(passphrase !== undefined && { passphrase }),
});
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const record = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
const defined = <T extends Record<string, unknown>>(of: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
