/** Where hubs listen unless somebody says otherwise: docs/hub.md. */
const hubPort = 8443;

/** As a person types it: a name or an address, with or without port and https://. Undefined: it is none. */
export function hubAddress(typed: string): string | undefined {
  const text = typed.trim().replace(/\/+$/, '');
  if (text === '' || text.length > 200 || /\s/.test(text) || /^(?!https:)[a-z]+:\/\//i.test(text)) return undefined;
  const plain = text.replace(/^https:\/\//i, '');
  // What has no brackets and several colons is a bare IPv6 address.
  const bare = /^[0-9a-f:]+$/i.test(plain) && plain.split(':').length > 2 ? `[${plain}]` : plain;
  const whole = `https://${bare}${/(^|[^:\]]):\d+$|\]:\d+$/.test(bare) ? '' : `:${hubPort}`}`;
  if (!URL.canParse(whole)) return undefined;
  const { origin, pathname, username, hostname } = new URL(whole);
  return pathname === '/' && username === '' && hostname !== '' ? origin : undefined;
}
