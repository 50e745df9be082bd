'use client';
import { lazy, Suspense, useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import { useNow } from '../../live/clock.ts';
import { devicesStrings } from '../../strings/devices.ts';
import { age, dateAndMinute } from '../../strings/format.ts';
import { Glyph } from '../../ui/glyph.tsx';
import { SettingsPage } from '../settings-page.tsx';
import { Revoke } from './revoke.tsx';
import { type KnownDevice, useDevicesNow } from './use-devices.ts';

const words = devicesStrings.deviceSettings;
/** With the code to scan and the sealed channel: when somebody adds one. */
const Add = lazy(() => import('./add.tsx').then((module) => ({ default: module.Add })));

/** All devices of the community, and what to do about them. */
export function DevicesPage() {
  const { devices, trouble, refetch } = useDevicesNow();
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<string>();
  if (!devices) return <SettingsPage say={words.asking}>{null}</SettingsPage>;
  return (
    <SettingsPage say={words.say(devices.length, devices.filter(({ connected }) => connected).length)} lede={devices.length === 0 ? words.none : words.lede}>
      {trouble && (
        <div className="note" role="status" data-testid="hub-away">
          <b>{words.hubAway}</b>
          {trouble}
          <span className="block pt-3">
            <button type="button" className="btn" onClick={() => void refetch()}>
              {words.again}
            </button>
          </span>
        </div>
      )}
      <button type="button" className="btn pri mb-4" disabled={trouble !== undefined} onClick={() => setAdding(true)}>
        {words.add}
      </button>
      <ul className="holders" data-testid="devices">
        {devices.map((device) => (
          <Row key={device.id} device={device} onRevoke={() => setRevoking(device.id)} />
        ))}
      </ul>
      {adding && (
        <Suspense>
          <Add
            onClose={() => {
              setAdding(false);
              void refetch();
            }}
          />
        </Suspense>
      )}
      {revoking !== undefined && (
        <Revoke
          id={revoking}
          onClose={() => {
            setRevoking(undefined);
            void refetch();
          }}
        />
      )}
    </SettingsPage>
  );
}

function Row({ device, onRevoke }: { device: KnownDevice; onRevoke: () => void }) {
  const now = useNow();
  const { past, status } = useNodeState();
  const { id, role, connected, at, lastSeen, packetsToday, publishes, hears, owner } = device;
  const where = connected ? words.here : at ? words.at(at.name) : lastSeen === undefined ? words.never : words.seen(age(now - lastSeen));
  const day = owner && dateAndMinute(owner.addedAt, status?.timeZone);
  return (
    <li data-testid="device" data-device={id}>
      <div className="min-w-0">
        <span className="flex items-center gap-2">
          <Glyph name={connected && !past ? 'well' : 'off'} />
          <b className="wrap-anywhere">{id}</b>
        </span>
        <span className="sm block">
          {words.roles[role]} · {where}
          {packetsToday > 0 && ` · ${words.today(packetsToday)}`}
        </span>
        <details className="parts sm">
          <summary>{words.topics}</summary>
          <ol>
            {publishes.map((topic) => (
              <li key={topic} className="wrap-anywhere">
                {words.publishes} {topic}
              </li>
            ))}
            {hears.map((topic) => (
              <li key={topic} className="wrap-anywhere">
                {words.hears} {topic}
              </li>
            ))}
            {owner && day && <li>{owner.own ? words.addedHere(day) : words.added(owner.by, day)}</li>}
          </ol>
        </details>
      </div>
      {owner?.own && (
        <button type="button" className="btn" aria-label={words.revokeOf(id)} onClick={onRevoke}>
          {words.revoke}
        </button>
      )}
    </li>
  );
}
