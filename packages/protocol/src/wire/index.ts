export { ackMacInput, ackRunsMax, macBytes } from './ack.ts';
export { associatedData, bundleHeaderBytes, encodeBundle } from './bundle.ts';
export { decode, encode, type WireLimits } from './codec.ts';
export { FrameSplitter, headerBytes, type Skipped, wireVersion } from './frame.ts';
export { decodeLinkState, encodeLinkState, linkStateNeighboursMax } from './linkstate.ts';
export { packEntries, packedEntryOverheadMax, unpackEntries } from './payload.ts';
export { decodeRecord, encodeRecord, recordBytes, recordsPerFrameMax, signedBytes } from './records.ts';
export { isRoutedKind, isWireError, markCongested, nonceOf, patchHop, peekRouted, type RoutedKind, type RoutedPeek } from './routed.ts';
export { digestBuckets, keysPerFrameMax } from './sync.ts';
