import type { Place, RadioChoice, SetupState, Way } from './state.ts';

/** What the operator does, or what becomes of it. */
export type Act =
  | { readonly do: 'invite'; readonly way: Extract<Way, { by: 'invite' }>; readonly carries?: { readonly radio?: RadioChoice; readonly name?: string } }
  | { readonly do: 'ask'; readonly way: Extract<Way, { by: 'ask' }> }
  | { readonly do: 'create'; readonly way: Extract<Way, { by: 'create' }> }
  /** No invite yet. */
  | { readonly do: 'later' }
  | { readonly do: 'radio'; readonly radio: RadioChoice }
  | { readonly do: 'place'; readonly place: Place }
  /** A change of the network was placed. */
  | { readonly do: 'change'; readonly id: string }
  /** Nothing has to be changed, or the operator goes on with the network as it is. */
  | { readonly do: 'keep-network' }
  /** The hub says no to the invite for good. `spent`: it was the configured one. */
  | { readonly do: 'refused'; readonly why: string; readonly spent?: string }
  /** On without the hub's answer; it is asked again and again behind. */
  | { readonly do: 'go-on' }
  | { readonly do: 'postpone' }
  | { readonly do: 'back' };

/** What is so, whatever was written down: keys, records and certificate speak for themselves, so a step that was cut off is found done or not done. */
export interface Facts {
  readonly claimed: boolean;
  readonly enrolled: boolean;
  /** Hash of the configured invite. */
  readonly configured?: string | undefined;
  /** none: nothing is earned here. unknown: it cannot be said yet. */
  readonly wallet: 'unknown' | 'none' | 'open' | 'backed-up';
  /** What became of the change that was asked for; `waiting` also of one that was placed and not noted. */
  readonly network?: { readonly id: string; readonly result: 'waiting' | 'kept' | 'undone'; readonly why: string } | undefined;
}

/** The state after what was done. Undefined: it cannot be done here. */
export function step(state: SetupState, act: Act): SetupState | undefined {
  switch (act.do) {
    case 'invite':
      return chosen(state, act.way, act.carries);
    case 'ask':
    case 'create':
      return chosen(state, act.way);
    case 'later':
      return state.at === 'way' ? { ...kept(state), at: 'radio', way: { by: 'later' } } : undefined;
    case 'radio':
      return state.at === 'radio' ? { ...state, at: 'place', radio: act.radio } : undefined;
    case 'place':
      if (state.at === 'place') return { ...state, at: 'network', place: act.place, change: { at: 'open' } };
      // Later too: a node may move.
      return state.at === 'done' ? { ...state, place: act.place } : undefined;
    case 'change':
      return state.at === 'network' && state.change.at !== 'asked' ? { ...state, change: { at: 'asked', id: act.id } } : undefined;
    case 'keep-network':
      return state.at === 'network' && state.change.at !== 'asked' ? joining(state) : undefined;
    case 'refused':
      return refused(state, act);
    case 'go-on':
      return state.at === 'join' ? { ...state, at: 'done', joined: 'deferred', wallet: 'postponed' } : undefined;
    case 'postpone':
      return state.at === 'wallet' ? { ...state, at: 'done', wallet: 'postponed' } : undefined;
    case 'back':
      return back(state);
  }
}

/** Follows the facts until they ask for nothing more. Idempotent. */
export function settle(state: SetupState, facts: Facts): SetupState {
  // Each turn goes forward, to `claim`, or nowhere: there are fewer states than turns.
  for (let turn = 0, now = state; turn < 16; turn++) {
    const next = follow(now, facts);
    if (next === now) return now;
    now = next;
    if (turn === 15) throw new Error(`the setup's state does not settle: ${state.at}`);
  }
  return state;
}

function follow(state: SetupState, facts: Facts): SetupState {
  if (!facts.claimed && state.at !== 'claim') return { ...kept(state), at: 'claim' };
  if (facts.enrolled && state.way?.by === 'invite' && state.way.text !== undefined) return { ...state, way: withoutText(state.way) } as SetupState;
  const file = !facts.enrolled && facts.configured !== undefined && facts.configured !== state.spentInvite;
  if (file && (state.way === undefined || state.way.by === 'later') && (state.at === 'claim' || state.at === 'way' || state.at === 'done')) {
    const { refused: _gone, ...rest } = state;
    return { ...rest, way: { by: 'file' } } as SetupState;
  }
  switch (state.at) {
    case 'claim':
      if (!facts.claimed) return state;
      return facts.enrolled ? { ...kept(state), at: 'done', joined: 'enrolled', wallet: 'postponed' } : { ...state, at: 'way' };
    case 'way':
      if (facts.enrolled) return { ...kept(state), at: 'done', joined: 'enrolled', wallet: 'postponed' };
      return state.way?.by === 'file' ? { ...kept(state), at: 'radio', way: state.way } : state;
    case 'network':
      return ofNetwork(state, facts);
    case 'join':
      if (facts.enrolled) return { ...state, at: 'wallet', joined: 'enrolled' };
      return state.way.by === 'later' ? { ...state, at: 'done', joined: 'deferred', wallet: 'postponed' } : state;
    case 'wallet':
      if (facts.wallet === 'none') return { ...state, at: 'done', wallet: 'none' };
      return facts.wallet === 'backed-up' ? { ...state, at: 'done', wallet: 'backed-up' } : state;
    case 'done':
      return ofDone(state, facts);
    default:
      return state;
  }
}

function ofNetwork(state: Extract<SetupState, { at: 'network' }>, { network }: Facts): SetupState {
  const { change } = state;
  if (!network) return state;
  // Placed, and the power went before it was noted.
  if (change.at !== 'asked') return network.result === 'waiting' ? { ...state, change: { at: 'asked', id: network.id } } : state;
  if (network.id !== change.id || network.result === 'waiting') return state;
  return network.result === 'kept' ? joining(state) : { ...state, change: { at: 'undone', why: network.why } };
}

function ofDone(state: Extract<SetupState, { at: 'done' }>, facts: Facts): SetupState {
  if (facts.enrolled && state.joined === 'deferred') {
    const { refused: _gone, ...rest } = state;
    return { ...rest, joined: 'enrolled' };
  }
  if (facts.wallet === 'backed-up' && state.wallet !== 'backed-up') return { ...state, wallet: 'backed-up' };
  if (facts.wallet === 'none' && state.wallet === 'postponed' && state.joined === 'enrolled') return { ...state, wallet: 'none' };
  if (facts.wallet === 'open' && state.wallet !== 'postponed') return { ...state, wallet: 'postponed' };
  return state;
}

/** Nobody needs the passphrases any more. */
function joining({ change: _done, ...state }: Extract<SetupState, { at: 'network' }>): SetupState {
  const { radio, place } = state;
  const mesh = radio.mesh && { id: radio.mesh.id };
  const uplink = place.uplink.kind === 'wifi' ? { kind: 'wifi' as const, ssid: place.uplink.ssid } : place.uplink;
  return { ...state, at: 'join', radio: { ...radio, ...(mesh && { mesh }) }, place: { ...place, uplink } };
}

function chosen(state: SetupState, way: Way, carries?: Extract<Act, { do: 'invite' }>['carries']): SetupState | undefined {
  // A member has no use for it.
  if (state.at === 'done' && state.joined === 'deferred') {
    const { refused: _gone, ...rest } = state;
    return { ...rest, way };
  }
  if (state.at === 'join') return { ...state, way };
  if (state.at !== 'way') return undefined;
  const { radio, place, ...rest } = kept(state);
  return {
    ...rest,
    at: 'radio',
    way,
    // What came with the invite goes before what was typed for another one.
    ...((carries?.radio ?? radio) && { radio: { ...radio, ...carries?.radio } }),
    ...(place ? { place } : carries?.name !== undefined ? { place: { name: carries.name, uplink: { kind: 'keep' as const } } } : {}),
  };
}

function refused(state: SetupState, { why, spent }: Extract<Act, { do: 'refused' }>): SetupState | undefined {
  if (state.way === undefined || state.way.by === 'later' || (state.at === 'done' && state.joined === 'enrolled') || state.at === 'wallet') return undefined;
  const rest = { ...kept(state), refused: why, ...(spent !== undefined && { spentInvite: spent }) };
  if (state.at === 'claim') return { ...rest, at: 'claim' };
  if (state.at === 'done') return { ...rest, at: 'done', joined: 'deferred', wallet: state.wallet, way: { by: 'later' } };
  return { ...rest, at: 'way' };
}

function back(state: SetupState): SetupState | undefined {
  switch (state.at) {
    case 'radio':
      // The file leaves nothing to choose.
      return state.way.by === 'file' ? undefined : { ...kept(state), at: 'way' };
    case 'join':
      return { ...state, at: 'place' };
    case 'place':
      return { ...state, at: 'radio' };
    case 'network': {
      const { change, ...rest } = state;
      return change.at === 'asked' ? undefined : { ...rest, at: 'place' };
    }
    default:
      return undefined;
  }
}

/** What was decided, apart from where one is and how to get in. */
function kept(state: SetupState): Pick<SetupState, 'radio' | 'place' | 'spentInvite'> {
  const { radio, place, spentInvite } = state;
  return { ...(radio && { radio }), ...(place && { place }), ...(spentInvite !== undefined && { spentInvite }) };
}

function withoutText({ text: _gone, ...way }: Extract<Way, { by: 'invite' }>): Way {
  return way;
}
