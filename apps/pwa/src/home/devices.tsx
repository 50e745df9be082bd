'use client';
import { useState } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import type { Device, Devices } from '../live/model.ts';
import { age } from '../strings/format.ts';
import { homeStrings } from '../strings/home.ts';
import { Glyph } from '../ui/glyph.tsx';
import { Age, Section } from '../ui/parts.tsx';

const words = homeStrings.devices;
const shownAtFirst = 6;

/** Connected ones first, then by when they were last seen. */
export function DevicesSection({ devices }: { devices: Devices | undefined }) {
  const [all, setAll] = useState(false);
  if (!devices) return null;
  const connected = devices.devices.filter((device) => device.connected).length;
  const sorted = devices.devices.toSorted(
    (a, b) => Number(b.connected) - Number(a.connected) || (b.lastSeen ?? 0) - (a.lastSeen ?? 0) || (a.id < b.id ? -1 : 1),
  );
  const shown = all ? sorted : sorted.slice(0, shownAtFirst);
  return (
    <Section
      id="devices"
      title={words.title}
      aside={
        <span className="tick">
          {sorted.length > 0 && `${words.connected(connected, sorted.length)} · `}
          <Age at={devices.at} />
        </span>
      }
    >
      {sorted.length === 0 ? (
        <>
          <p className="lead">{words.none}</p>
          <p className="sm">{words.noneNext}</p>
          <ol className="steps mt-2">
            {words.steps.map((step) => (
              <li key={step.do}>
                <b>{step.do}</b>
                <span>{typeof step.why === 'function' ? step.why(location.hostname) : step.why}</span>
              </li>
            ))}
          </ol>
        </>
      ) : (
        <ul className="rows" data-testid="devices">
          {shown.map((device) => (
            <Row key={device.id} device={device} />
          ))}
        </ul>
      )}
      {sorted.length > shown.length && (
        <button type="button" className="more mt-2" onClick={() => setAll(true)}>
          {words.more(sorted.length - shown.length)}
        </button>
      )}
    </Section>
  );
}

function Row({ device }: { device: Device }) {
  const now = useNow();
  const { past } = useNodeState();
  const seen = device.lastSeen === undefined ? words.never : words.lastSeen(age(now - device.lastSeen));
  return (
    <li data-testid="device" data-device={device.id}>
      <Glyph name={device.connected && !past ? 'well' : 'off'} />
      <span className="min-w-0 wrap-anywhere">
        {device.id}
        <span className="via">
          {words.roles[device.role]}, {device.connected ? (past ? words.onThen : words.on) : seen}
        </span>
      </span>
      <span className="sm">{words.today(device.packetsToday)}</span>
    </li>
  );
}
