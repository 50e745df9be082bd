// The page while working on it: `next dev` (reloads on save) and an agent behind one address, since an agent answers only pages of its own
// origin. node dev/serve.ts --port 3000 --agent localhost:8080
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer as createProbe } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '3000' }, agent: { type: 'string', default: process.env.ENERGYMESH_AGENT ?? 'localhost:8080' } },
});
const root = join(import.meta.dirname, '..');
const nextPort = await freePort();
const next = spawn(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'dev', root, '--hostname', '127.0.0.1', '--port', String(nextPort)], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => next.kill('SIGTERM'));
next.on('exit', (code) => process.exit(code ?? 0));

const isCall = (message: IncomingMessage): boolean => /^\/(trpc|healthz)(\/|\?|$)/.test(message.url ?? '');
/** To the agent as if its own page called. */
function onward(message: IncomingMessage): { host: string; port: number; headers: IncomingMessage['headers'] } {
  if (!isCall(message)) return { host: '127.0.0.1', port: nextPort, headers: message.headers };
  const [host = 'localhost', port = '8080'] = values.agent.split(':');
  const { origin, ...headers } = message.headers;
  return { host, port: Number(port), headers: { ...headers, host: values.agent, ...(origin ? { origin: `http://${values.agent}` } : {}) } };
}

const server = createServer((message, answer) => {
  const { host, port, headers } = onward(message);
  const call = request({ host, port, method: message.method, path: message.url, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  call.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end('Nobody answers there yet.\n')));
  message.pipe(call);
});
server.on('upgrade', (message, socket, head) => {
  const { host, port, headers } = onward(message);
  const other = connect({ host, port }, () => {
    const lines = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}`));
    other.write(`${message.method} ${message.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    other.write(head);
    socket.pipe(other).pipe(socket);
  });
  other.on('error', () => socket.destroy());
  socket.on('error', () => other.destroy());
});
server.listen(Number(values.port), 'localhost', () => console.log(`page: http://localhost:${values.port}, answers from ${values.agent}`));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createProbe().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
