import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Pages whose first load is held to the limit. */
const pages = ['index.html', 'mesh.html', 'traffic.html', 'earnings.html', 'login.html', 'settings.html', 'setup.html'];
export const firstLoadKBMax = 170;

/** Scripts that a page names in its HTML; those marked `nomodule` are for browsers that cannot show the page anyway. */
function scriptsOf(html) {
  const tags = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => !/nomodule/i.test(tag));
  const preloads = [...html.matchAll(/<link\b[^>]*as="script"[^>]*>/g)].map(([tag]) => tag);
  return new Set([...tags, ...preloads].flatMap((tag) => tag.match(/\/_next\/static\/[^"?]+\.js/)?.[0] ?? []));
}

/** Of each page of the export in `out`: how many scripts, and their size, gzipped, in thousands of bytes of 1,024. */
export function firstLoads(out) {
  return pages.map((page) => {
    const files = [...scriptsOf(readFileSync(join(out, page), 'utf8'))];
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(out, file)), { level: 9 }).length, 0);
    return { page, files: files.length, jsGzKB: Math.round(bytes / 102.4) / 10 };
  });
}
