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
  woff2: 'font/woff2',
  wasm: 'application/wasm',
};
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
/** Pages that are known by their hashes; at the bound all are read anew. */
const pagesMax = 256;

interface Found {
  readonly path: string;
  readonly stats: Stats;
}
interface Page {
  readonly tag: string;
  /** Of its inline scripts, as a policy names them: `'sha256-...'`. */
  readonly scripts: readonly string[];
  /** Where it was rewritten. */
  readonly html: string | undefined;
}

export interface PageFilesOptions {
  /** Folder of the export, absolute. */
  readonly root: string;
  /** Content security policy of a page with these inline scripts. Asked each time a page goes out. */
  readonly policy: (scripts: readonly string[]) => string;
  /** Makes of a page's HTML what goes out. Without it pages go out as they lie there. */
  readonly rewrite?: (html: string) => string;
}

/**
 * A static export over fetch's Request and Response: `/mesh` is mesh.html, what stands under /_next/static carries its hash in its name and never changes,
 * everything else is asked for anew each time (by ETag). A file's precompressed neighbours .br and .gz go out where the browser takes them.
 */
export class PageFiles {
  readonly #root: string;
  readonly #policy: PageFilesOptions['policy'];
  readonly #rewrite: PageFilesOptions['rewrite'];
  readonly #pages = new Map<string, Page>();

  constructor({ root, policy, rewrite }: PageFilesOptions) {
    this.#root = normalize(root);
    this.#policy = policy;
    this.#rewrite = rewrite;
  }

  /** `pathname` as on the request line, percent-encoded. Undefined: there is no such file and no 404.html. */
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
    const page = extension === 'html' ? await this.#page(file.path, tag) : undefined;
    if (page) headers.set('content-security-policy', this.#policy(page.scripts));
    if (status === 200 && request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers });
    const bare = request.method === 'HEAD';
    if (page?.html !== undefined) return new Response(bare ? null : page.html, { status, headers });
    const { path, stats, encoding } = await encoded(file, request.headers.get('accept-encoding') ?? '');
    if (encoding) headers.set('content-encoding', encoding);
    headers.set('content-length', String(stats.size));
    return new Response(bare ? null : (Readable.toWeb(createReadStream(path)) as ReadableStream), { status, headers });
  }

  async #page(path: string, tag: string): Promise<Page> {
    const known = this.#pages.get(path);
    if (known?.tag === tag) return known;
    const text = await readFile(path, 'utf8');
    const html = this.#rewrite?.(text);
    const page = { tag, scripts: inlineScripts(html ?? text), html };
    if (this.#pages.size >= pagesMax) this.#pages.clear();
    this.#pages.set(path, page);
    return page;
  }
}

/** Next's export starts the page by inline scripts: exactly those are allowed, by hash. */
function inlineScripts(html: string): string[] {
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
