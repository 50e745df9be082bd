import { RpcFailure, Unreachable, WrongNetwork } from './errors.ts';
import type { Network } from './network.ts';

export interface HttpOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly timeoutMs?: number;
  readonly answerBytesMax?: number;
}

const timeoutMsDefault = 15_000;
const answerBytesDefault = 8 * 1024 * 1024;

/** One HTTP exchange with JSON in the answer, bounded in time and size. What is no proper answer is Unreachable. */
export class JsonHttp {
  readonly #fetch: typeof globalThis.fetch;
  readonly #timeoutMs: number;
  readonly #answerBytesMax: number;

  constructor({ fetch = (...request) => globalThis.fetch(...request), timeoutMs = timeoutMsDefault, answerBytesMax = answerBytesDefault }: HttpOptions = {}) {
    this.#fetch = fetch;
    this.#timeoutMs = timeoutMs;
    this.#answerBytesMax = answerBytesMax;
  }

  async exchange(what: string, url: string, init: RequestInit, signal?: AbortSignal): Promise<{ status: number; body: unknown }> {
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(url, { ...init, redirect: 'error', signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
      text = await this.#read(response);
    } catch (error) {
      signal?.throwIfAborted();
      throw new Unreachable(what, error instanceof Error ? error.message : String(error), error);
    }
    if (response.status >= 500 || response.status === 429) throw new Unreachable(what, `HTTP ${response.status}`);
    try {
      return { status: response.status, body: JSON.parse(text) as unknown };
    } catch (error) {
      throw new Unreachable(what, `HTTP ${response.status}, not JSON`, error);
    }
  }

  async #read(response: Response): Promise<string> {
    const reader = response.body?.getReader();
    if (!reader) return '';
    const decoder = new TextDecoder();
    let text = '';
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > this.#answerBytesMax) {
        await reader.cancel();
        throw new Error(`answer of more than ${this.#answerBytesMax} bytes`);
      }
      text += decoder.decode(value, { stream: true });
    }
  }
}

/**
 * Stellar RPC: JSON-RPC 2.0 over HTTP. The SDK's own client answers "account not found" when the network is down and has no bound on time and size;
 * a wallet must know the difference.
 */
export class Rpc {
  readonly #network: Network;
  readonly #http: JsonHttp;
  #networkKnown = false;
  #id = 0;

  constructor(network: Network, http: JsonHttp) {
    this.#network = network;
    this.#http = http;
  }

  /** Asks which network the server is for before it is believed anything: a signature is bound to the network, a balance is not. */
  async call(method: string, params: Record<string, unknown> = {}, signal?: AbortSignal): Promise<Answer> {
    if (!this.#networkKnown) await this.expectNetwork(signal);
    return this.#post(method, params, signal);
  }

  /** Throws WrongNetwork when the server speaks for another one. */
  async expectNetwork(signal?: AbortSignal): Promise<void> {
    const found = (await this.#post('getNetwork', {}, signal)).text('passphrase');
    if (found !== this.#network.passphrase) throw new WrongNetwork(this.#network.passphrase, found);
    this.#networkKnown = true;
  }

  async #post(method: string, params: Record<string, unknown>, signal?: AbortSignal): Promise<Answer> {
    const request = { jsonrpc: '2.0', id: ++this.#id, method, params };
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) };
    const { status, body } = await this.#http.exchange(method, this.#network.rpcUrl, init, signal);
    const { result, error } = (body ?? {}) as { result?: unknown; error?: { code?: unknown; message?: unknown; data?: unknown } };
    if (error)
      throw new RpcFailure(
        method,
        Number(error.code ?? 0),
        `${String(error.message ?? 'error')}${error.data === undefined ? '' : `: ${JSON.stringify(error.data)}`}`,
      );
    if (typeof result !== 'object' || result === null) throw new Unreachable(method, `HTTP ${status}, no result`);
    return new Answer(method, result as Record<string, unknown>);
  }
}

/** Fields of an answer as what they should be; anything else means that no Stellar RPC server answered. */
export class Answer {
  readonly #method: string;
  readonly #fields: Record<string, unknown>;

  constructor(method: string, fields: Record<string, unknown>) {
    this.#method = method;
    this.#fields = fields;
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== 'string') throw this.#wrong(name);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.#fields[name] === undefined || this.#fields[name] === null ? undefined : this.text(name);
  }

  /** 64-bit numbers come as text, smaller ones as numbers, and servers differ. */
  integer(name: string): number {
    const value = this.#fields[name];
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (!Number.isSafeInteger(number)) throw this.#wrong(name);
    return number as number;
  }

  /** Lists may be missing or null when empty. */
  list(name: string): Answer[] {
    return this.#array(name).map((item) => {
      if (typeof item !== 'object' || item === null) throw this.#wrong(name);
      return new Answer(this.#method, item as Record<string, unknown>);
    });
  }

  texts(name: string): string[] {
    return this.#array(name).map((item) => {
      if (typeof item !== 'string') throw this.#wrong(name);
      return item;
    });
  }

  object(name: string): Answer {
    const value = this.#fields[name];
    if (typeof value !== 'object' || value === null) throw this.#wrong(name);
    return new Answer(this.#method, value as Record<string, unknown>);
  }

  flag(name: string): boolean {
    return this.#fields[name] === true;
  }

  /** XDR in a field, read by `decode`. */
  xdr<T>(name: string, decode: (base64: string) => T): T {
    const text = this.text(name);
    try {
      return decode(text);
    } catch (error) {
      throw new Unreachable(this.#method, `${name} is not the XDR that it should be`, error);
    }
  }

  /** A list of XDR texts, each read by `decode`. */
  xdrs<T>(name: string, decode: (base64: string) => T): T[] {
    return this.texts(name).map((text) => new Answer(this.#method, { [name]: text }).xdr(name, decode));
  }

  #array(name: string): unknown[] {
    const value = this.#fields[name] ?? [];
    if (!Array.isArray(value)) throw this.#wrong(name);
    return value;
  }

  #wrong(name: string): Unreachable {
    return new Unreachable(this.#method, `the answer has no proper ${name}`);
  }
}
