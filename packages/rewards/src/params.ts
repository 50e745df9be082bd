import { type ParamName, type Params, paramNames, paramRules, unfitParams } from '@energymesh/protocol';
import * as z from 'zod';
import { epoch, publicKey } from './values.ts';

const shape = Object.fromEntries(paramNames.map((name) => [name, z.int().min(paramRules[name].min).max(paramRules[name].max)])) as Record<ParamName, z.ZodInt>;

/** All parameters of the reward rule, within their bounds: docs/proofs.md §8. */
export const params: z.ZodType<Params> = z.object(shape).refine((value) => unfitParams(value as Params).length === 0, 'does not fit together') as never;

/** What a vote may change: docs/proofs.md §9.2. */
export const change = z.union([z.object({ params }), z.object({ hub: z.object({ hubKey: publicKey, anchor: publicKey, anchorEpoch: epoch }) })]);
export type ChangeText = z.infer<typeof change>;
