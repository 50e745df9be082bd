import type { DeviceKind } from '../topics.ts';

interface Entry {
  /** Null: came without an entry id, so it cannot be told from its repetition. */
  readonly entryId: string | null;
  /** Where it entered the mesh. */
  readonly node: string | null;
  readonly receivedAt: number;
  readonly ageMs: number | null;
  readonly payload: Uint8Array;
}

/** One message to be kept, named by its table. */
export type Row =
  | (Entry & {
      readonly table: 'telemetry';
      readonly device: string;
      readonly kind: DeviceKind;
      readonly fingerprint: string | null;
      /** The device sent it with DUP set. */
      readonly dup: boolean;
      readonly late: boolean;
      /** The gateway that brought it; null where the broker does not know. */
      readonly via: string | null;
    })
  | (Entry & { readonly table: 'reports' | 'expired'; readonly subject: string })
  /** About rewards, from the node that it names. */
  | (Pick<Entry, 'node' | 'receivedAt' | 'payload'> & { readonly table: 'rewards'; readonly subject: string; readonly entryId: string });
