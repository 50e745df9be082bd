export { defaultConfig, type ProtocolConfig } from './config.ts';
export { ConnId, type EntryId, Incarnation, NodeId, type Stream, type Traffic, type TrafficClass, traffic, trafficClasses } from './ids.ts';
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
export type { MeshNodeApi, MeshNodeOptions } from './node.ts';
export type { CertifiedNode, Compression, Crypto, PairKeys, Ports, Random } from './ports.ts';
export { Millis, Minutes, never, Seconds } from './units.ts';
