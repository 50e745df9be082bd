import * as z from 'zod';
import { about, logLevel } from '../about-schema.ts';
import type { ApiPorts } from '../ports.ts';
import { operator, router } from '../trpc.ts';

/** What this node is; how much it logs, until it starts anew. docs/settings.md */
export const aboutRouter = ({ about: port }: Pick<ApiPorts, 'about'>) =>
  router({
    get: operator.output(about).query(() => port.current()),
    setLogLevel: operator.input(z.object({ level: logLevel })).mutation(({ input }) => port.setLogLevel(input.level)),
  });
