'use client';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { useNetworkFeed } from '../live/feeds.ts';
import type { NetworkOfNode, Status } from '../live/model.ts';
import { settingsStrings } from '../strings/settings.ts';
import { Go } from '../ui/go.tsx';
import { Chevron, Section } from '../ui/parts.tsx';
import { hrefOf, type SettingsPart } from './href.ts';
import { groups, sections } from './sections.ts';

const words = settingsStrings.settings;

/** Every setting by its name, with what it is now. */
export function Settings() {
  const { status, card } = useNodeState();
  const network = useNetworkFeed();
  const values = valuesOf(network, status);
  return (
    <Page>
      <h1 className="say">{words.say(status?.node.name ?? card?.name ?? 'this node')}</h1>
      <p className="lede">{words.lede}</p>
      <ChangeLamp network={network} />
      <div className="setgroups">
        {groups.map((group) => {
          const inside = sections.filter((section) => section.group === group);
          if (inside.length === 0) return null;
          return (
            <Section key={group} id={`settings-${group}`} title={words.groups[group]}>
              <ul className="set">
                {inside.map(({ part }) => (
                  <li key={part}>
                    <Go href={hrefOf(part)}>
                      <span>{words.parts[part]}</span>
                      <span className="v">{values[part]}</span>
                      <Chevron />
                    </Go>
                  </li>
                ))}
              </ul>
            </Section>
          );
        })}
      </div>
    </Page>
  );
}

/** A change that waits goes before everything else on this page. */
function ChangeLamp({ network }: { network: NetworkOfNode | undefined }) {
  const waiting = network?.waiting;
  const busy = network?.phase === 'applying' || network?.phase === 'reverting';
  if (!waiting && !busy) return null;
  return (
    <Go className="lamp" href={hrefOf('change')} data-testid="change-lamp">
      <span>
        <b>{waiting ? words.waits : words.applying}</b>
        {waiting ? words.waitsNext(waiting.secondsLeft) : words.applyingNext}
      </span>
      <Chevron />
    </Go>
  );
}

/** What stands at the right of each line: nothing where it is not known. */
function valuesOf(network: NetworkOfNode | undefined, status: Status | undefined): { readonly [part in SettingsPart]?: string } {
  const { values } = words;
  const state = network?.state as
    | { mesh?: { id?: string }; ap?: { ssid?: string }; uplink?: { kind?: string; ssid?: string }; wireguard?: unknown[] }
    | undefined;
  const byHand = network && !network.available && !state ? values.byHand : undefined;
  const uplink = state?.uplink;
  const way = uplink?.kind === 'wifi' ? uplink.ssid : uplink?.kind === 'ethernet' ? values.ethernet : values.neighbours;
  const known = (value: string | undefined) => (state ? value : byHand);
  const entries = {
    mesh: known(state?.mesh?.id ?? values.off),
    'access-point': known(state?.ap?.ssid ?? values.off),
    internet: known(way),
    tunnels: known(state?.wireguard?.length ? values.tunnels(state.wireguard.length) : values.none),
    devices: status && values.devices(status.devices.connected, status.devices.known),
    backend: status && values.backend[status.backend.state],
    updates: status?.node.version,
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
