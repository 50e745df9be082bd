export { ackMacInput, ackRunsMax, macBytes } from './ack.ts';
export {
  type ApplicationMessage,
  type Attach,
  clientBytesMax,
  type Detach,
  decodeApplication,
  encodeApplication,
  filtersMax,
  type Publish,
  propertiesMax,
  propertyBytesMax,
  type Transfer,
  topicBytesMax,
  transferOverheadBytes,
  unfitForPublish,
} from './application.ts';
export { type Beacon, beaconBytes, beaconMacInput, decodeBeacon, encodeBeacon } from './beacon.ts';
export { associatedData, bundleHeaderBytes, encodeBundle } from './bundle.ts';
export { claimCounterMax, claimsMax, type DeviceClaim, decodeClaims, encodeClaims } from './claims.ts';
export { decode, encode, type WireLimits } from './codec.ts';
export { FrameSplitter, headerBytes, type Skipped, wireVersion } from './frame.ts';
export { decodeLinkState, encodeLinkState, linkStateNeighboursMax } from './linkstate.ts';
export {
  type Ack,
  type Bundle,
  type BundleHeader,
  type Bye,
  type Credit,
  type Digest,
  type Drop,
  dropCode,
  type FloodRecord,
  feature,
  type Heartbeat,
  type Hello,
  kind,
  type LinkState,
  type Message,
  type PackedEntry,
  type RecordKey,
  type Records,
  type Request,
  type Routed,
  recordType,
  runOf,
  type Summary,
  streamOf,
  type WireError,
  type WireErrorCode,
} from './messages.ts';
export { packEntries, packedEntryOverheadMax, unpackEntries } from './payload.ts';
export { decodeRecord, encodeRecord, RecordScan, recordBytes, recordsPerFrameMax, scanRecords, signedBytes } from './records.ts';
export { isRoutedKind, isWireError, markCongested, nonceOf, patchHop, peekRouted, type RoutedKind, type RoutedPeek } from './routed.ts';
export { digestBuckets, keysPerFrameMax } from './sync.ts';
