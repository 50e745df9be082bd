import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { CommunityAuthority, createCsr, createRequests, generateNodeKey, generateP256Key, nodeKeyToPem, parseInvite } from '@energymesh/identity';
import type { AgentProcess } from '../community/agent-process.ts';
import type { HubProcess } from '../community/hub-process.ts';

/** What one shows in a handshake. */
export interface Papers {
  readonly node: string;
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

/** A genuine member, enrolled at the hub as any node is, that is no agent of ours. */
export async function enrolMember(hub: HubProcess, name: string, gateway = false): Promise<Papers> {
  const invite = parseInvite(await hub.invite(gateway));
  const url = invite?.hubs[0];
  if (!invite || url === undefined) throw new Error('the hub gave no invite');
  const key = generateNodeKey();
  const body = JSON.stringify({ token: invite.token, ...(await createRequests(key, generateP256Key(), name)), name });
  const { chain } = JSON.parse(await post(new URL('/enrol', url), hub.rootPem(), body)) as { chain: string };
  return { node: key.nodeId, key: nodeKeyToPem(key), cert: chain };
}

function post(url: URL, ca: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', ca, headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`${response.statusCode} ${text}`))));
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** The key and certificate that lie in an agent's data folder. */
export function stolenFrom(agent: AgentProcess): Omit<Papers, 'node'> {
  const at = (name: string): string => readFileSync(join(agent.dir, 'identity', name), 'utf8');
  return { key: at('node.key'), cert: (JSON.parse(at('enrolment.json')) as { chain: string }).chain };
}

/**
 * Of another authority with the same name. `claims`: it puts the id of that community into its certificates, which only the
 * signature gives away. `now`: when it believes to live, milliseconds since 1970.
 */
export async function strangersPapers(options: { readonly now: number; readonly claims?: string }): Promise<Papers> {
  const authority = await CommunityAuthority.create({ name: 'Millbrook', now: options.now });
  if (options.claims !== undefined) {
    Object.assign(authority, { id: options.claims });
    await authority.renewIssuing(options.now);
  }
  const key = generateNodeKey();
  const issued = await authority.issueNode({ csrPem: await createCsr(key, 'Node a'), name: 'Node a', roles: { relay: true, gateway: true }, now: options.now });
  return { node: key.nodeId, key: nodeKeyToPem(key), cert: issued.chainPem };
}
