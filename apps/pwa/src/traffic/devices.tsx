'use client';
import { useState } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import { useDevices } from '../live/feeds.ts';
import { age, number } from '../strings/format.ts';
import { homeStrings } from '../strings/home.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { Age, Section } from '../ui/parts.tsx';

const words = trafficStrings.traffic;
const shownAtFirst = 8;

/** What each device sent today, the busiest first. */
export function DeviceTable() {
  const devices = useDevices();
  const [all, setAll] = useState(false);
  const now = useNow();
  const { past } = useNodeState();
  if (!devices) return null;
  const sorted = devices.devices.toSorted((a, b) => b.packetsToday - a.packetsToday || (a.id < b.id ? -1 : 1));
  const shown = all ? sorted : sorted.slice(0, shownAtFirst);
  return (
    <Section
      title={words.byDevice}
      aside={
        <span className="tick">
          {words.sinceMidnight} · <Age at={devices.at} />
        </span>
      }
    >
      {sorted.length === 0 ? (
        <p className="sm">{words.noDevice}</p>
      ) : (
        <table className="table" data-testid="by-device">
          <thead>
            <tr>
              <th scope="col">{words.device}</th>
              <th scope="col">{words.lastSeen}</th>
              <th scope="col">{words.packets}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((device) => (
              <tr key={device.id} data-device={device.id}>
                <th scope="row" className="wrap-anywhere">
                  {device.id}, {homeStrings.devices.roles[device.role].toLowerCase()}
                </th>
                <td>
                  {device.connected
                    ? past
                      ? homeStrings.devices.onThen
                      : homeStrings.devices.on
                    : device.lastSeen === undefined
                      ? homeStrings.devices.never
                      : age(now - device.lastSeen)}
                </td>
                <td>{number(device.packetsToday)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {sorted.length > shown.length && (
        <button type="button" className="more mt-2" onClick={() => setAll(true)}>
          {homeStrings.devices.more(sorted.length - shown.length)}
        </button>
      )}
    </Section>
  );
}
