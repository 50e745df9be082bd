import type { AppRouter } from '@energymesh/agent/router';
import { keyStretching, type LoginIdentifier, normaliseClaimCode, type Session } from '@energymesh/agent/session-mac';
import { client as opaque, ready } from '@serenity-kit/opaque';
import type { TRPCClient } from '@trpc/client';

/** The code or the passphrase did not fit; found out here, before the node was told anything. */
export class WrongSecret extends Error {
  constructor() {
    super('The claim code or the passphrase does not fit.');
    this.name = 'WrongSecret';
  }
}

type Client = TRPCClient<AppRouter>;

/** Proves the secret by OPAQUE without sending it, and gets a session whose key both ends now hold. Throws WrongSecret, or tRPC's error. */
async function prove(trpc: Client, identifier: LoginIdentifier, password: string): Promise<Session> {
  await ready;
  const { clientLoginState, startLoginRequest } = opaque.startLogin({ password });
  const { loginId, response } = await trpc.auth.loginStart.mutate({ identifier, request: startLoginRequest });
  await paint();
  const finished = opaque.finishLogin({ clientLoginState, loginResponse: response, password, keyStretching: keyStretching[identifier] });
  if (!finished) throw new WrongSecret();
  const { sessionId } = await trpc.auth.loginFinish.mutate({ loginId, request: finished.finishLoginRequest });
  return { id: sessionId, key: finished.sessionKey };
}

export const logIn = (trpc: Client, passphrase: string): Promise<Session> => prove(trpc, 'operator', passphrase);

/** Proves the claim code. The session that it gives can only set the passphrase. */
export const claim = (trpc: Client, code: string): Promise<Session> => prove(trpc, 'claim', normaliseClaimCode(code));

/** Sets the operator's passphrase; `trpc` signs with the claimant's (or the operator's) session, which ends by it. */
export async function setPassphrase(trpc: Client, passphrase: string): Promise<void> {
  await ready;
  const { clientRegistrationState, registrationRequest } = opaque.startRegistration({ password: passphrase });
  const { response } = await trpc.auth.registerStart.mutate({ request: registrationRequest });
  await paint();
  const { registrationRecord } = opaque.finishRegistration({
    clientRegistrationState,
    registrationResponse: response,
    password: passphrase,
    keyStretching: keyStretching.operator,
  });
  await trpc.auth.registerFinish.mutate({ record: registrationRecord });
}

/** Stretching the key keeps the page busy for a second: let "Checking" be seen first. */
const paint = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
