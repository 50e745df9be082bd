import { encodeRanges, readRanges } from '../receipts/ranges.ts';
import { Reader } from './cursor.ts';
import { beginFrame, endFrame, headerBytes } from './frame.ts';
import { kind, type Voucher, type VouchRequest, type WireError } from './messages.ts';

const signatureBytes = 64;

/** docs/protocol.md §7.7. Ranges must be merged and of 1 to 256 packets in all: RangeError otherwise. */
export function encodeVouchRequest({ epoch, seq, ranges }: VouchRequest): Uint8Array {
  const list = encodeRanges(ranges);
  return endFrame(
    beginFrame(kind.vouchRequest, 8 + list.byteLength)
      .u32(epoch)
      .u32(seq)
      .put(list),
  );
}

export function decodeVouchRequest(frame: Uint8Array, flags: number): VouchRequest | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const epoch = reader.u32();
  const seq = reader.u32();
  const ranges = readRanges(reader);
  reader.end();
  return reader.error === undefined ? { kind: kind.vouchRequest, epoch, seq, ranges } : reader.wireError(kind.vouchRequest);
}

/** Without a signature: refused. */
export function encodeVoucher({ epoch, seq, signature }: Voucher): Uint8Array {
  if (signature && signature.byteLength !== signatureBytes) throw new RangeError(`voucher: signature of ${signature.byteLength} bytes`);
  const writer = beginFrame(kind.voucher, 8 + (signature ? signatureBytes : 0))
    .u32(epoch)
    .u32(seq);
  return endFrame(signature ? writer.put(signature) : writer);
}

export function decodeVoucher(frame: Uint8Array, flags: number): Voucher | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const epoch = reader.u32();
  const seq = reader.u32();
  const signature = reader.left > 0 ? reader.take(signatureBytes) : undefined;
  reader.end();
  return reader.error === undefined ? { kind: kind.voucher, epoch, seq, signature } : reader.wireError(kind.voucher);
}
