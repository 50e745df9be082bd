/**
 * What device messages and reports usually contain, most usual last (nearer is cheaper to refer to). It is bound to feature bit 0 of the hello:
 * another dictionary is another bit. docs/protocol.md §6.3
 */
export const dictionary: Uint8Array = Buffer.from(
  [
    '{"node":"","name":"","at":,"uptimeSeconds":,"neighbours":[],"counters":{},"version":"',
    '"reason":"expired","result":"refused","correlation":"","deadline":"","batteryV":3.9,"voltageV":230.,"currentA":,"frequencyHz":50.0,"temperatureC":,"soc":',
    '{"transaction":"","donor":"","recipient":"","meter":"","priceCents":,"startedAt":"","endedAt":"',
    '{"command":"","ok":true,"state":"unlocked","at":"{"ok":false,"state":"locked","at":"',
    'content-type\u0010application/json/transaction/answer/state/command',
    'em/meter-/telemetry{"at":"2026-11-01T00:00:00.000Z","powerW":,"generationW":0,"energyWh":}',
  ].join(''),
);
