import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { CommunityAuthority, derOfPem, validity } from '@energymesh/identity';
import { ConfigError } from '../config.ts';
import { readSecret, writeSecret } from './files.ts';

/** The community's authority, from `<dataDir>/authority.json`; made at the first start, which needs the community's name. */
export async function openAuthority(options: { dataDir: string; communityName: string | undefined; now: number }): Promise<CommunityAuthority> {
  const file = fileIn(options.dataDir);
  const text = await readSecret(file);
  if (text === undefined) {
    if (options.communityName === undefined) throw new ConfigError(`community.name: needed to create the community; ${file} does not exist`);
    const created = await CommunityAuthority.create({ name: options.communityName, now: options.now });
    await writeSecret(file, textOf(created));
    return created;
  }
  const authority = await load(text, file, options.now);
  const issuing = new X509Certificate(derOfPem(authority.issuingPem)![0]!);
  if (issuing.validToDate.getTime() - options.now < validity.issuingMs / 2) await authority.renewIssuing(options.now);
  // A renewed certificate, or something that an older file did not have.
  if (textOf(authority) !== text) await writeSecret(file, textOf(authority));
  return authority;
}

/** On disk when it resolves. */
export const saveAuthority = (dataDir: string, authority: CommunityAuthority): Promise<void> => writeSecret(fileIn(dataDir), textOf(authority));

const fileIn = (dataDir: string): string => join(dataDir, 'authority.json');
const textOf = (authority: CommunityAuthority): string => JSON.stringify(authority.save(), null, 2);

async function load(text: string, file: string, now: number): Promise<CommunityAuthority> {
  try {
    return await CommunityAuthority.load(JSON.parse(text), now);
  } catch (cause) {
    throw new ConfigError(`dataDir: ${file} is damaged; put its backup in place`, { cause });
  }
}
