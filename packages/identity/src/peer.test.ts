import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { at, community, member, noon } from './community.fixture.ts';
import { nodeKeyToPem } from './keys.ts';
import { peerBundle } from './peer.ts';
import { CertificateVerifier } from './verify.ts';

test('both ends of a TLS 1.3 connection read the other as a member; a resumed session counts as nobody', async () => {
  const { authority } = await community();
  const verifier = () => new CertificateVerifier({ rawRootKey: authority.rawRootKey });
  const [server, client] = [await member(authority), await member(authority)];
  const identity = (of: typeof server) => ({ key: nodeKeyToPem(of.key), cert: of.issued.chainPem, ca: authority.rootPem, minVersion: 'TLSv1.3' as const });
  const seen: { bundle: Uint8Array | undefined; reused: boolean }[] = [];
  const listener = createServer({ ...identity(server), requestCert: true, rejectUnauthorized: false }, (socket) => {
    seen.push({ bundle: peerBundle(socket), reused: socket.isSessionReused() });
    socket.end('x');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const dial = async (session?: Buffer) => {
    const socket: TLSSocket = connect({ ...identity(client), port, host: '127.0.0.1', rejectUnauthorized: false, ...(session ? { session } : {}) });
    const ticket = new Promise<Buffer>((resolve) => socket.once('session', resolve));
    await once(socket, 'secureConnect');
    const bundle = peerBundle(socket);
    socket.resume();
    const kept = session ?? (await ticket);
    await once(socket, 'close');
    return { bundle, session: kept };
  };
  const first = await dial();
  await dial(first.session);
  listener.close();
  expect(verifier().verifyNode(first.bundle!, { clock: at(noon) })).toMatchObject({ ok: true, node: server.key.nodeId });
  const atServer = verifier();
  atServer.learn(server.bundle);
  expect(atServer.verifyNode(seen[0]!.bundle!, { clock: at(noon) })).toMatchObject({ ok: true, node: client.key.nodeId });
  expect(seen[1]!.reused).toBe(true);
  expect(seen[1]!.bundle).toBeUndefined();
});
