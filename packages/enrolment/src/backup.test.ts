import { expect, test } from 'vitest';
import { type CommunityBackup, openBackup, sealBackup } from './backup.ts';

const community = { id: '00112233445566aa', name: 'Hillside' };
const member = { id: '00000000000000a1', name: 'Mill', gateway: true, publicKey: 'AAAA', enrolledAt: 1, certificateSerial: 'ab', certificateNotAfter: 2 };
const backup: CommunityBackup = { authority: { rootKey: 'a secret' }, members: [member], devices: [], revoked: [] };

test('a backup opens with its passphrase however that is typed, and with no other', async () => {
  const text = await sealBackup(community, backup, 'sieben Laternen über dem Bach');
  expect(text).toContain('Hillside');
  expect(text).not.toContain('secret');
  expect(await openBackup(text, 'sieben Laternen u\u0308ber dem Bach')).toEqual(backup);
  expect(await openBackup(text, 'sieben Laternen')).toEqual({ wrong: expect.stringContaining('passphrase') });
  const read = JSON.parse(text);
  const changed = JSON.stringify({ ...read, sealed: `A${read.sealed.slice(1)}`, community });
  expect(await openBackup(changed, 'sieben Laternen über dem Bach')).toEqual({ wrong: expect.stringContaining('changed') });
});

test.each(['', '{}', 'EM1-abc', '{"energymesh":"community"', 'x'.repeat(2 ** 20 + 1)])('%.20j is no backup', async (text) => {
  expect(await openBackup(text, 'x')).toEqual({ wrong: expect.stringContaining('no backup') });
});
