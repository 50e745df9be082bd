/** The simulated ESP32 devices of a community, in one process: `node main.ts devices.json`. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { runDevice } from './device.ts';

const file = z.strictObject({
  ca: z.string(),
  telemetryEveryMs: z.int().min(100),
  devices: z.array(z.strictObject({ id: z.string(), role: z.enum(['donor', 'recipient', 'meter', 'lock']), token: z.string(), url: z.string() })).max(1000),
});
export type DevicesFile = z.infer<typeof file>;

const path = process.argv[2];
if (!path) {
  console.error('usage: node main.ts devices.json');
  process.exit(64);
}
const { ca, telemetryEveryMs, devices } = file.parse(JSON.parse(readFileSync(path, 'utf8')));
const stops = devices.map((device, seed) => runDevice({ ...device, ca, telemetryEveryMs, seed, log: (line) => console.error(line) }));
console.error(`${devices.length} simulated devices`);
const end = (): void => {
  Promise.all(stops.map((stop) => stop())).then(() => process.exit(0));
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
