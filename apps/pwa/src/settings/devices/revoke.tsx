'use client';
import { useState } from 'react';
import { useHere } from '../../live/providers.tsx';
import { devicesStrings } from '../../strings/devices.ts';
import { type Refusal, toldBy } from '../../strings/said.ts';
import { Dialog } from '../../ui/dialog.tsx';

const words = devicesStrings.deviceSettings;

export function Revoke({ id, onClose }: { id: string; onClose: () => void }) {
  const { trpc } = useHere();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const revoke = () => {
    setBusy(true);
    setTrouble(undefined);
    trpc.devices.remove
      .mutate({ id })
      .then(onClose)
      .catch((error: Refusal) => {
        setTrouble(error.data ? toldBy(error) : words.silent);
        setBusy(false);
      });
  };
  return (
    <Dialog title={words.revokeSay(id)} close={words.close} onClose={onClose}>
      <p className="lede">{words.revokeNext}</p>
      {trouble && (
        <p className="note" role="alert">
          {trouble}
        </p>
      )}
      <div className="row fill">
        <button type="button" className="btn pri" disabled={busy} onClick={revoke}>
          {words.revokeDo}
        </button>
        <button type="button" className="btn" disabled={busy} onClick={onClose}>
          {words.keep}
        </button>
      </div>
    </Dialog>
  );
}
