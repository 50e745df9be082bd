/** Two radios that hear each other, by index. */
export type Edge = readonly [number, number];

/** Of mac80211_hwsim's group mask. */
const edgesMax = 32;

/**
 * mac80211_hwsim delivers a frame between two radios only if their group masks share a bit: one bit for every edge. A radio in no edge has
 * mask 0 and hears nobody, as one that is switched off.
 */
export function groupMasks(radios: number, edges: readonly Edge[]): number[] {
  if (edges.length > edgesMax) throw new RangeError(`at most ${edgesMax} edges, not ${edges.length}`);
  const masks = new Array<number>(radios).fill(0);
  edges.forEach(([a, b], bit) => {
    for (const radio of [a, b]) {
      if (!Number.isInteger(radio) || radio < 0 || radio >= radios) throw new RangeError(`there is no radio ${radio}`);
      masks[radio] = (masks[radio]! | (2 ** bit)) >>> 0;
    }
  });
  return masks;
}

/** The same air with some radios switched off. */
export const without = (edges: readonly Edge[], off: readonly number[]): Edge[] => edges.filter(([a, b]) => !off.includes(a) && !off.includes(b));

/** Each radio hears the one before it and the one after it. */
export const lineOf = (...radios: readonly number[]): Edge[] => radios.slice(1).map((radio, i) => [radios[i]!, radio]);

/** The address that mac80211_hwsim gives to its radio of this index. */
export const macOf = (radio: number): string => `02:00:00:00:${radio.toString(16).padStart(2, '0')}:00`;
