import { cut, linesOf, macOf, numberOf, type Observed, problem, rowsMax, textOf } from './observed.ts';

/** `hostapd_cli all_sta` and `wpa_cli all_sta`: what the daemon knows of a station beyond the kernel. */
export interface ControlStation {
  readonly mac: string;
  readonly authorized: boolean;
  readonly protectedManagement: boolean;
  /** Present: it came by SAE. */
  readonly saeGroup?: number;
  readonly signalDbm?: number;
  readonly connectedSeconds?: number;
  readonly inactiveMs?: number;
}

export function allStations(text: string): Observed<readonly ControlStation[]> {
  if (/^FAIL\b|^UNKNOWN COMMAND|Failed to connect/m.test(text.slice(0, 1000))) return problem([], 'says that it failed');
  const found: { mac: string; fields: Map<string, string> }[] = [];
  let total = 0;
  for (const line of linesOf(text)) {
    const mac = macOf(line);
    if (mac !== undefined) {
      if (++total <= rowsMax) found.push({ mac, fields: new Map() });
      continue;
    }
    const [, key, value] = /^([A-Za-z0-9_]{1,60})=(.*)$/.exec(line) ?? [];
    const fields = found.at(-1)?.fields;
    if (key !== undefined && value !== undefined && fields && total <= rowsMax && fields.size < 100 && !fields.has(key)) fields.set(key, value);
  }
  const value = found.map(({ mac, fields }): ControlStation => {
    const flags = fields.get('flags') ?? '';
    const of = (key: string): number | undefined => numberOf(fields.get(key));
    const [saeGroup, signalDbm, connectedSeconds, inactiveMs] = [of('sae_group'), of('signal'), of('connected_time'), of('inactive_msec')];
    return {
      mac,
      authorized: flags.includes('[AUTHORIZED]'),
      protectedManagement: flags.includes('[MFP]'),
      ...(saeGroup !== undefined && { saeGroup }),
      ...(signalDbm !== undefined && { signalDbm }),
      ...(connectedSeconds !== undefined && { connectedSeconds }),
      ...(inactiveMs !== undefined && { inactiveMs }),
    };
  });
  return cut(value, total);
}

export interface SupplicantStatus {
  /** COMPLETED: joined. (SAE is not told here for a mesh: see `allStations`.) */
  readonly state: string;
  readonly mode?: string;
  readonly ssid?: string;
  readonly frequencyMhz?: number;
}

/** `wpa_cli status`. */
export function supplicantStatus(text: string): Observed<SupplicantStatus | undefined> {
  const fields = new Map<string, string>();
  for (const line of linesOf(text).slice(0, 100)) {
    const [, key, value] = /^([a-z0-9_]{1,40})=(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && !fields.has(key)) fields.set(key, value);
  }
  const state = textOf(fields.get('wpa_state'), 32);
  if (state === undefined) return problem(undefined, 'tells no state');
  const [mode, ssid, frequencyMhz] = [textOf(fields.get('mode'), 16), textOf(fields.get('ssid'), 128), numberOf(fields.get('freq'))];
  return { value: { state, ...(mode !== undefined && { mode }), ...(ssid !== undefined && { ssid }), ...(frequencyMhz !== undefined && { frequencyMhz }) } };
}
