import type { Crypto, Incarnation, NodeId } from '@energymesh/protocol';

/** This node's membership of its community, as mesh/ needs it (identity/ has it). */
export interface MeshIdentity {
  readonly node: NodeId;
  readonly name: string;
  readonly incarnation: Incarnation;
  readonly crypto: Crypto;
  /** HMAC keys of the community's beacons, 32 bytes each: that of own beacons, then former ones whose beacons are believed. */
  beaconKeys(): readonly Uint8Array[];
  /** The own certificate as it is flooded. */
  certificate(): Uint8Array;
  /** PEM: the own key; leaf and issuing certificate. */
  tls(): { readonly key: string; readonly chain: string };
  /** Decides on the certificates that a TLS peer presented, end to end in DER: signature by the pinned root, community, role, revocation, dates. */
  judge(bundle: Uint8Array): { readonly ok: true; readonly node: NodeId } | { readonly ok: false; readonly reason: string };
  /** The newest one known, to be flooded. */
  communityDocument(): Uint8Array | undefined;
  revokedNodes(): readonly NodeId[];
  /** Durable on return: the next start uses a higher incarnation than `seen`. */
  raiseIncarnation(seen: Incarnation): void;
  /** Certificate, document or beacon key changed. */
  onChange(handler: () => void): () => void;
}
