import type { Spans } from '@energymesh/protocol';

const widthOfOne = 12;

/** 12 bytes each: from and end as u48. */
export function encodeSpans(spans: Spans): Uint8Array {
  const bytes = Buffer.alloc((spans.length / 2) * widthOfOne);
  for (const [i, border] of spans.entries()) bytes.writeUIntBE(border, i * 6, 6);
  return bytes;
}

export function decodeSpans(bytes: Uint8Array): Spans {
  const { buffer, byteOffset, byteLength } = bytes;
  const view = Buffer.from(buffer, byteOffset, byteLength);
  return Array.from({ length: 2 * Math.floor(byteLength / widthOfOne) }, (_, i) => view.readUIntBE(i * 6, 6));
}
