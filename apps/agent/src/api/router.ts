import * as z from 'zod';
import { Follows } from './follows.ts';
import type { ApiPorts } from './ports.ts';
import { aboutRouter } from './routers/about.ts';
import { authRouter } from './routers/auth.ts';
import { devicesRouter } from './routers/devices.ts';
import { meshRouter } from './routers/mesh.ts';
import { networkRouter, radioRouter } from './routers/network.ts';
import { peopleRouter } from './routers/people.ts';
import { phonesRouter } from './routers/phones.ts';
import { rewardsRouter } from './routers/rewards.ts';
import { setupRouter } from './routers/setup.ts';
import { statusRouter } from './routers/status.ts';
import { tokensRouter } from './routers/tokens.ts';
import { trafficRouter } from './routers/traffic.ts';
import { log, publicCard } from './schema.ts';
import { anybody, operator, router } from './trpc.ts';

/** Everything but `card` and logging in asks for the operator. Browser-safe down to its imports: the page takes the type from here. */
export const createAppRouter = (ports: ApiPorts) =>
  router({
    card: anybody.output(publicCard).query(() => ports.card()),
    auth: authRouter(ports),
    status: statusRouter(ports),
    mesh: meshRouter(ports),
    radio: radioRouter(ports),
    network: networkRouter(ports),
    devices: devicesRouter(ports),
    traffic: trafficRouter(ports),
    rewards: rewardsRouter(ports),
    setup: setupRouter(ports.setup),
    tokens: tokensRouter(ports),
    phones: phonesRouter(ports.phones, new Follows(ports)),
    about: aboutRouter(ports),
    people: peopleRouter(ports),
    log: router({
      recent: operator
        .input(z.object({ limit: z.number().int().min(1).max(200).default(50), before: z.number().int().optional() }).default({ limit: 50 }))
        .output(log)
        .query(({ input }) => ports.log(input.limit, input.before)),
    }),
  });

export type AppRouter = ReturnType<typeof createAppRouter>;
