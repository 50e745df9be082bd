// The helper as it is, on a Pi in a folder (machine.fixture.ts): for browser tests of what the dashboard asks of it. Takes what lies in the drop box as the
// unit's path watch would, goes back as its timer would; SIGUSR2: the time to confirm is over. node stand-in.fixture.ts <requests> <status file>
import { renameSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { confirmSeconds, statusPath } from '@energymesh/network';
import { takeRequests } from './intake.ts';
import { FakeMachine } from './machine.fixture.ts';

/** As long as the timer of the unit waits is a second; the drop box is looked at more often than its watch would wake. */
const lookEveryMs = 100;

class Pi extends FakeMachine {
  aheadSeconds = 0;
  // The agent counts down by the clock of this machine.
  override uptimeSeconds(): number {
    return uptime() + this.aheadSeconds;
  }
}

const [requests, statusFile] = process.argv.slice(2);
if (requests === undefined || statusFile === undefined) throw new Error('usage: stand-in.fixture.ts <requests> <status file>');
const pi = new Pi();
pi.adapters.push({ name: 'wlan0', mac: 'dc:a6:32:00:00:04' });
process.once('exit', () => pi[Symbol.dispose]());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));

pi.helper().adopt({
  version: 1,
  country: 'DE',
  mesh: { id: 'millbrook', passphrase: 'lantern-orchard-7421', channel: 6 },
  ap: { ssid: 'EnergyMesh Church Row', passphrase: 'kettle-harbour-3390', channel: 1 },
  uplink: { kind: 'ethernet' },
});
tell();
process.on('SIGUSR2', () => {
  pi.aheadSeconds += confirmSeconds.most;
});
console.log('ready');
setInterval(() => {
  for (const found of takeRequests({ folder: requests, quarantine: join(pi.root, 'quarantine'), system: pi, nowMs: Date.now })) {
    if (typeof found === 'string') pi.helper().refuse(found);
    else pi.helper().handle(found);
  }
  pi.helper().revertIfDue();
  pi.aheadSeconds = 0;
  tell();
}, lookEveryMs);

function tell(): void {
  const status = pi.disk.read(statusPath);
  if (status === undefined) return;
  writeFileSync(`${statusFile}.new`, status);
  renameSync(`${statusFile}.new`, statusFile as string);
}
