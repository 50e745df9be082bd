import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What phones and computers ask of a network that they have just joined, to find out whether a captive portal stands in the way. On the access point every name leads
 * here (docs/network.md, `ap.portal`). While the node is being set up they are sent to the wizard, which their system then opens by itself; afterwards they hear what
 * they hope for, so that they stay on a network that has no internet. Known by their paths alone: vendors ask at names of their own. docs/setup.md
 */
const hopedFor: Readonly<Record<string, { readonly status: 200 | 204; readonly type?: string; readonly body?: string }>> = {
  // Apple
  '/hotspot-detect.html': { status: 200, type: 'text/html', body: '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>' },
  '/library/test/success.html': { status: 200, type: 'text/html', body: '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>' },
  // Android and Chrome
  '/generate_204': { status: 204 },
  '/gen_204': { status: 204 },
  // Windows
  '/connecttest.txt': { status: 200, type: 'text/plain', body: 'Microsoft Connect Test' },
  '/ncsi.txt': { status: 200, type: 'text/plain', body: 'Microsoft NCSI' },
  // Firefox
  '/canonical.html': { status: 200, type: 'text/html', body: '<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>' },
  '/success.txt': { status: 200, type: 'text/plain', body: 'success\n' },
};

/** Answers a probe, whatever name it was asked by; false: it is none. Tells nothing but the address that the asker has already. */
export function answerProbe(request: IncomingMessage, response: ServerResponse, open: boolean): boolean {
  const { method, url = '', headers, socket } = request;
  const path = url.split('?')[0] ?? '';
  if ((method !== 'GET' && method !== 'HEAD') || headers.origin !== undefined || !Object.hasOwn(hopedFor, path)) return false;
  const always = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', connection: 'close' };
  if (open) {
    response.writeHead(302, { ...always, location: `http://${addressOf(socket.localAddress)}:${socket.localPort}/setup`, 'content-length': 0 }).end();
    return true;
  }
  const { status, type, body = '' } = hopedFor[path]!;
  response.writeHead(status, { ...always, ...(type !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }) });
  response.end(method === 'HEAD' ? undefined : body);
  return true;
}

/** As it stands in an address of the web. */
function addressOf(local = '127.0.0.1'): string {
  const bare = local.replace(/^::ffff:(?=\d+\.)/, '').split('%')[0] ?? '';
  return bare.includes(':') ? `[${bare}]` : bare;
}
