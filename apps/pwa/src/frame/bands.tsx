'use client';
import { useState } from 'react';
import { useNow } from '../live/clock.ts';
import { lasting, short } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { Glyph } from '../ui/glyph.tsx';
import { useNodeState } from './node-state.tsx';

/** The message across the top: the cause, the next step, at most two buttons. One at a time, the gravest. */
export function Bands() {
  const { link, card, status, forged, retry } = useNodeState();
  const now = useNow();
  const [checking, setChecking] = useState(false);
  const { band } = frameStrings;
  const name = status?.node.name ?? card?.name;
  if (forged) {
    return (
      <div className="band" role="alert">
        <Glyph name="warn" />
        <b>{band.forged}</b>
        <span>{band.forgedNext}</span>
      </div>
    );
  }
  if (link.at === 'offline') {
    return (
      <div className="band quiet" role="status">
        <Glyph name="off" />
        <b>{band.offline}</b>
        <span>{band.offlineNext(name ?? frameStrings.app)}</span>
      </div>
    );
  }
  if (link.at === 'old') {
    return (
      <div className="band quiet" role="status">
        <Glyph name="off" />
        <b>{band.old(name ?? frameStrings.app, short(now - link.lastHeard))}</b>
        <span>{band.oldNext}</span>
      </div>
    );
  }
  if (link.at !== 'unreachable') return null;
  const known = name !== undefined && link.lastHeard !== undefined;
  return (
    <div className="band" role="alert" data-testid="unreachable">
      <Glyph name="warn" />
      <b>{known ? band.unreachable(name, lasting(now - (link.lastHeard ?? now))) : band.neverHeard}</b>
      <span>{known ? band.unreachableNext : band.neverHeardNext}</span>
      {checking && (
        <ul>
          {band.checks.map((check) => (
            <li key={check}>{check}</li>
          ))}
        </ul>
      )}
      <div className="row">
        <button type="button" className="btn" onClick={retry}>
          {band.tryAgain}
        </button>
        <button type="button" className="btn" aria-expanded={checking} onClick={() => setChecking(!checking)}>
          {band.whatToCheck}
        </button>
      </div>
    </div>
  );
}
