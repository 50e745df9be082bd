/** The part of aedes's persistence that holds messages for clients until they acknowledge. */
export interface OutgoingQueues {
  outgoingEnqueueCombi(subscriptions: readonly { clientId: string }[], packet: unknown): Promise<void>;
  outgoingClearMessageId(client: { id: string }, packet: unknown): Promise<unknown>;
}

/**
 * Bounds the broker's queue per client: beyond `messagesMax` a new message is not queued for that client, and counted. The queues live in memory:
 * commands for a node that is away outlive its absence, not the hub's restart.
 */
export function boundQueues(queues: OutgoingQueues, messagesMax: number, dropped: (clientId: string) => void): void {
  const waiting = new Map<string, number>();
  const enqueue = queues.outgoingEnqueueCombi.bind(queues);
  const clear = queues.outgoingClearMessageId.bind(queues);
  queues.outgoingEnqueueCombi = (subscriptions, packet) => {
    const room = subscriptions.filter(({ clientId }) => {
      const count = waiting.get(clientId) ?? 0;
      if (count >= messagesMax) {
        dropped(clientId);
        return false;
      }
      waiting.set(clientId, count + 1);
      return true;
    });
    return enqueue(room, packet);
  };
  queues.outgoingClearMessageId = async (client, packet) => {
    const cleared = await clear(client, packet);
    const count = waiting.get(client.id) ?? 0;
    if (cleared !== undefined) {
      if (count > 1) waiting.set(client.id, count - 1);
      else waiting.delete(client.id);
    }
    return cleared;
  };
}
