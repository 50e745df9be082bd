import * as opaque from '@serenity-kit/opaque';
import { createTRPCClient, createWSClient, httpBatchLink, splitLink, type TRPCWebSocketClient, wsLink } from '@trpc/client';
import { WebSocket } from 'ws';
import type { AppRouter } from './router.ts';
import { SealEnd } from './sealed.ts';
import { sealingFetch } from './sealed-bodies.ts';
import { keyStretching, type LoginIdentifier, normaliseClaimCode, type Session, type SessionKeeper, signingFetch, socketParams } from './session-mac.ts';

/** What the dashboard does, without a browser: logs in, signs and seals, subscribes. For tests here and of whole communities. */
export class Page implements SessionKeeper {
  readonly base: string;
  readonly client: ReturnType<typeof createTRPCClient<AppRouter>>;
  session: Session | undefined;
  counter = 0;
  readonly #sockets: TRPCWebSocketClient;

  constructor(base: string, fetch: typeof globalThis.fetch = globalThis.fetch) {
    this.base = base;
    this.#sockets = createWSClient({
      url: `${base.replace(/^http/, 'ws')}/trpc`,
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
      connectionParams: () => (this.session ? socketParams(this.session, this.nextCounter()) : null),
      lazy: { enabled: true, closeMs: 0 },
    });
    const newEnd = async () => new SealEnd('page', (bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
    const http = httpBatchLink({ url: `${base}/trpc`, fetch: sealingFetch(signingFetch(fetch, this, base), this, newEnd) as never });
    this.client = createTRPCClient<AppRouter>({
      links: [splitLink({ condition: ({ type }) => type === 'subscription', true: wsLink({ client: this.#sockets }), false: http })],
    });
  }

  current(): Session | undefined {
    return this.session;
  }

  nextCounter(): number {
    return ++this.counter;
  }

  /** False: the password is wrong, as the page itself finds out. */
  async login(identifier: LoginIdentifier, typed: string): Promise<boolean> {
    await opaque.ready;
    const password = identifier === 'claim' ? normaliseClaimCode(typed) : typed;
    this.session = undefined;
    const { clientLoginState, startLoginRequest } = opaque.client.startLogin({ password });
    const { loginId, response } = await this.client.auth.loginStart.mutate({ identifier, request: startLoginRequest });
    const finished = opaque.client.finishLogin({ clientLoginState, loginResponse: response, password, keyStretching: keyStretching[identifier] });
    if (!finished) return false;
    const { sessionId } = await this.client.auth.loginFinish.mutate({ loginId, request: finished.finishLoginRequest });
    this.session = { id: sessionId, key: finished.sessionKey };
    this.counter = 0;
    return true;
  }

  /** In a session: sets the passphrase. The session is over then. */
  async setPassphrase(passphrase: string): Promise<void> {
    const { clientRegistrationState, registrationRequest } = opaque.client.startRegistration({ password: passphrase });
    const { response } = await this.client.auth.registerStart.mutate({ request: registrationRequest });
    const { registrationRecord } = opaque.client.finishRegistration({
      password: passphrase,
      clientRegistrationState,
      registrationResponse: response,
      keyStretching: keyStretching.operator,
    });
    await this.client.auth.registerFinish.mutate({ record: registrationRecord });
    this.session = undefined;
  }

  async claim(code: string, passphrase: string): Promise<void> {
    if (!(await this.login('claim', code))) throw new Error('the claim code was not taken');
    await this.setPassphrase(passphrase);
    if (!(await this.login('operator', passphrase))) throw new Error('the passphrase was not taken');
  }

  async close(): Promise<void> {
    await this.#sockets.close();
  }
}
