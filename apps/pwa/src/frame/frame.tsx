'use client';
import type { ReactNode } from 'react';
import { useNow } from '../live/clock.ts';
import { age, clockMinute, clockSecond, zoneName } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { Bands } from './bands.tsx';
import { useNodeState } from './node-state.tsx';

/** Plate, community, age. */
export function PlateBar() {
  const { card, status, link } = useNodeState();
  const name = status?.node.name ?? card?.name;
  const gone = link.at === 'unreachable';
  return (
    <div className="top">
      <span className={gone ? 'plate off' : 'plate'}>
        <span>{name ?? frameStrings.app}</span>
      </span>
      <span className="where">{status?.node.community ?? card?.community}</span>
      <ConnectionAge />
    </div>
  );
}

function ConnectionAge() {
  const { link, status } = useNodeState();
  const now = useNow();
  const timeZone = status?.timeZone;
  const words = () => {
    switch (link.at) {
      case 'asking':
        return frameStrings.link.asking;
      case 'live':
        return `${clockSecond(now, timeZone)}${otherZone(now, timeZone)}`;
      case 'offline':
        return link.lastHeard === undefined
          ? frameStrings.link.notYet
          : frameStrings.link.saved(`${clockMinute(link.lastHeard, timeZone)}${otherZone(link.lastHeard, timeZone)}`);
      default:
        return link.lastHeard === undefined ? frameStrings.link.notYet : age(now - link.lastHeard);
    }
  };
  return (
    <span className={link.at === 'live' ? 'age' : 'age old'} data-testid="connection" data-state={link.at}>
      <i aria-hidden="true" />
      {link.at === 'live' && <span className="vh">{frameStrings.link.liveLabel}</span>}
      {words()}
    </span>
  );
}

/** Every time on the page is the node's. Where this browser's clock shows another one, the zone is said. */
function otherZone(at: number, timeZone: string | undefined): string {
  return timeZone === undefined || clockMinute(at) === clockMinute(at, timeZone) ? '' : ` ${zoneName(at, timeZone)}`;
}

/** A page of text and charts; the map brings its own. */
export function Page({ children }: { children: ReactNode }) {
  const { past } = useNodeState();
  return (
    <div className={past ? 'past' : undefined}>
      <header>
        <PlateBar />
        <Bands />
      </header>
      <main id="main" className="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
