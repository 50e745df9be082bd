import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  webmanifest: 'application/manifest+json',
  txt: 'text/plain; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
  map: 'application/json',
};
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

interface Found {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * The dashboard's export: `/mesh` is mesh.html, what stands under /_next/static carries its hash in its name and never changes, everything
 * else is asked for anew each time (by ETag). A file's precompressed neighbours .br and .gz go out where the browser takes them.
 */
export class StaticFiles {
  readonly #root: string;
  readonly #askable: () => readonly string[];
  /** Content security policy by page; at the bound all are made anew. */
  readonly #policies = new Map<string, { readonly tag: string; readonly policy: string }>();

  constructor(root: string, askable: () => readonly string[] = () => []) {
    this.#root = normalize(root);
    this.#askable = askable;
  }

  /** Undefined: there is no such file and no 404.html. */
  async respond(pathname: string, request: Request): Promise<Response | undefined> {
    const file = await this.#find(pathname);
    if (file) return this.#answer(file, 200, request, pathname.startsWith('/_next/static/'));
    const missing = await fileAt(join(this.#root, '404.html'));
    return missing && this.#answer(missing, 404, request, false);
  }

  async #find(pathname: string): Promise<Found | undefined> {
    let decoded: string;
    try {
      decoded = decodeURIComponent(pathname);
    } catch {
      return undefined;
    }
    const path = normalize(join(this.#root, decoded));
    if (decoded.includes('\0') || (path !== this.#root && !path.startsWith(this.#root + sep))) return undefined;
    const bare = path.endsWith(sep) ? path.slice(0, -1) : path;
    const candidates = bare === this.#root ? [join(bare, 'index.html')] : [bare, `${bare}.html`, join(bare, 'index.html')];
    for (const candidate of candidates) {
      const found = await fileAt(candidate);
      if (found) return found;
    }
    return undefined;
  }

  async #answer(file: Found, status: number, request: Request, immutable: boolean): Promise<Response> {
    const extension = /\.([a-z0-9]+)$/.exec(file.path)?.[1] ?? '';
    const tag = `"${file.stats.size.toString(36)}-${Math.floor(file.stats.mtimeMs).toString(36)}"`;
    const headers = new Headers({
      'content-type': types[extension] ?? 'application/octet-stream',
      'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: tag,
      vary: 'accept-encoding',
    });
    if (extension === 'html') headers.set('content-security-policy', await this.#policy(file.path, tag));
    if (status === 200 && request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers });
    const { path, stats, encoding } = await encoded(file, request.headers.get('accept-encoding') ?? '');
    if (encoding) headers.set('content-encoding', encoding);
    headers.set('content-length', String(stats.size));
    if (request.method === 'HEAD') return new Response(null, { status, headers });
    return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream, { status, headers });
  }

  /** Next's export starts the page by inline scripts: exactly those are allowed, by hash. */
  async #policy(path: string, tag: string): Promise<string> {
    const origins = originsOf(this.#askable());
    const of = [tag, ...origins].join(' ');
    const known = this.#policies.get(path);
    if (known?.tag === of) return known.policy;
    const policy = contentSecurityPolicy(inlineScriptHashes(await readFile(path, 'utf8')), origins);
    if (this.#policies.size >= 256) this.#policies.clear();
    this.#policies.set(path, { tag: of, policy });
    return policy;
  }
}

/** `askable`: origins beside this node's own, such as the servers of the community's ledger. */
export function contentSecurityPolicy(scripts: readonly string[], askable: readonly string[] = []): string {
  // wasm-unsafe-eval: OPAQUE in the page is WebAssembly. Styles: the graph positions by style attributes.
  return [
    "default-src 'self'",
    `script-src ${["'self'", "'wasm-unsafe-eval'", ...scripts].join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src ${["'self'", ...askable].join(' ')}`,
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

export function inlineScriptHashes(html: string): string[] {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map(([, code = '']) =>
    createHash('sha256').update(code).digest('base64'),
  );
  return [...new Set(hashes)].map((hash) => `'sha256-${hash}'`);
}

async function encoded(file: Found, accepted: string): Promise<Found & { encoding?: string }> {
  const takes = accepted.split(',').flatMap((part) => (/;\s*q=0(\.0*)?\s*$/.test(part) ? [] : (part.split(';')[0] ?? '').trim()));
  for (const [encoding, suffix] of encodings) {
    if (!takes.includes(encoding)) continue;
    const found = await fileAt(file.path + suffix);
    // An older one belongs to an earlier build.
    if (found && found.stats.mtimeMs >= file.stats.mtimeMs) return { ...found, encoding };
  }
  return file;
}

async function fileAt(path: string): Promise<Found | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? { path, stats } : undefined;
  } catch {
    return undefined;
  }
}
