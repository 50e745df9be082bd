export { canonicalIpv6, linkLocalOf } from './address.ts';
export { lanInterfaces, type NetworkState, type NetworkStateInput, type ParsedState, parseNetworkState, withKeptSecrets, withoutSecrets } from './desired.ts';
export type { BatmanCounters, BatmanGateway, BatmanMesh, HardInterface, TranslationEntry } from './observe/batman.ts';
export { hardInterfaces as readHardInterfaces } from './observe/batman.ts';
export type { Hardware, Link, Neighbour } from './observe/ip.ts';
export { links as readLinks } from './observe/ip.ts';
export { interfaces as readWirelessInterfaces, meshParameters as readMeshParameters, type Station, type WirelessInterface } from './observe/iw.ts';
export type { WireguardInterface, WireguardPeer } from './observe/wireguard.ts';
export { type Problem, problemText } from './problems.ts';
export { adapterAdvice, type CheckedRadio, type RadioCheck, radioCheck } from './radio-check.ts';
export { channelOf, channelsOf, countries, frequencyOf } from './radio-rules.ts';
export { type RenderedFile, type RenderOptions, standardOptions } from './render/file.ts';
export { landing, type Rendered, render, type WantedUnit } from './render/render.ts';
export {
  confirmSeconds,
  type NetworkOutcome,
  type NetworkRequest,
  type NetworkStatus,
  parseRequest,
  parseStatus,
  requestBytesMax,
  requestFile,
  requestFolder,
  statusPath,
} from './request.ts';
export { parseSnapshot, type RadioSnapshot, snapshotBytesMax, snapshotEverySeconds, snapshotPath } from './snapshot.ts';
export { shownText } from './text.ts';
export {
  type AccessPointClient,
  type BatmanNeighbour,
  type BatmanView,
  type InterfaceKind,
  type MeshPeer,
  type Originator,
  peerOf,
  type RadioInterface,
  type RadioView,
  radioView,
} from './view.ts';
