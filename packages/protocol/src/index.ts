export { defaultConfig, type ProtocolConfig } from './config.ts';
export { ConnId, type DeviceHash, type EntryId, Incarnation, NodeId, type Stream, type Traffic, type TrafficClass, traffic, trafficClasses } from './ids.ts';
export type {
  Candidate,
  Channel,
  CloseReason,
  DeliveredEntry,
  DropReason,
  EntryRun,
  Floor,
  GatewayOffer,
  Input,
  MeshEvent,
  NeighbourView,
  Output,
  Submission,
  Topology,
  TopologyEdge,
  TopologyNode,
} from './io.ts';
export { type CarriedTo, type Earning, type EarningInput, earningOf, type LeftOut } from './judging/earning.ts';
export { type Home, type HomeVerdict, homeLimit, isSettled, judgeHome, movingEpochs, settlingEpochs, usualOf } from './judging/home.ts';
export { countIn, firstOf, intersectPages, noPages, type Pages, pageOf, pagesOf, rangesOf, subtractPages, unitePages } from './judging/pages.ts';
export { type Heard, type Presence, partOf, partsOfEpoch, presenceOf } from './judging/presence.ts';
export { intersect, lowest, newest, none, type Spans, sizeOf, span, spansOf, subtract, unite } from './judging/spans.ts';
export { answerEpochs, type ChallengeRule, type Suspicion, type SuspicionInput, suspicionOf } from './judging/suspicion.ts';
export type { DeviceHolder } from './linkstate/claims.ts';
export {
  type Claimed,
  decodeOpening,
  depthMax,
  encodeOpening,
  type Opening,
  type OpeningFault,
  openingBytes,
  openingFault,
  type Step,
} from './merkle/opening.ts';
export { leavesMax, type Place, SumTree, SumTreeBuilder } from './merkle/tree.ts';
export { MeshNode, type MeshNodeApi, type MeshNodeOptions } from './node.ts';
export type { CertifiedNode, Compression, Crypto, PairKeys, Ports, Random, Sha256, VerifySignature, WallReading } from './ports.ts';
export { type Change, changeHash, changeXdr, type HubChange } from './proof/change.ts';
export { type Domain, domainOf, hashBytes, networkIdOf, publicKeyBytes, signatureBytes } from './proof/domain.ts';
export {
  type Attestation,
  attestMessage,
  challengeMessage,
  latencyUnknownUs,
  memberMessage,
  type Proof,
  type ProofClaim,
  packetCountMax,
  proofMessage,
  proposeMessage,
  type ReceiptClaim,
  type Registration,
  receiptMessage,
  registerMessage,
  toldMessage,
  voteMessage,
} from './proof/messages.ts';
export { type Checks, type RevealFault, type Revealing, revealFault } from './proof/reveal.ts';
export { isSmallOrder, strictly } from './proof/strict.ts';
export { type ExchangeOptions, ReceiptExchange } from './receipts/exchange.ts';
export { decodeLeaf, encodeLeaf, type Leaf, leafBytes, leafKeyOf } from './receipts/leaf.ts';
export type { EpochReading, ReceiptPort, VouchRequest } from './receipts/ports.ts';
export { decodeRangeList, encodeRangeList, uniteRanges } from './receipts/range-list.ts';
export {
  bundlesRootOf,
  decodeRanges,
  type EntryRange,
  encodeRanges,
  mergeRanges,
  packetsIn,
  rangeBytes,
  receiptPacketsMax,
} from './receipts/ranges.ts';
export { type EpochAccount, payInTime, payLate, settledAt } from './reward/budget.ts';
export { type ChainFault, type ChainLink, chainFault, chainStepsMax, chainValue } from './reward/chain.ts';
export { isAudited, type SeedOf, sampleIndex, sampleIndexes, seedOf } from './reward/draws.ts';
export { epochOf, epochSecondsDefault, epochStart, epochsKept, epochsLapsed } from './reward/epoch.ts';
export { defaultParams, type ParamName, type ParamRule, type Params, paramNames, paramRules, type Stroops, unfitParams } from './reward/params.ts';
export { type Attested, type Hour, type Reward, rewardOf } from './reward/rule.ts';
export { Millis, Minutes, never, Seconds } from './units.ts';
export {
  type Ack,
  type ApplicationMessage,
  type Attach,
  ackMacInput,
  ackRunsMax,
  associatedData,
  type Beacon,
  type Bundle,
  type BundleHeader,
  type Bye,
  beaconBytes,
  beaconMacInput,
  bundleHeaderBytes,
  type Credit,
  claimCounterMax,
  claimsMax,
  clientBytesMax,
  type Detach,
  type DeviceClaim,
  type Digest,
  type Drop,
  decode as decodeFrame,
  decodeApplication,
  decodeBeacon,
  decodeClaims,
  decodeLinkState,
  decodeRecord,
  digestBuckets,
  dropCode,
  encode as encodeFrame,
  encodeApplication,
  encodeBeacon,
  encodeBundle,
  encodeClaims,
  encodeLinkState,
  encodeRecord,
  type FloodRecord,
  FrameSplitter,
  feature,
  filtersMax,
  type Heartbeat,
  type Hello,
  headerBytes,
  isWireError,
  keysPerFrameMax,
  kind,
  type LinkState,
  linkStateNeighboursMax,
  type Message,
  macBytes,
  markCongested,
  nonceOf,
  type PackedEntry,
  type Publish,
  packEntries,
  packedEntryOverheadMax,
  patchHop,
  peekRouted,
  propertiesMax,
  propertyBytesMax,
  type RecordKey,
  type Records,
  type Request,
  type Routed,
  type RoutedPeek,
  recordBytes,
  recordsPerFrameMax,
  recordType,
  runOf,
  type Skipped,
  type Summary,
  signedBytes,
  streamOf,
  type Transfer,
  topicBytesMax,
  transferOverheadBytes,
  unfitForPublish,
  unpackEntries,
  type WireError,
  type WireErrorCode,
  type WireLimits,
  wireVersion,
} from './wire/index.ts';
