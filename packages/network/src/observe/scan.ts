import { channelOf } from '../radio-rules.ts';
import { isUsage, linesOf, macOf, numberOf, type Observed, problem, textOf } from './observed.ts';

/** An 802.11s mesh as a scan heard it: its best station. */
export interface HeardMesh {
  readonly id: string;
  readonly signalDbm: number;
  readonly channel?: number;
  /** Peers prove that they know a passphrase (SAE): Authentication Protocol Identifier 1 in the Mesh Configuration element, or the suite in the RSN element. IEEE 802.11 */
  readonly secured: boolean;
  /** How many stations of it were heard. */
  readonly stations: number;
}

/** A street has a few; more are somebody's joke. The strongest stay. */
export const heardMeshesMax = 16;
/** IEEE 802.11, Mesh ID element: it has 0 to 32 octets, each of which iw may print as four characters. */
const idCharactersMax = 128;

interface Station {
  id?: string;
  signalDbm?: number;
  channel?: number;
  secured: boolean;
}

/** The meshes in `iw dev <name> scan dump`. Whatever anybody sends on the air is in there: what is no mesh of a plain name is left out. */
export function heardMeshes(text: string): Observed<readonly HeardMesh[]> {
  if (isUsage(text)) return problem([], 'prints its usage');
  const found = new Map<string, HeardMesh>();
  let current: Station | undefined;
  const keep = (): void => {
    const { id, signalDbm, channel, secured } = current ?? { secured: false };
    if (id === undefined || signalDbm === undefined) return;
    const before = found.get(id);
    const better = before === undefined || signalDbm > before.signalDbm;
    const best = better ? { id, signalDbm, ...(channel !== undefined && { channel }), secured } : before;
    found.set(id, { ...best, stations: (before?.stations ?? 0) + 1 });
  };
  for (const line of linesOf(text)) {
    const address = /^BSS ([0-9a-f:]{17})\b/i.exec(line)?.[1];
    if (address !== undefined) {
      keep();
      current = macOf(address) === undefined ? undefined : { secured: false };
      continue;
    }
    if (!current) continue;
    const [, key, value] = /^\t(freq|signal|MESH ID): ?(.*)$/.exec(line) ?? [];
    if (key === 'freq') {
      const channel = channelOf(Math.round(numberOf(value) ?? 0));
      if (channel !== undefined) current.channel ??= channel;
    } else if (key === 'signal') {
      const signal = numberOf(/^(-?[\d.]+) dBm$/.exec(value ?? '')?.[1]);
      if (signal !== undefined) current.signalDbm ??= signal;
    } else if (key === 'MESH ID' && current.id === undefined) {
      const id = textOf(value, idCharactersMax);
      if (id !== undefined && id !== '') current.id = id;
    } else if (/^\t+ ?\* Authentication (Protocol ID: 1|suites: .*\bSAE\b.*)$/.test(line)) current.secured = true;
  }
  keep();
  const all = [...found.values()].sort((a, b) => b.signalDbm - a.signalDbm);
  return all.length > heardMeshesMax
    ? problem(all.slice(0, heardMeshesMax), `more than ${heardMeshesMax} meshes: the weaker ones are left out`)
    : { value: all };
}
