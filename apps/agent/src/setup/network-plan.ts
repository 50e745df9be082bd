import type { RadioView } from '@energymesh/network';
import type { Place, RadioChoice } from './state.ts';

type State = Readonly<Record<string, unknown>>;

/**
 * The network that the wizard asks for: what is in force now (passphrases read "set"), with country, mesh and way out as chosen. Undefined: it is
 * so already. A passphrase that is left out is kept by the helper as long as the name stays.
 */
export function networkPlan(
  current: State | undefined,
  { radio, place }: { readonly radio: RadioChoice; readonly place: Place },
  view: RadioView | undefined,
): State | undefined {
  const before = withoutSet(current ?? first(view));
  const country = radio.country ?? text(before.country);
  const next: Record<string, unknown> = {
    ...before,
    ...(country !== undefined && { country }),
    ...meshOf(before, radio, view),
    ...uplinkOf(before, place),
  };
  Object.assign(next, gatewayOf(next, radio));
  // Nothing of the radios or the way out is asked for: a network that was never set stays as its machine has it.
  if (current === undefined && radio.country === undefined && !radio.mesh && (place.uplink.kind === 'keep' || place.uplink.kind === 'none')) return undefined;
  return JSON.stringify(next) === JSON.stringify(before) && current !== undefined ? undefined : next;
}

function first(view: RadioView | undefined): State {
  const wired =
    view?.interfaces.flatMap(({ name, kindOfUse }) => (kindOfUse === 'wired' && /^[a-z][a-z0-9-]{0,14}$/.test(name) ? [name] : [])).slice(0, 8) ?? [];
  return { version: 1, ...(wired.length > 0 && { lan: wired }) };
}

function meshOf(before: State, { mesh }: RadioChoice, view: RadioView | undefined): { mesh?: unknown } {
  if (!mesh) return {};
  const was = record(before.mesh);
  const named = view?.check.radios.some((one) => one.interface === 'mesh0');
  const able = view?.check.radios.find(({ canMesh }) => canMesh)?.interface;
  return {
    mesh: {
      ...was,
      ...(was?.interface === undefined && !named && able !== undefined && { interface: able }),
      id: mesh.id,
      ...(mesh.passphrase !== undefined && { passphrase: mesh.passphrase }),
    },
  };
}

function uplinkOf(before: State, { uplink }: Place): { uplink?: unknown } {
  const was = record(before.uplink);
  switch (uplink.kind) {
    case 'keep':
      return {};
    case 'none':
      return was === undefined || was.kind === 'none' ? {} : { uplink: { kind: 'none' } };
    case 'ethernet':
      return was?.kind === 'ethernet' ? {} : { uplink: { kind: 'ethernet' } };
    case 'wifi': {
      const same = was?.kind === 'wifi' && was.ssid === uplink.ssid;
      return { uplink: { ...(same && was), kind: 'wifi', ssid: uplink.ssid, ...(uplink.passphrase !== undefined && { passphrase: uplink.passphrase }) } };
    }
  }
}

/** Without a way out of its own a node of the mesh asks a neighbour that has one for the way to the hub: else it could not become a member by radio. */
function gatewayOf(next: State, { mesh }: RadioChoice): { gateway?: unknown } {
  const was = record(next.gateway);
  const ownWay = (record(next.uplink)?.kind ?? 'none') !== 'none';
  return !mesh || ownWay || (was?.mode ?? 'off') !== 'off' ? {} : { gateway: { ...was, mode: 'client' } };
}

/** Passphrases that the status shows as "set" are left out: so the helper keeps them. */
export function withoutSet(value: State): State {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      const inside = record(part);
      return [key, inside ? Object.fromEntries(Object.entries(inside).filter(([name, one]) => !(name === 'passphrase' && one === 'set'))) : part];
    }),
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const record = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
