import { defaultConfig, type ProtocolConfig } from '../config.ts';
import { decodeAck, encodeAck } from './ack.ts';
import { decodeBundle, encodeBundle } from './bundle.ts';
import { decodeBye, decodeCredit, decodeHeartbeat, encodeBye, encodeCredit, encodeHeartbeat } from './control.ts';
import { decodeDrop, encodeDrop } from './drop.ts';
import { headerBytes, type Skipped, wireVersion } from './frame.ts';
import { decodeHello, encodeHello } from './hello.ts';
import { kind, type Message, type WireError } from './messages.ts';
import { decodeRecords, encodeRecords } from './records.ts';
import { decodeDigest, decodeRequest, decodeSummary, encodeDigest, encodeRequest, encodeSummary } from './sync.ts';
import { decodeVoucher, decodeVouchRequest, encodeVoucher, encodeVouchRequest } from './vouch.ts';

export type WireLimits = Pick<ProtocolConfig, 'bundleEntriesMax' | 'recordBytesMax'>;

/** The whole frame. Values out of range are bugs of the caller: RangeError. */
export function encode(message: Message): Uint8Array {
  switch (message.kind) {
    case kind.hello:
      return encodeHello(message);
    case kind.records:
      return encodeRecords(message);
    case kind.digest:
      return encodeDigest(message);
    case kind.summary:
      return encodeSummary(message);
    case kind.request:
      return encodeRequest(message);
    case kind.bundle:
      return encodeBundle(message, message.payload);
    case kind.ack:
      return encodeAck(message);
    case kind.drop:
      return encodeDrop(message);
    case kind.credit:
      return encodeCredit(message);
    case kind.heartbeat:
      return encodeHeartbeat(message);
    case kind.bye:
      return encodeBye(message);
    case kind.vouchRequest:
      return encodeVouchRequest(message);
    case kind.voucher:
      return encodeVoucher(message);
  }
}

/**
 * One whole frame, as `FrameSplitter` cuts them. Never throws: broken bytes give a WireError. docs/protocol.md §4.5
 * Byte fields of the result are views into `frame`.
 */
export function decode(frame: Uint8Array, limits: WireLimits = defaultConfig): Message | WireError | Skipped {
  if (frame.byteLength < headerBytes) return { error: 'truncated', at: frame.byteLength };
  const of = frame[1]!;
  if (frame[0] !== wireVersion) return { error: 'version', kind: of, at: 0 };
  const flags = (frame[2]! << 8) | frame[3]!;
  const size = headerBytes + frame[4]! * 0x100_0000 + ((frame[5]! << 16) | (frame[6]! << 8) | frame[7]!);
  if (size !== frame.byteLength) return { error: size > frame.byteLength ? 'truncated' : 'trailing', kind: of, at: 4 };
  switch (of) {
    case kind.hello:
      return decodeHello(frame, flags);
    case kind.records:
      return decodeRecords(frame, flags, limits.recordBytesMax);
    case kind.digest:
      return decodeDigest(frame, flags);
    case kind.summary:
      return decodeSummary(frame, flags);
    case kind.request:
      return decodeRequest(frame, flags);
    case kind.bundle:
      return decodeBundle(frame, flags, limits.bundleEntriesMax);
    case kind.ack:
      return decodeAck(frame, flags);
    case kind.drop:
      return decodeDrop(frame, flags);
    case kind.credit:
      return decodeCredit(frame, flags);
    case kind.heartbeat:
      return decodeHeartbeat(frame, flags);
    case kind.bye:
      return decodeBye(frame, flags);
    case kind.vouchRequest:
      return decodeVouchRequest(frame, flags);
    case kind.voucher:
      return decodeVoucher(frame, flags);
    default:
      return { skipped: of };
  }
}
