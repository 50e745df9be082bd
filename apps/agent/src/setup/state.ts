import * as z from 'zod';

/** What the operator has decided, screen by screen. Secrets in it are dropped as soon as nobody needs them. */
const way = z.discriminatedUnion('by', [
  /** The invite of the configuration: it lay on the boot partition, and nobody has to do anything. */
  z.object({ by: z.literal('file') }),
  /** `text` until the node is a member. */
  z.object({ by: z.literal('invite'), text: z.string().optional(), community: z.string(), role: z.enum(['relay', 'gateway']) }),
  /** Without an invite: the community at `hub` is asked, and a member approves. `root`: SHA-256 of its root key as it was met; `code`: what people compare. */
  z.object({ by: z.literal('ask'), hub: z.string(), root: z.string(), communityId: z.string(), community: z.string(), code: z.string() }),
  /** A new community, of which this node is the authority. */
  z.object({ by: z.literal('create'), community: z.string() }),
  /** No invite yet: everything local works, and one can be given at any time. */
  z.object({ by: z.literal('later') }),
]);
const radio = z.object({
  country: z.string().optional(),
  /** `passphrase` until the network has it. */
  mesh: z.object({ id: z.string(), passphrase: z.string().optional() }).optional(),
});
const uplink = z.discriminatedUnion('kind', [
  /** As it is now. */
  z.object({ kind: z.literal('keep') }),
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('ethernet') }),
  z.object({ kind: z.literal('wifi'), ssid: z.string(), passphrase: z.string().optional() }),
]);
const place = z.object({
  name: z.string(),
  position: z.object({ lat: z.number(), lon: z.number() }).optional(),
  uplink: uplink.default({ kind: 'keep' }),
});
const change = z.discriminatedUnion('at', [
  z.object({ at: z.literal('open') }),
  /** Placed with the privileged helper, which decides; the page confirms. */
  z.object({ at: z.literal('asked'), id: z.string() }),
  /** Refused, failed, or gone back because nobody confirmed. */
  z.object({ at: z.literal('undone'), why: z.string() }),
]);
const joined = z.enum(['enrolled', 'deferred']);

const maybe = { way: way.optional(), radio: radio.optional(), place: place.optional() };
const placed = { way, radio, place };
/** Of a configured invite that was refused or used before a factory reset: by this hash it is known again and not tried. */
const spent = { spentInvite: z.string().optional() };
/** Why the last invite was refused, in words. */
const refused = { refused: z.string().optional() };

export const setupState = z.discriminatedUnion('at', [
  /** Keys are made; nobody has claimed the node. It joins by a configured invite all the same. */
  z.object({ at: z.literal('claim'), ...maybe, ...spent, ...refused }),
  z.object({ at: z.literal('way'), ...maybe, ...spent, ...refused }),
  z.object({ at: z.literal('radio'), ...maybe, way, ...spent }),
  z.object({ at: z.literal('place'), ...maybe, way, radio, ...spent }),
  z.object({ at: z.literal('network'), ...placed, change, ...spent }),
  /** The community's hubs are asked. */
  z.object({ at: z.literal('join'), ...placed, ...spent }),
  z.object({ at: z.literal('wallet'), ...maybe, joined, ...spent }),
  z.object({ at: z.literal('done'), ...maybe, joined, wallet: z.enum(['none', 'postponed', 'backed-up']), ...spent, ...refused }),
]);

export type Way = z.output<typeof way>;
export type RadioChoice = z.output<typeof radio>;
export type Uplink = z.output<typeof uplink>;
export type Place = z.output<typeof place>;
export type SetupState = z.output<typeof setupState>;
export type SetupAt = SetupState['at'];

export const firstState = (spentInvite?: string): SetupState => ({ at: 'claim', ...(spentInvite !== undefined && { spentInvite }) });

/** Undefined: not as this version writes it; then the facts alone say where one is. */
export function readState(text: string | undefined): SetupState | undefined {
  try {
    return setupState.safeParse(JSON.parse(text ?? 'null')).data;
  } catch {
    return undefined;
  }
}
