import { expect, it } from 'vitest';
import { espSnippet, scanText } from './snippet.ts';

const made = {
  id: 'mill-lock',
  role: 'lock' as const,
  box: '',
  addresses: ['192.168.1.20', '192.168.77.1'],
  port: 8883,
  name: 'energymesh.local',
  ca: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  fingerprint: 'AB:CD:EF',
  publishes: ['em/mill-lock/state', 'em/mill-lock/telemetry'],
  hears: ['em/mill-lock/command'],
};

it('a code to scan has addresses, name, password and what to know the node by', () => {
  expect(JSON.parse(scanText(made, 'secret'))).toEqual({
    energymesh: 1,
    broker: ['mqtts://192.168.1.20:8883', 'mqtts://192.168.77.1:8883'],
    name: 'energymesh.local',
    id: 'mill-lock',
    password: 'secret',
    ca: 'abcdef',
  });
});

it('the code for an ESP32 is whole: certificate line by line, name, topics', () => {
  const text = espSnippet(made, 'secret');
  for (const line of [
    '  "-----BEGIN CERTIFICATE-----\\n"\n  "MIIB\\n"\n  "-----END CERTIFICATE-----\\n";',
    'mqtts://192.168.1.20:8883',
    '.broker.verification.common_name = "energymesh.local"',
    'esp_mqtt_client_subscribe(event->client, "em/mill-lock/command", 1);',
    '"em/mill-lock/telemetry", "{\\"powerW\\":12}"',
    '.credentials.authentication.password = "secret"',
  ])
    expect(text).toContain(line);
  expect(espSnippet({ ...made, addresses: [], hears: [], publishes: [] }, 'secret')).toContain('mqtts://energymesh.local:8883');
});
