import type { NextConfig } from 'next';

/**
 * The dashboard is plain files: the agent serves `out/` on a Pi, so there is no server of its own.
 * Types are checked by `pnpm typecheck`, once for the whole workspace, not again by the bundler.
 */
const config: NextConfig = {
  output: 'export',
  reactStrictMode: true,
  poweredByHeader: false,
  trailingSlash: false,
  devIndicators: false,
  images: { unoptimized: true },
  transpilePackages: ['@energymesh/agent'],
  typescript: { ignoreBuildErrors: true },
};

export default config;
