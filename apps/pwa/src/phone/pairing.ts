import type { PairingCode } from '@energymesh/agent/api/phones/call-text';
import { newPhoneKeys, seal } from './channel.ts';
import { fromText, toText } from './code.ts';
import { PhoneRefused } from './line.ts';
import { choose, type Paired, putPaired } from './paired.ts';
import { localNetworkPermission, Ways } from './ways.ts';

/** Who answered is not the node of the code. */
export class NotTheNode extends Error {}

/** Pairs this phone with the node of the code and keeps it. Throws NoWay, PhoneRefused or NotTheNode. */
export async function pairWith(code: PairingCode, name: string): Promise<Paired> {
  const { keys, publicKey, phone } = await newPhoneKeys();
  const ends = { node: code.n, nodeKey: fromText(code.k), phone, keys };
  const ways = new Ways({ fetch: (input, init) => fetch(input, init), permission: localNetworkPermission, now: () => Date.now() }, code.n, () => code.a);
  const sealed = await seal(ends, { kind: 'pair', text: { secret: code.s, key: toText(publicKey), name } });
  const askedAt = Date.now();
  // Paired twice is refused, and does no harm.
  const { answer } = await ways.send(sealed.bytes, { twice: true });
  const opened = await sealed.open(answer);
  if (!opened) throw new NotTheNode();
  if (opened.refused !== undefined) throw new PhoneRefused(opened.refused);
  const about = JSON.parse(opened.body) as { name: string; community: string | null };
  const now = Date.now();
  const paired: Paired = {
    ...ends,
    name: about.name,
    community: about.community ?? undefined,
    addresses: code.a,
    pairedAt: now,
    counter: 0,
    offsetMs: opened.at - (askedAt + now) / 2,
    heardAt: now,
  };
  await putPaired(paired);
  choose(paired.node);
  return paired;
}

/** What one would call it. */
export function phoneName(agent: string): string {
  if (/iPhone/.test(agent)) return 'iPhone';
  if (/iPad/.test(agent)) return 'iPad';
  if (/Android/.test(agent)) return 'Android phone';
  if (/Macintosh/.test(agent)) return 'Mac';
  return /Windows/.test(agent) ? 'Windows computer' : 'Computer';
}
