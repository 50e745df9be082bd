/**
 * A device lives below `em/<device>/` and sees nothing else; commands come from the mesh only. docs/devices.md
 * Answers are reasons in words, undefined where it may.
 */
export function mayPublish(device: string, topic: string): string | undefined {
  if (!topic.startsWith(`em/${device}/`) || topic.includes('#') || topic.includes('+')) return `publishes outside em/${device}/`;
  if (topic === `em/${device}/command`) return 'publishes its own command';
  return undefined;
}

export function maySubscribe(device: string, filter: string): string | undefined {
  return filter.startsWith(`em/${device}/`) && !filter.slice(device.length + 4).includes('+/#/') ? undefined : `subscribes outside em/${device}/`;
}

/** The device that a client id belongs to: `<device>` or `<device>:<suffix>`. */
export function ownsClientId(device: string, clientId: string): boolean {
  return clientId === device || (clientId.startsWith(`${device}:`) && clientId.length <= device.length + 33);
}
