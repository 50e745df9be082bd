import type { NextConfig } from 'next';

const building = process.env.NODE_ENV === 'production';
/** `npm run dev`: the page comes from `next dev`, the answers from this agent (host:port). */
const agent = process.env.ENERGYMESH_AGENT ?? 'localhost:8080';

/**
 * The dashboard is plain files: the agent serves `out/` on a Pi, so there is no server of its own.
 * Types are checked by `pnpm typecheck`, once for the whole workspace, not again by the bundler.
 */
const config: NextConfig = {
  ...(building ? { output: 'export' as const } : { rewrites: async () => [{ source: '/trpc/:path*', destination: `http://${agent}/trpc/:path*` }] }),
  reactStrictMode: true,
  poweredByHeader: false,
  trailingSlash: false,
  devIndicators: false,
  images: { unoptimized: true },
  transpilePackages: ['@energymesh/agent'],
  typescript: { ignoreBuildErrors: true },
};

export default config;
