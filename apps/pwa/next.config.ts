import type { NextConfig } from 'next';

/**
 * The dashboard is plain files: the agent serves `out/` on a Pi, so there is no server of its own.
 * Types are checked by `pnpm typecheck`, once for the whole workspace, not again by the bundler.
 */
const config: NextConfig = {
  output: 'export',
  // The same sources give the same files: scripts/build.ts hands their hash over. Without it Next.js makes a random one.
  generateBuildId: () => process.env.ENERGYMESH_SOURCES?.slice(0, 16) ?? null,
  reactStrictMode: true,
  poweredByHeader: false,
  trailingSlash: false,
  devIndicators: false,
  images: { unoptimized: true },
  transpilePackages: ['@energymesh/agent', '@energymesh/wallet'],
  typescript: { ignoreBuildErrors: true },
};

export default config;
