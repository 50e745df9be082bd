import { expect, test } from 'vitest';
import { contentSecurityPolicy } from './content-policy.ts';

test('a page runs its own scripts, and asks its node and what else is named', () => {
  const policy = contentSecurityPolicy(["'sha256-AA='"]);
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval' 'sha256-AA=';");
  expect(policy).not.toContain("script-src 'self' 'unsafe-inline'");
  expect(policy).toContain("connect-src 'self';");
  const askable = ['https://rpc.example:8443/soroban', 'http://127.0.0.1:9/rpc', 'https://rpc.example:8443', 'x; script-src *', 'file:///etc'];
  expect(contentSecurityPolicy([], askable)).toContain("connect-src 'self' https://rpc.example:8443 http://127.0.0.1:9;");
});
