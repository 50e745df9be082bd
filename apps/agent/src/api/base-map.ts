import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { BaseMapState } from './schema.ts';

/** Where the page asks for parts of the file. */
export const baseMapPath = '/map.pmtiles';
/** Of one answer. A tile is some 100 KB, a directory less; nobody needs the file at once, and a country is gigabytes. */
const partBytesMax = 4 * 1024 * 1024;
/** At once, each a file handle and a stream; a page asks for six. */
const answersMax = 24;
/** "PMTiles" and the version of the format. https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md */
const magic = 'PMTiles\u0003';

export interface BaseMapOptions {
  /** Absolute; there need not be a file. It is looked for at each question, so that one may be put there while the agent runs. */
  readonly file: string;
}

/**
 * A map of the operator's own under the mesh: one PMTiles file, out of which browsers take parts by HTTP ranges. Like the pages it goes to whoever may
 * open the node's address; what is in it is public anyhow.
 */
export class BaseMap {
  readonly #file: string;
  #answering = 0;

  constructor({ file }: BaseMapOptions) {
    this.#file = file;
  }

  async state(): Promise<BaseMapState> {
    const found = await this.#stat();
    if (!found) return { state: 'none' };
    try {
      await using handle = await open(this.#file);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
      return buffer.toString('latin1', 0, bytesRead) === magic ? { state: 'ready', tag: found.tag, bytes: found.bytes } : { state: 'not-pmtiles' };
    } catch {
      return { state: 'unreadable' };
    }
  }

  /** For GET and HEAD. */
  async respond(request: Request): Promise<Response> {
    const found = await this.#stat();
    if (!found) return words(404, 'This node has no base map.');
    const headers = {
      'content-type': 'application/vnd.pmtiles',
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=600',
      etag: found.tag,
    };
    if (request.method === 'HEAD') return new Response(null, { headers: { ...headers, 'content-length': String(found.bytes) } });
    const asked = request.headers.get('range');
    if (asked === null) return words(400, `Ask for parts of this file, with a Range header of at most ${partBytesMax} bytes.`);
    const part = partOf(asked, found.bytes);
    if (part === 'malformed') return words(400, 'Ask for one part, such as "Range: bytes=0-16383".');
    if (part === 'outside') return words(416, `The file has ${found.bytes} bytes.`, { 'content-range': `bytes */${found.bytes}` });
    const length = part.end - part.start + 1;
    if (length > partBytesMax) return words(413, `Ask for at most ${partBytesMax} bytes at once.`);
    if (this.#answering >= answersMax) return words(503, 'Too many parts are asked for at once; ask again in a second.', { 'retry-after': '1' });
    this.#answering++;
    const stream = createReadStream(this.#file, part);
    // Also when the browser went away in the middle.
    stream.once('close', () => this.#answering--);
    return new Response(Readable.toWeb(stream) as ReadableStream, {
      status: 206,
      headers: { ...headers, 'content-length': String(length), 'content-range': `bytes ${part.start}-${part.end}/${found.bytes}` },
    });
  }

  async #stat(): Promise<{ readonly bytes: number; readonly tag: string } | undefined> {
    try {
      const stats = await stat(this.#file);
      return stats.isFile() ? { bytes: stats.size, tag: `"${stats.size.toString(36)}-${Math.floor(stats.mtimeMs).toString(36)}"` } : undefined;
    } catch {
      return undefined;
    }
  }
}

/** One part, from the first byte or, `-n`, of the end: RFC 9110 §14.1.2. */
function partOf(range: string, bytes: number): { readonly start: number; readonly end: number } | 'malformed' | 'outside' {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.trim()) ?? [];
  if (from === '' && to === '') return 'malformed';
  const start = from === '' ? Math.max(0, bytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (from !== '' && to !== '' && Number(to) < start) return 'malformed';
  return start >= bytes || end < start ? 'outside' : { start, end };
}

const words = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers } });
