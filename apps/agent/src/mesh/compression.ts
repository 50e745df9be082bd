import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Compression } from '@energymesh/protocol';

/** Raw deflate (RFC 1951) with a preset dictionary: docs/protocol.md §6.3. */
export function rawDeflate(dictionary: Uint8Array): Compression {
  return {
    deflate: (plain) => deflateRawSync(plain, { dictionary, level: 3 }),
    inflate(deflated, bytesMax) {
      if (bytesMax < 1) return undefined;
      try {
        return inflateRawSync(deflated, { dictionary, maxOutputLength: bytesMax });
      } catch {
        return undefined;
      }
    },
  };
}
