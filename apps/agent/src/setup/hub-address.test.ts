import { expect, test } from 'vitest';
import { hubAddress } from './hub-address.ts';

test.each([
  ['hub.example', 'https://hub.example:8443'],
  [' 192.168.1.20:9443/ ', 'https://192.168.1.20:9443'],
  ['https://hub.example:8443', 'https://hub.example:8443'],
  ['HTTPS://Hub.Example', 'https://hub.example:8443'],
  ['fd00::1', 'https://[fd00::1]:8443'],
  ['[fd00::1]:9000', 'https://[fd00::1]:9000'],
  ['', undefined],
  ['http://hub.example', undefined],
  ['hub example', undefined],
  ['hub.example/enrol', undefined],
  ['user@hub.example', undefined],
  ['hub.example:99999', undefined],
])('%j is %j', (typed, address) => {
  expect(hubAddress(typed)).toBe(address);
});
