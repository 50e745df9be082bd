/** What the rest of the hub asks of the broker, embedded or external. */
export interface Broker extends AsyncDisposable {
  /** Resolves when the broker has it. `expirySeconds` counts on MQTT 5 only. */
  publish(message: { topic: string; payload: Uint8Array; retain?: boolean; expirySeconds?: number }): Promise<void>;
  /** Closes the connections of a node that was revoked. */
  dismiss(node: string): void;
  view(): BrokerView;
}

export interface BrokerView {
  readonly kind: 'embedded' | 'external';
  readonly connected: boolean;
  /** Session ids (embedded only). */
  readonly sessions: readonly string[];
  /** Counted since the start, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}
