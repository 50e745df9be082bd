/** `scripts`: hashes of inline ones. `askable`: what the page may ask beside its node, such as the servers of the community's ledger. */
export function contentSecurityPolicy(scripts: readonly string[], askable: readonly string[] = []): string {
  // wasm-unsafe-eval: OPAQUE in the page is WebAssembly. Styles: the graph positions by style attributes.
  return [
    "default-src 'self'",
    `script-src ${["'self'", "'wasm-unsafe-eval'", ...scripts].join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src ${["'self'", ...originsOf(askable)].join(' ')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A policy names origins; what is no address is left out, so that nothing of it reaches the header. */
function originsOf(addresses: readonly string[]): string[] {
  const origins = addresses.flatMap((address) => (URL.canParse(address) ? new URL(address).origin : []));
  return [...new Set(origins.filter((origin) => /^https?:/.test(origin)))];
}
