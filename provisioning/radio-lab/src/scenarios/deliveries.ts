import { until } from '@energymesh/e2e/community/until';
import type { Publisher } from '@energymesh/e2e/harness/publisher';
import type { Lab } from '../guest/lab.ts';
import type { Village } from '../guest/village.ts';

interface Body {
  readonly n: number;
  /** When it was published, milliseconds since 1970. */
  readonly t: number;
}
const bodyOf = (payload: string): Body => JSON.parse(payload) as Body;

/**
 * What a publisher's node acknowledged has arrived, each under one entry id. `again`: the device may have sent some twice, because its node went
 * before it could acknowledge them; they are counted.
 */
export async function allDelivered(lab: Lab, village: Village, publisher: Publisher, name: string, again = false, msMax = 120_000): Promise<void> {
  const arrived = (): Set<number> => new Set(village.observer.unique(publisher.device, 'telemetry').map((seen) => bodyOf(seen.payload).n));
  const missing = (): number[] => {
    const there = arrived();
    return [...publisher.acknowledged].filter((n) => !there.has(n));
  };
  await until(`what ${publisher.device} published at the backend`, msMax, () => missing().length === 0).catch(() => {});
  const lost = missing();
  const unique = village.observer.unique(publisher.device, 'telemetry').length;
  lab.figure({ figure: `lab.${name}.acknowledged`, value: publisher.acknowledged.size, unit: 'messages' });
  lab.figure({ figure: `lab.${name}.lost`, value: lost.length, unit: 'messages' });
  lab.must('everything acknowledged is at the backend', lost.length === 0, `missing: ${lost.slice(0, 10).join(', ')}`);
  const twice = unique - arrived().size;
  if (again) lab.figure({ figure: `lab.${name}.sentTwice`, value: twice, unit: 'messages' });
  else lab.must('nothing arrived under two entry ids', twice === 0, `${twice} did`);
}

/** From an instant until the next delivery of something that was published after it. */
export async function outageFrom(village: Village, publisher: Publisher, faultAt: number, msMax: number): Promise<number> {
  const first = (): number | undefined => {
    const seen = village.observer.seen.find((s) => s.device === publisher.device && s.what === 'telemetry' && bodyOf(s.payload).t > faultAt);
    return seen && performance.timeOrigin + seen.at;
  };
  await until('a delivery of what was published after the fault', msMax, () => first() !== undefined);
  return Math.round(first()! - faultAt);
}

/** Publish to observer, of a device's messages from this number on; milliseconds. */
export const latenciesMs = (village: Village, device: string, from: number): number[] =>
  village.observer
    .unique(device, 'telemetry')
    .filter((seen) => bodyOf(seen.payload).n >= from)
    .map((seen) => performance.timeOrigin + seen.at - bodyOf(seen.payload).t);

/** The longest time without a delivery of a device's, from an instant (of performance.now) until its last one. */
export function longestSilenceMs(village: Village, device: string, from: number): number {
  const at = [from, ...village.observer.unique(device, 'telemetry').flatMap((seen) => (seen.at > from ? [seen.at] : []))];
  return Math.round(Math.max(...at.slice(1).map((one, i) => one - at[i]!)));
}
