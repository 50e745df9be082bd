import { linkLocalOf, peerOf, type RadioView } from '@energymesh/network';
import type { Beneath, LinkPlace } from '../ports.ts';

/** What carries a link: found by its interface and the other end's address, which tells the machine (RFC 4291 appendix A, or the kernel's neighbour table). */
export function beneathOf(view: RadioView, place: LinkPlace): Beneath {
  const on = view.interfaces.find(({ name }) => name === place.interface);
  const address = place.address.split('%')[0] ?? '';
  if (place.multiHop || on?.kindOfUse === 'batman') return hops(view, place, address);
  switch (on?.kindOfUse) {
    case 'mesh':
    case 'station':
    case 'access point':
      return radio(view, place, on.name, address);
    case 'wireguard': {
      const alone = `${address}/${address.includes(':') ? 128 : 32}`;
      const peer = view.wireguard.find(({ name }) => name === on.name)?.peers.find(({ allowedIps }) => allowedIps.includes(alone));
      return { ...place, kind: 'tunnel', ...(peer && { peer }) };
    }
    case 'wired': {
      const speedMbit = on.hardware?.speedMbit;
      return { ...place, kind: 'cable', ...(speedMbit !== undefined && { speedMbit }) };
    }
    default:
      return { ...place, kind: 'other' };
  }
}

function radio(view: RadioView, place: LinkPlace, name: string, address: string): Beneath {
  const peer = peerOf(view, name, address);
  const heard = peer && view.batman.flatMap(({ neighbours }) => neighbours).find((one) => one.mac === peer.mac && one.interface === name);
  return {
    ...place,
    kind: 'radio',
    ...(peer && { peer }),
    ...(heard?.tq !== undefined && { tq: heard.tq }),
    ...(heard?.throughputKbit !== undefined && { throughputKbit: heard.throughputKbit }),
  };
}

/** The other end is a machine behind some node of the radio mesh: the translation table tells which. */
function hops(view: RadioView, place: LinkPlace, address: string): Beneath {
  const bat = view.batman.find((one) => one.interface === place.interface);
  const mac = view.addresses.find((entry) => entry.interface === place.interface && entry.address === address)?.mac;
  const entries = bat?.translations.entries.filter(({ client }) => (mac === undefined ? linkLocalOf(client) === address : client === mac)) ?? [];
  const entry = entries.find(({ best }) => best) ?? entries[0];
  const path = entry && bat?.originators.find((one) => one.mac === entry.originator);
  return { ...place, kind: 'hops', ...(path && { path }) };
}

/** What the radio expects to carry on that way, in kbit/s; undefined where it does not say, or spoke of the past. */
export function kbpsOf(view: RadioView, beneath: Beneath): number | undefined {
  if (view.stale) return undefined;
  if (beneath.kind === 'hops') return beneath.path?.alive ? atLeastOne(beneath.path.throughputKbit) : undefined;
  if (beneath.kind !== 'radio' || beneath.peer?.alive === false) return undefined;
  return atLeastOne((beneath.peer?.expectedMbit ?? 0) * 1000);
}

const atLeastOne = (kbps: number | undefined): number | undefined => (kbps !== undefined && kbps >= 1 ? Math.round(kbps) : undefined);
