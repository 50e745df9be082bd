import type { AppRouter } from '@energymesh/agent/router';
import type { TRPCClientErrorLike } from '@trpc/client';
import { short } from '../strings/format.ts';
import { loginStrings } from '../strings/login.ts';
import { toldBy } from '../strings/said.ts';

const words = loginStrings.login;

export interface Trouble {
  readonly say: string;
  readonly next: string;
}

/** The cause and the next step, from whatever went wrong. */
export function troubleOf(error: unknown, byCode: boolean): Trouble {
  const { errors } = words;
  if (error instanceof Error && error.name === 'WrongSecret') return byCode ? errors.wrongCode : errors.wrong;
  const { data, message } = error as Partial<TRPCClientErrorLike<AppRouter>>;
  switch (data?.reason) {
    case 'wrong':
      return byCode ? errors.wrongCode : errors.wrong;
    case 'too-many':
      return errors.tooMany(short(data.retryAfterMs ?? 60_000));
    case 'already-claimed':
      return errors.alreadyClaimed;
    case 'not-claimed':
      return errors.notClaimed;
  }
  return data ? errors.other(toldBy({ message: message ?? '', data })) : errors.noAnswer;
}
