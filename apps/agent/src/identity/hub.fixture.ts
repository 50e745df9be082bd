import { once } from 'node:events';
import { createServer } from 'node:https';
import { CommunityAuthority, createInvite, generateNodeKey, nodeIdOf, nodeKeyToPem, requesterOf, signCommunityDocument } from '@energymesh/identity';

export interface Asked {
  readonly path: string;
  readonly body: { readonly token?: string; readonly csr: string; readonly doorCsr: string; readonly name?: string };
}
type Reply = (asked: Asked) => Promise<{ readonly status: number; readonly body: unknown }> | { readonly status: number; readonly body: unknown };

/** A hub's door over real HTTPS, as docs/hub.md describes it; `reply` stands in for what is behind it. */
export async function testHub(options: { readonly now?: number; readonly presentsRoot?: boolean; readonly serverNow?: number } = {}) {
  const now = options.now ?? Date.now();
  const authority = await CommunityAuthority.create({ name: 'Sunny Street', now });
  const key = generateNodeKey();
  const server = await authority.issueServer({ publicKey: key.rawPublicKey, name: 'hub', names: ['hub.example'], now: options.serverNow ?? now });
  const asked: Asked[] = [];
  const certified = async ({ csr, doorCsr, name = 'roof' }: Asked['body'], issuedAt: number) => {
    const node = nodeIdOf((await requesterOf({ csr, doorCsr })) ?? new Uint8Array());
    const { chainPem } = await authority.issueNode({ csrPem: csr, name, roles: { relay: true, gateway: true }, now: issuedAt });
    return { chain: chainPem, door: (await authority.issueDoor({ csrPem: doorCsr, node, name, now: issuedAt })).pem };
  };
  const admit = async ({ body }: Asked, issuedAt = now) => ({
    status: 200,
    body: {
      ...(await certified(body, issuedAt)),
      root: authority.rootPem,
      deviceRoot: authority.deviceRootPem,
      community: { id: authority.id, name: authority.name },
      beaconKey: Buffer.from(authority.beaconKey).toString('base64url'),
      beaconEpoch: authority.beacon.epoch,
      document: Buffer.from(document(1)).toString('base64'),
      backend: { url: 'mqtts://hub.example:8883', protocol: '5', login: { by: 'certificate' } },
    },
  });
  const document = (number: number, content: Partial<Parameters<typeof signCommunityDocument>[1]> = {}) =>
    signCommunityDocument(authority, { number, issuedAt: now, revoked: [], devices: [], ...content });
  let reply: Reply = admit;
  const listener = createServer(
    { key: nodeKeyToPem(key), cert: server.chainPem + (options.presentsRoot === false ? '' : authority.rootPem), minVersion: 'TLSv1.3' },
    (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', async () => {
        const call = { path: request.url ?? '', body: JSON.parse(Buffer.concat(parts).toString('utf8')) };
        asked.push(call);
        const { status, body } = await reply(call);
        response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    },
  ).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const url = `https://127.0.0.1:${(listener.address() as { port: number }).port}`;
  const invite = (given: { readonly hubs?: readonly string[]; readonly rootPin?: string } = {}) =>
    createInvite({
      community: { id: authority.id, name: authority.name },
      hubs: given.hubs ?? [url],
      rootPin: given.rootPin ?? authority.rootPin,
      usesMax: 1,
      expiresAt: now + 3_600_000,
      role: 'gateway',
    }).text;
  return {
    authority,
    url,
    asked,
    admit,
    document,
    invite,
    replyWith: (next: Reply) => {
      reply = next;
    },
    async close() {
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
