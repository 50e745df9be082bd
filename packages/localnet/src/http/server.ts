/** One HTTP server for RPC (POST /rpc or /), Horizon, the faucet, and what only tests and the launcher ask for (/admin). */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseFaults } from '../faults.ts';
import { type Answer, problem } from '../horizon/format.ts';
import { horizon } from '../horizon/routes.ts';
import { friendbot, submissionAnswer, submissionTimeout, submitToHorizon } from '../horizon/submit.ts';
import type { Chain } from '../ledger/chain.ts';
import type { Closer } from '../ledger/closer.ts';
import { dispatch } from '../rpc/dispatch.ts';

export interface ServerOptions {
  readonly chain: Chain;
  readonly closer: Closer;
  readonly host: string;
  readonly port: number;
}

const bodyBytesMax = 2_000_000;
/** as Horizon: a submission is waited for this long */
const submissionMsMax = 30_000;

type Reply = Answer | 'cut';

class TooLarge extends Error {}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyBytesMax) throw new TooLarge('request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

const jsonOf = (body: string): unknown => {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    return undefined;
  }
};

const cors = { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, POST, OPTIONS', 'access-control-allow-headers': '*' };

export class HttpServer implements AsyncDisposable {
  readonly #options: ServerOptions;
  readonly #server: Server;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async listen(): Promise<string> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve());
    });
    return this.url;
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const admin = url.pathname.startsWith('/admin');
    const { chain } = this.#options;
    if (!admin && chain.faults.down) {
      request.socket.destroy();
      return;
    }
    if (!admin && chain.faults.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, chain.faults.slowMs));
    let reply: Reply;
    try {
      reply = request.method === 'OPTIONS' ? { status: 204, body: undefined } : await this.#route(request, url, admin);
    } catch (error) {
      reply = error instanceof TooLarge ? problem(413, error.message) : problem(500, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    if (reply === 'cut' || response.destroyed) {
      request.socket.destroy();
      return;
    }
    const json = typeof reply.body === 'object' && reply.body !== null && 'title' in reply.body;
    response.writeHead(reply.status, { 'content-type': json ? 'application/problem+json' : 'application/json', ...cors });
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  }

  async #route(request: IncomingMessage, url: URL, admin: boolean): Promise<Reply> {
    const { chain } = this.#options;
    const post = request.method === 'POST';
    const body = post ? await bodyOf(request) : '';
    if (admin) return this.#admin(url.pathname, post, jsonOf(body));
    if (url.pathname === '/friendbot') {
      const address = url.searchParams.get('addr') ?? new URLSearchParams(body).get('addr') ?? '';
      return friendbot(chain, address, this.url);
    }
    if (post && (url.pathname === '/' || url.pathname === '/rpc')) return this.#rpc(jsonOf(body));
    if (post && url.pathname === '/transactions') return this.#submit(new URLSearchParams(body).get('tx') ?? '');
    return post ? problem(404, 'nothing is posted there') : horizon(chain, url.pathname, url.searchParams, this.url);
  }

  #rpc(request: unknown): Reply {
    const { chain, closer } = this.#options;
    if (request === undefined) return { status: 200, body: { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'not JSON' } } };
    const { body, waiting, answerLost } = dispatch(chain, `${this.url}/friendbot`, request);
    if (waiting) closer.submitted();
    return answerLost ? 'cut' : { status: 200, body };
  }

  async #submit(envelope: string): Promise<Reply> {
    const { chain, closer } = this.#options;
    const { answer, hash, answerLost } = submitToHorizon(chain, envelope);
    if (answer || !hash) return answer ?? problem(500, 'no answer');
    const until = Date.now() + submissionMsMax;
    closer.submitted();
    if (answerLost) return 'cut';
    for (let left = submissionMsMax; left > 0; left = until - Date.now()) {
      await closer.nextClose(left);
      const included = submissionAnswer(chain, hash, this.url);
      if (included) return included;
    }
    return submissionTimeout(hash);
  }

  #admin(path: string, post: boolean, body: unknown): Answer {
    const { chain, closer } = this.#options;
    const state = () => ({ status: 200, body: { now: chain.now(), ledger: chain.latest.seq, closeTime: chain.latest.closeTime, pending: chain.pendingCount } });
    try {
      if (path === '/admin/clock' && !post) return state();
      if (path === '/admin/faults' && !post) return { status: 200, body: chain.faults };
      if (post && path === '/admin/faults') {
        chain.faults = parseFaults(body);
        closer.owed();
        return { status: 200, body: chain.faults };
      }
      if (post && path === '/admin/close') {
        // What waits is not taken by somebody who wanted to see it wait.
        if (!(body as { idle?: unknown } | undefined)?.idle || chain.pendingCount === 0) closer.close();
        return state();
      }
      if (post && path === '/admin/advance') {
        const { seconds, ledgers } = (body ?? {}) as { seconds?: number; ledgers?: number };
        if (typeof seconds !== 'number') throw new TypeError('seconds is needed');
        closer.advance(seconds, ledgers);
        return state();
      }
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) return problem(400, error.message);
      throw error;
    }
    return problem(404, 'no such admin request');
  }
}
