import * as z from 'zod';
import { about, logLevel } from '../about-schema.ts';
import type { ApiPorts } from '../ports.ts';
import { operator, router } from '../trpc.ts';
import { answering } from './people.ts';

/** What this node is; how much it logs, until it starts anew; where its hub is. docs/settings.md */
export const aboutRouter = ({ about: port }: Pick<ApiPorts, 'about'>) =>
  router({
    get: operator.output(about).query(() => port.current()),
    /** Taken when the community's hub has answered at this address. */
    setHub: operator
      .input(z.object({ address: z.string().min(1).max(200) }))
      .output(about)
      .mutation(({ input }) =>
        answering(async () => {
          await port.setHub(input.address);
          return port.current();
        }),
      ),
    setLogLevel: operator.input(z.object({ level: logLevel })).mutation(({ input }) => port.setLogLevel(input.level)),
  });
