import * as z from 'zod';

const port = z.int().min(0).max(65535);

export const appSchema = z
  .strictObject({
    /** Folder of the page's build: what `npm run build` leaves in apps/pwa/out. */
    files: z.string().min(1),
    host: z
      .string()
      .regex(/^[A-Za-z0-9.:-]{1,253}$/, 'expected a host name or address')
      .default('0.0.0.0'),
    port: port.default(8444),
    /** Where phones open it: an origin, without a path. Left out: the first of publicHosts and the port. */
    url: z
      .string()
      .max(256)
      .regex(/^https:\/\/[a-z0-9.:[\]-]+$/, 'expected an origin such as https://app.example.org, in small letters and without a path')
      .optional(),
    /** PEM, with the certificates between it and a public authority. Left out: one that signs itself, for development. */
    certificate: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), { path: ['key'], message: 'certificate and key go together' })
  .refine(({ port, url }) => port !== 0 || url !== undefined, { path: ['url'], message: 'is needed where port is 0: nodes and phones are told of it' });

export type AppConfig = z.infer<typeof appSchema>;

export function appOrigin({ url, port }: AppConfig, firstHost: string): string {
  if (url !== undefined) return url;
  const host = firstHost.includes(':') ? `[${firstHost}]` : firstHost.toLowerCase();
  return port === 443 ? `https://${host}` : `https://${host}:${port}`;
}
