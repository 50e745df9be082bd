import type { AppRouter } from '@energymesh/agent/router';
import { AnswerForged } from '@energymesh/agent/session-mac';
import { createTRPCClient, httpBatchLink, splitLink, type TRPCClient, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { Contact } from '../live/contact.ts';
import type { Follower } from './follower.ts';
import type { Line } from './line.ts';

/** The calls of the app to the node that is shown: sealed, by whatever way. Subscriptions are questions that wait (follower.ts). */
export function phoneClient(line: Line, contact: Contact, follower: Follower): TRPCClient<AppRouter> {
  const watch: TRPCLink<AppRouter> =
    () =>
    ({ op, next }) =>
      observable((observer) =>
        next(op).subscribe({
          next(value) {
            contact.heard();
            observer.next(value);
          },
          error(error) {
            if (error.cause instanceof AnswerForged) contact.forged();
            observer.error(error);
          },
          complete: () => observer.complete(),
        }),
      );
  const followed: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      observable((observer) => follower.follow(op.path, (event) => observer.next({ result: event })));
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: followed,
        false: [watch, httpBatchLink({ url: '/trpc', fetch: line.fetch as never, maxURLLength: 2000 })],
      }),
    ],
  });
}
