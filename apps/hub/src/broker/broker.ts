/** Whoever the message is for has too much waiting already. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

/** What the rest of the hub asks of the broker, embedded or external. */
export interface Broker extends AsyncDisposable {
  /** Resolves when the broker has it; for `expirySeconds` it waits for who is away. Throws QueueFull. */
  publish(message: { topic: string; payload: Uint8Array; retain?: boolean; expirySeconds?: number }): Promise<void>;
  /** Closes the connections of a node that was revoked. */
  dismiss(node: string): void;
  /** Nodes that are connected themselves (embedded only): a gateway is, whosever session it holds. */
  present(): readonly string[];
  view(): BrokerView;
}

export interface BrokerView {
  readonly kind: 'embedded' | 'external';
  readonly connected: boolean;
  /** Session ids (embedded only). */
  readonly sessions: readonly string[];
  /** Sessions kept for clients here or away, and messages that wait for them (embedded only). */
  readonly kept?: number;
  readonly waiting?: number;
  /** Counted since the start, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}
