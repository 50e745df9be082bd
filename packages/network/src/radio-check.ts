import type { Hardware } from './observe/ip.ts';
import type { WirelessInterface } from './observe/iw.ts';
import type { Phy } from './observe/phy.ts';

export interface CheckedRadio {
  readonly interface: string;
  readonly driver?: string;
  readonly canMesh: boolean;
  readonly canAccessPoint: boolean;
  /** The adapter's own limit of mesh neighbours, where one is known. */
  readonly neighboursMax?: number;
  /** For people: what this radio is good for, and what not. */
  readonly words: string;
}
export interface RadioCheck {
  readonly radios: readonly CheckedRadio[];
  /** For people, the most important first; empty: all is well. */
  readonly advice: readonly string[];
}

/** What to buy: read aloud by the wizard and the installer. */
export const adapterAdvice =
  'Buy a USB adapter with the chip MT7612U (2.4 and 5 GHz, for example Alfa AWUS036ACM) or MT7610U: its driver is in the kernel and can mesh.';

interface Known {
  readonly what: string;
  readonly note: string;
  readonly neighboursMax?: number;
}
/** By driver. What an adapter can do is its own word (`iw phy`); this only explains it. docs/hardware.md */
const drivers: Readonly<Record<string, Known>> = {
  brcmfmac: { what: "the Pi's built-in radio", note: 'As an access point it serves about 7 devices, with WPA2.' },
  mt76x2u: { what: 'an MT7612U adapter', note: 'A good choice for the mesh.' },
  mt76x0u: { what: 'an MT7610U adapter', note: 'A good choice for the mesh.' },
  mt7921u: { what: 'an MT7921U adapter (WiFi 6)', note: 'Newer, but its driver has no mesh.' },
  mt7925u: { what: 'an MT7925U adapter (WiFi 7)', note: 'Newer, but its driver has no mesh.' },
  ath9k_htc: { what: 'an AR9271 adapter', note: 'It holds at most 8 neighbours, on 2.4 GHz only.', neighboursMax: 8 },
  mac80211_hwsim: { what: 'a virtual radio', note: 'For trying things out.' },
};

export interface CheckInput {
  readonly phys: readonly Phy[];
  readonly interfaces: readonly WirelessInterface[];
  readonly hardware: readonly Hardware[];
  readonly country: string | undefined;
}

export function radioCheck({ phys, interfaces, hardware, country }: CheckInput): RadioCheck {
  const radios = interfaces.flatMap((one): CheckedRadio[] => {
    const phy = phys.find(({ number }) => number === one.phy);
    if (!phy) return [];
    const driver = hardware.find(({ name }) => name === one.name)?.driver;
    const known = driver === undefined || !Object.hasOwn(drivers, driver) ? undefined : drivers[driver];
    const [canMesh, canAccessPoint] = [phy.modes.includes('mesh point'), phy.modes.includes('AP')];
    const can = canMesh
      ? `can mesh${canAccessPoint ? ' or be an access point' : ''}`
      : canAccessPoint
        ? 'can be an access point, but cannot mesh'
        : 'can neither mesh nor be an access point';
    return [
      {
        interface: one.name,
        ...(driver !== undefined && { driver }),
        canMesh,
        canAccessPoint,
        ...(known?.neighboursMax !== undefined && { neighboursMax: known.neighboursMax }),
        words: `${one.name} is ${known?.what ?? (driver === undefined ? 'a radio' : `a radio with the driver ${driver}`)}: it ${can}.${known ? ` ${known.note}` : ''}`,
      },
    ];
  });

  const advice: string[] = [];
  if (country === undefined || country === '00')
    advice.push('No country is set, so the radios may not start a mesh or an access point. Set the country in which this node stands.');
  if (radios.length === 0) advice.push(`There is no radio here. ${adapterAdvice}`);
  else if (!radios.some(({ canMesh }) => canMesh)) advice.push(`No radio here can mesh. ${adapterAdvice}`);
  else if (radios.length === 1)
    advice.push(
      'There is one radio only: it can be part of the mesh or an access point for devices, not both. Add a second one, or connect the devices by cable.',
    );
  else if (!accessPointBeside(radios)) advice.push('No radio is left to be the access point for devices beside the mesh.');
  const small = radios.find(({ neighboursMax }) => neighboursMax !== undefined);
  if (small && !radios.some(({ canMesh, neighboursMax }) => canMesh && neighboursMax === undefined))
    advice.push(`${small.interface} holds at most ${small.neighboursMax} neighbours: enough for a small mesh. ${adapterAdvice}`);
  return { radios, advice };
}

const accessPointBeside = (radios: readonly CheckedRadio[]): boolean =>
  radios.some((mesh) => mesh.canMesh && radios.some((other) => other !== mesh && other.canAccessPoint));
