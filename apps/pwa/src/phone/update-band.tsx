'use client';
import { useSyncExternalStore } from 'react';
import { phoneStrings } from '../strings/phone.ts';
import { onShellChange, shellState, takeUpdate } from './shell.ts';

export const useShell = () => useSyncExternalStore(onShellChange, shellState, shellState);

/** A newer version waits: it is used when the person says so. */
export function UpdateBand() {
  if (!useShell().update) return null;
  return (
    <div className="band quiet" role="status" data-testid="update">
      <b>{phoneStrings.phone.update.say}</b>
      <div className="row">
        <button type="button" className="btn" onClick={takeUpdate}>
          {phoneStrings.phone.update.button}
        </button>
      </div>
    </div>
  );
}
