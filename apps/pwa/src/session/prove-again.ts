import type { Here } from '../live/providers.tsx';

/**
 * Gives the passphrase once more: what is grave is taken from a fresh session only. The new one takes the old one's place in this browser, and the old one
 * ends. Throws WrongSecret, or tRPC's error; then nothing has changed.
 */
export async function proveAgain({ trpc, session }: Pick<Here, 'trpc' | 'session'>, passphrase: string): Promise<void> {
  const { logIn } = await import('./login.ts');
  const before = session.current()?.id;
  const fresh = await logIn(trpc, passphrase);
  session.begin(fresh, session.stays);
  if (before !== undefined) await trpc.auth.endSession.mutate({ id: before });
}

/** Sets another passphrase, with which this browser goes on; every other session ends. Throws WrongSecret, or tRPC's error. */
export async function changePassphrase(here: Pick<Here, 'trpc' | 'session'>, old: string, next: string): Promise<void> {
  const { logIn, setPassphrase } = await import('./login.ts');
  const { trpc, session } = here;
  const letGo = session.hold();
  try {
    await proveAgain(here, old);
    await setPassphrase(trpc, next);
    session.begin(await logIn(trpc, next), session.stays);
  } finally {
    letGo();
  }
}
