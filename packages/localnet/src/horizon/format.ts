/** Small things that recur in Horizon's answers. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export const link = (href: string, templated = false): { href: string; templated?: true } => (templated ? { href, templated } : { href });

/** Stroops as lumens with seven decimals. */
export const amount = (stroops: bigint): string => {
  const sign = stroops < 0n ? '-' : '';
  const digits = (stroops < 0n ? -stroops : stroops).toString().padStart(8, '0');
  return `${sign}${digits.slice(0, -7)}.${digits.slice(-7)}`;
};

export const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');

const kinds: Readonly<Record<number, readonly [type: string, title: string]>> = {
  400: ['bad_request', 'Bad Request'],
  404: ['not_found', 'Resource Missing'],
  504: ['timeout', 'Timeout'],
};

/** application/problem+json, as Horizon has it. */
export const problem = (status: number, detail: string, extras?: object, kind = kinds[status]): Answer => ({
  status,
  body: {
    type: `https://stellar.org/horizon-errors/${kind?.[0] ?? 'server_error'}`,
    title: kind?.[1] ?? 'Internal Server Error',
    status,
    detail,
    ...(extras && { extras }),
  },
});

export const ok = (body: unknown): Answer => ({ status: 200, body });
