import * as z from 'zod';

const url = z.url({ protocol: /^https?$/ }).max(256);

/** Left out: the community pays nothing. docs/hub.md "Rewards" */
export const rewardsSchema = z
  .strictObject({
    network: z.enum(['local', 'testnet', 'public']),
    /** Of a local network that was started with another one than usual. */
    passphrase: z.string().min(1).max(128).optional(),
    /** A Stellar RPC server; the test network has one of its own. */
    rpcUrl: url.optional(),
    /** What nodes are told; unless said otherwise the same. */
    nodesRpcUrls: z.array(url).max(8).optional(),
    /** Left out: the one that `deploy-contract` made, named in `<dataDir>/rewards-contract`. */
    contract: z
      .string()
      .regex(/^C[A-Z2-7]{55}$/, 'expected the address of a contract, C and 55 more characters')
      .optional(),
    /** As the contract was deployed with. */
    epochSeconds: z.int().min(10).max(3600).default(3600),
    /** Offered for one transaction at most: 32 hours with new entries on the ledger, which pay rent for months in advance, take 3.6. */
    feeXlmMax: z.number().positive().max(100).default(5),
    challenge: z
      .strictObject({
        /** Of the hours of nodes on probation that nobody drew, so many are to be shown all the same. */
        probationBp: z.int().min(0).max(10_000).default(1000),
        /** And hours whose proof says so much more than the hub counted, of 10,000. */
        surplusBp: z.int().min(0).max(10_000).default(1000),
      })
      .prefault({}),
    /** Accounts of nodes whose reserve this hub holds, at 1 XLM each. */
    sponsoredMax: z.int().min(0).max(10_000).default(100),
  })
  .superRefine((value, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (value.rpcUrl === undefined && value.network !== 'testnet') wrong('rpcUrl', `needed: the ${value.network} network has no server that is everybody's`);
    if (value.passphrase !== undefined && value.network !== 'local') wrong('passphrase', `the ${value.network} network has its own`);
    if (value.epochSeconds !== 3600 && value.network === 'public') wrong('epochSeconds', 'hours of another length are for test networks');
  });

export type RewardsConfig = z.infer<typeof rewardsSchema>;
