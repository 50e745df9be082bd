import type { ConnectionOptions } from 'node:tls';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Role } from '../community/layout.ts';
import { readingAt } from './load-curve.ts';

/** A simulated ESP32: a real MQTT client over TLS with the credentials of one device. */
export interface DeviceOptions {
  readonly id: string;
  readonly role: Role;
  readonly token: string;
  readonly url: string;
  /** PEM of the device root. */
  readonly ca: string;
  readonly telemetryEveryMs: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

export function connectDevice(options: Pick<DeviceOptions, 'id' | 'token' | 'url' | 'ca'>): MqttClient {
  const settings: IClientOptions & Pick<ConnectionOptions, 'servername' | 'sigalgs' | 'ecdhCurve'> = {
    clientId: options.id,
    username: options.id,
    password: options.token,
    ca: options.ca,
    // every door's certificate has this name, and no address
    servername: 'energymesh.local',
    // what an ESP32 can verify
    sigalgs: 'ecdsa_secp256r1_sha256',
    ecdhCurve: 'P-256',
    clean: false,
    protocolVersion: 4,
    reconnectPeriod: 1000,
    connectTimeout: 10_000,
    keepalive: 30,
  };
  return mqtt.connect(options.url, settings);
}

interface Command {
  readonly id: string;
  readonly action: string;
}

/** Publishes a household's readings, and, as a lock, answers commands. Returns the stopper. */
export function runDevice(options: DeviceOptions): () => Promise<void> {
  const client = connectDevice(options);
  const topic = (what: string): string => `em/${options.id}/${what}`;
  let energyWh = 0;
  let lastAt = Date.now();
  let locked = true;
  client.on('error', (error) => options.log(`${options.id}: ${error.message}`));
  if (options.role === 'lock') {
    client.subscribe(topic('command'), { qos: 1 });
    client.on('message', (_topic, payload) => {
      const command = parseCommand(payload);
      if (!command) return;
      if (command.action === 'lock') locked = true;
      if (command.action === 'unlock') locked = false;
      client.publish(topic('answer'), JSON.stringify({ command: command.id, ok: true, state: locked ? 'locked' : 'unlocked', at: new Date().toISOString() }), {
        qos: 1,
      });
    });
  }
  const publish = (): void => {
    if (!client.connected) return;
    const now = Date.now();
    const reading = readingAt(now, options.seed, options.role === 'donor' ? 4200 : 0);
    energyWh += ((reading.consumptionW - reading.generationW) * (now - lastAt)) / 3_600_000;
    lastAt = now;
    const body =
      options.role === 'lock'
        ? { state: locked ? 'locked' : 'unlocked', batteryV: 3.9 }
        : { powerW: reading.consumptionW, generationW: reading.generationW, energyWh: Math.round(energyWh) };
    client.publish(topic(options.role === 'lock' ? 'state' : 'telemetry'), JSON.stringify({ at: new Date(now).toISOString(), ...body }), { qos: 1 });
    if (
      options.role === 'donor' &&
      reading.generationW > reading.consumptionW &&
      Math.floor(now / 60_000) !== Math.floor((now - options.telemetryEveryMs) / 60_000)
    ) {
      const offer = {
        id: `${options.id}-${now}`,
        at: new Date(now).toISOString(),
        kind: 'offer',
        energyWh: Math.round((reading.generationW - reading.consumptionW) / 60),
      };
      client.publish(topic('transaction'), JSON.stringify(offer), { qos: 1 });
    }
  };
  const timer = setInterval(publish, options.telemetryEveryMs);
  client.once('connect', publish);
  return async () => {
    clearInterval(timer);
    await client.endAsync(true);
  };
}

function parseCommand(payload: Buffer): Command | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString());
    if (value && typeof value === 'object' && 'id' in value && 'action' in value) return { id: String(value.id), action: String(value.action) };
  } catch {
    // not for this lock
  }
  return undefined;
}
