import { clockMinute, dateAndMinute } from '../strings/format.ts';
import { phoneStrings } from '../strings/phone.ts';
import type { LineState } from './line.ts';

const words = phoneStrings.phone.line;
/** Heard by the hub within this time: the node lives, the mesh is slow. */
const justNowMs = 3 * 60_000;
const dayMs = 24 * 3_600_000;

export interface LineWords {
  readonly say: string;
  readonly next: string | undefined;
  readonly good: boolean;
}

/** How this phone stands with its node, the cause and the next step. `now` is this phone's clock. */
export function lineWords(line: LineState, now: number, online: boolean): LineWords {
  switch (line.at) {
    case 'asking':
      return { say: words.asking, next: undefined, good: true };
    case 'up':
      if (line.way.at === 'direct') return { say: words.direct, next: undefined, good: true };
      return { say: words.hub, next: line.direct && words.around[line.direct], good: true };
    case 'refused':
      return { ...words.revoked, good: false };
    case 'down': {
      const { say, next } = downWords(line, now, online);
      const near = line.direct === 'permission-denied' ? words.down.denied : line.direct === 'no-answer' && online ? words.down.apart : undefined;
      return { say, next: [next, near].filter(Boolean).join(' '), good: false };
    }
  }
}

function downWords({ hub }: Extract<LineState, { at: 'down' }>, now: number, online: boolean): { say: string; next: string } {
  const { down } = words;
  if (!online) return down.offline;
  switch (hub?.why) {
    case undefined:
      return down.once;
    case 'unreachable':
    case 'broken':
      return down.hub;
    case 'slow-down':
    case 'busy':
      return down.busy;
    case 'no-such-node':
      return down.gone;
    case 'no-answer': {
      const { heardAt } = hub;
      if (heardAt === null) return down.silent(undefined);
      if (now - heardAt < justNowMs) return down.slow;
      return down.silent(now - heardAt < dayMs ? clockMinute(heardAt) : dateAndMinute(heardAt));
    }
  }
}
