import { channelOf } from '../radio-rules.ts';
import { cut, isUsage, linesOf, macOf, nameOf, numberOf, type Observed, problem, rowsMax, textOf } from './observed.ts';

export interface WirelessInterface {
  readonly name: string;
  /** nl80211's words: "mesh point", "AP", "managed", ... */
  readonly type: string;
  readonly mac?: string;
  readonly phy?: number;
  readonly ssid?: string;
  readonly frequencyMhz?: number;
  readonly channel?: number;
  readonly widthMhz?: number;
  readonly transmitDbm?: number;
}

/** `iw dev` and `iw dev <name> info`. An SSID is what somebody chose: iw escapes it, and it is the rest of its own line only. */
export function interfaces(text: string): Observed<readonly WirelessInterface[]> {
  const found: WirelessInterface[] = [];
  let phy: number | undefined;
  for (const { name, fields } of blocks(text, /^\s*Interface (\S+)$/, (line) => {
    const number = /^phy#(\d{1,4})$/.exec(line)?.[1];
    if (number !== undefined) phy = Number(number);
  })) {
    const wiphy = numberOf(fields.get('wiphy')) ?? phy;
    const [, frequency, width] = /^\d+ \((\d+) MHz\)(?:, width: (\d+) MHz)?/.exec(fields.get('channel') ?? '') ?? [];
    const frequencyMhz = numberOf(frequency);
    const widthMhz = numberOf(width);
    const transmitDbm = numberOf(/^(-?[\d.]+) dBm$/.exec(fields.get('txpower') ?? '')?.[1]);
    const mac = macOf(fields.get('addr'));
    const ssid = textOf(fields.get('ssid') ?? fields.get('meshid'), 128);
    const channel = frequencyMhz === undefined ? undefined : channelOf(frequencyMhz);
    found.push({
      name,
      type: textOf(fields.get('type'), 32) ?? 'unknown',
      ...(mac !== undefined && { mac }),
      ...(wiphy !== undefined && { phy: wiphy }),
      ...(ssid !== undefined && { ssid }),
      ...(frequencyMhz !== undefined && { frequencyMhz }),
      ...(channel !== undefined && { channel }),
      ...(widthMhz !== undefined && { widthMhz }),
      ...(transmitDbm !== undefined && { transmitDbm }),
    });
    if (found.length > 64) return problem(found.slice(0, 64), 'more than 64 interfaces: the rest is left out');
  }
  return { value: found };
}

/** A block per heading; within it "key value" lines by their first word. Only the first of a key counts, so a later line cannot overrule it. */
function* blocks(text: string, heading: RegExp, other: (line: string) => void): Generator<{ name: string; fields: Map<string, string> }> {
  let current: { name: string; fields: Map<string, string> } | undefined;
  for (const line of linesOf(text)) {
    const name = heading.exec(line)?.[1];
    if (name !== undefined) {
      if (current) yield current;
      current = nameOf(name) === undefined ? undefined : { name, fields: new Map() };
      continue;
    }
    if (!/^\s/.test(line)) {
      if (current && line !== '') {
        yield current;
        current = undefined;
      }
      other(line);
      continue;
    }
    const [, key, value] = /^\s+([A-Za-z]{1,20}) (.*)$/.exec(line) ?? [];
    if (current && key !== undefined && value !== undefined && !current.fields.has(key)) current.fields.set(key, value);
  }
  if (current) yield current;
}

/** One peer of a mesh point, or one client of an access point. */
export interface Station {
  readonly mac: string;
  readonly interface: string;
  readonly inactiveMs?: number;
  readonly signalDbm?: number;
  readonly receivedBytes?: number;
  readonly sentBytes?: number;
  readonly sentMbit?: number;
  readonly receivedMbit?: number;
  readonly expectedMbit?: number;
  readonly retries?: number;
  readonly failed?: number;
  readonly connectedSeconds?: number;
  /** ESTAB, LISTEN, BLOCKED, ... A vanished peer stays ESTAB for up to 300 s: no sign of life. */
  readonly plink?: string;
  readonly authorized?: boolean;
  readonly protectedManagement?: boolean;
}

const stationNumbers: Readonly<Record<string, keyof Station>> = {
  'inactive time': 'inactiveMs',
  signal: 'signalDbm',
  'rx bytes': 'receivedBytes',
  'tx bytes': 'sentBytes',
  'tx bitrate': 'sentMbit',
  'rx bitrate': 'receivedMbit',
  'expected throughput': 'expectedMbit',
  'tx retries': 'retries',
  'tx failed': 'failed',
  'connected time': 'connectedSeconds',
};

/** `iw dev <name> station dump`. */
export function stations(text: string): Observed<readonly Station[]> {
  if (isUsage(text)) return problem([], 'prints its usage');
  const found: Station[] = [];
  let current: Record<string, string | number | boolean> | undefined;
  let total = 0;
  for (const line of linesOf(text)) {
    const [, address, on] = /^Station (\S+) \(on (\S+)\)$/.exec(line) ?? [];
    if (address !== undefined) {
      const [mac, name] = [macOf(address), nameOf(on)];
      current = undefined;
      if (mac === undefined || name === undefined || ++total > rowsMax) continue;
      current = { mac, interface: name };
      found.push(current as unknown as Station);
      continue;
    }
    const [, key, rest] = /^\t([A-Za-z/ ]{1,40}):\s*(.*)$/.exec(line) ?? [];
    if (!current || key === undefined || rest === undefined) continue;
    const field = stationNumbers[key];
    const value = field === undefined ? undefined : numberOf(/^-?\d+(\.\d+)?/.exec(rest)?.[0]);
    if (field !== undefined && value !== undefined && !Object.hasOwn(current, field)) current[field] = value;
    if (key === 'mesh plink') current.plink = textOf(rest.trim(), 16) ?? '';
    if (key === 'authorized') current.authorized = rest.trim() === 'yes';
    if (key === 'MFP') current.protectedManagement = rest.trim() === 'yes';
  }
  return cut(found, total);
}

/** `iw dev <name> mesh_param dump`. */
export function meshParameters(text: string): Observed<Readonly<Record<string, number>>> {
  if (isUsage(text)) return problem({}, 'prints its usage');
  const found: Record<string, number> = {};
  for (const line of linesOf(text).slice(0, 200)) {
    const [, key, digits] = /^(mesh_[a-z_]{1,60}) = (-?\d{1,12})\b/.exec(line) ?? [];
    const value = numberOf(digits);
    if (key !== undefined && value !== undefined) found[key] = value;
  }
  return Object.keys(found).length === 0 ? problem(found, 'has no parameters') : { value: found };
}

/** `iw reg get`: the country in force; "00" is none. */
export function country(text: string): Observed<string | undefined> {
  const code = /^country ([A-Z0-9]{2}):/m.exec(text.slice(0, 4000))?.[1];
  return code === undefined ? problem(undefined, 'tells no country') : { value: code };
}
