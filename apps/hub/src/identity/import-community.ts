import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBackup } from '@energymesh/enrolment';
import { CommunityAuthority, nodeIdOf } from '@energymesh/identity';
import { ConfigError } from '../config.ts';
import { holdFolder } from '../lock.ts';
import { openDatabase } from '../store/database.ts';
import { addEvent, addRevocation, allRevocations, putDevice, putNode } from '../store/members.ts';
import { readSecret, writeSecret } from './files.ts';

/**
 * Makes a hub's data folder out of the sealed backup of a community that was made on a node: authority, members, devices and revocations. The hub must not be running, and has no
 * community yet. Cut off, it is run again. Throws ConfigError with what is wrong and what to do.
 */
export async function importCommunity(options: {
  readonly dataDir: string;
  readonly migrationsFolder: string;
  readonly text: string;
  readonly passphrase: string;
  readonly now: number;
}): Promise<{ readonly community: string; readonly name: string; readonly members: number }> {
  const { dataDir, now } = options;
  const backup = await openBackup(options.text, options.passphrase);
  if ('wrong' in backup) throw new ConfigError(`--file: ${backup.wrong}`);
  let authority: CommunityAuthority;
  try {
    authority = await CommunityAuthority.load(backup.authority, now);
  } catch (cause) {
    throw new ConfigError('--file: the authority in the backup is damaged; take another backup', { cause });
  }
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await using _held = await holdFolder(dataDir);
  const file = join(dataDir, 'authority.json');
  const before = await readSecret(file);
  if (before !== undefined && (JSON.parse(before) as { rootKey?: unknown }).rootKey !== authority.save().rootKey)
    throw new ConfigError(`dataDir: ${file} is of another community; give an empty folder`);
  {
    await using database = await openDatabase({ folder: join(dataDir, 'db'), migrationsFolder: options.migrationsFolder });
    await database.db.transaction(async (session) => {
      for (const { id, name, gateway, publicKey: key, enrolledAt, certificateSerial: serial, certificateNotAfter: notAfter } of backup.members) {
        const publicKey = new Uint8Array(Buffer.from(key, 'base64'));
        if (nodeIdOf(publicKey) !== id) throw new ConfigError(`--file: member ${id} has another node's key; take another backup`);
        await putNode(session, { issued: { node: id, serial, notAfter, chainPem: '' }, publicKey, name, gateway, invite: 'import', now: enrolledAt });
      }
      for (const { addedAt, by, ...credential } of backup.devices) await putDevice(session, credential, addedAt, by);
      const known = new Set((await allRevocations(session)).map(({ node }) => node));
      for (const { node, at } of backup.revoked) if (!known.has(node)) await addRevocation(session, { node }, at);
      await addEvent(session, { at: now, kind: 'community-imported', detail: `${backup.members.length} nodes` });
    });
  }
  // Last: with it the folder is a hub's.
  await writeSecret(file, JSON.stringify(authority.save(), null, 2));
  return { community: authority.id, name: authority.name, members: backup.members.length };
}
