import { clampU32, clampU48, Reader } from './cursor.ts';
import { beginFrame, endFrame, headerBytes } from './frame.ts';
import { type Bye, type Credit, type Heartbeat, kind, type WireError } from './messages.ts';
import { utf8Encode } from './utf8.ts';

export const versionTextBytesMax = 64;
const trustedBit = 1;

/** docs/protocol.md §7.4 */
export function encodeCredit(credit: Credit): Uint8Array {
  return endFrame(
    beginFrame(kind.credit, 14)
      .u8(credit.channel === 'bulk' ? 1 : 0)
      .u8(0)
      .u48(credit.grantedBytes)
      .u48(credit.receivedBundles),
  );
}

export function decodeCredit(frame: Uint8Array, flags: number): Credit | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const channel = reader.u8();
  if (channel > 1) reader.fail('range');
  reader.zero(reader.u8());
  const grantedBytes = reader.u48();
  const receivedBundles = reader.u48();
  reader.end();
  if (reader.error !== undefined) return reader.wireError(kind.credit);
  return { kind: kind.credit, channel: channel === 1 ? 'bulk' : 'urgent', grantedBytes, receivedBundles };
}

/** docs/protocol.md §3.6 */
export function encodeHeartbeat(heartbeat: Heartbeat): Uint8Array {
  const version = utf8Encode(heartbeat.version);
  if (version.byteLength > versionTextBytesMax) throw new RangeError(`heartbeat: version of ${version.byteLength} bytes`);
  return endFrame(
    beginFrame(kind.heartbeat, 24 + version.byteLength)
      .u32(clampU32(heartbeat.uptimeSeconds))
      .u48(clampU48(heartbeat.wallSeconds))
      .u8(heartbeat.wallTrusted ? trustedBit : 0)
      .u48(clampU48(heartbeat.carried))
      .u48(clampU48(heartbeat.queuedBytes))
      .u8(version.byteLength)
      .put(version),
  );
}

export function decodeHeartbeat(frame: Uint8Array, flags: number): Heartbeat | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const uptimeSeconds = reader.u32();
  const wallSeconds = reader.u48();
  const bits = reader.u8();
  reader.zero(bits & ~trustedBit);
  const carried = reader.u48();
  const queuedBytes = reader.u48();
  const length = reader.u8();
  if (length > versionTextBytesMax) reader.fail('too-long');
  const version = reader.text(length);
  reader.end();
  if (reader.error !== undefined) return reader.wireError(kind.heartbeat);
  return { kind: kind.heartbeat, uptimeSeconds, wallSeconds, wallTrusted: bits !== 0, carried, queuedBytes, version };
}

/** docs/protocol.md §3.7 */
export function encodeBye(bye: Bye): Uint8Array {
  return endFrame(beginFrame(kind.bye, 1).u8(bye.reason));
}

/** Reasons that this version does not know are kept. */
export function decodeBye(frame: Uint8Array, flags: number): Bye | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const reason = reader.u8();
  reader.end();
  return reader.error === undefined ? { kind: kind.bye, reason } : reader.wireError(kind.bye);
}
