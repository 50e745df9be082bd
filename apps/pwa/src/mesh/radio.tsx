'use client';
import type { ReactNode } from 'react';
import { useNow } from '../live/clock.ts';
import type { Neighbours, RadioBeneath, RadioLink } from '../live/model.ts';
import { age, bytes, number, short } from '../strings/format.ts';
import { radioStrings } from '../strings/radio.ts';
import { told } from '../strings/said.ts';
import { Age, Bars } from '../ui/parts.tsx';
import { signalQuality } from './beneath.tsx';
import { radioWords } from './radio-words.ts';
import type { Selection } from './scene.ts';

const words = radioStrings.radio;

/** The layer beneath the relay: what carries each link, and what the radios of this machine say and can do. */
export function Radio({
  radio,
  neighbours,
  onSelect,
}: {
  radio: RadioBeneath | undefined;
  neighbours: Neighbours | undefined;
  onSelect: (selection: Selection) => void;
}) {
  if (!radio) return <p className="mt-2">{words.asking}</p>;
  if (radio.state === 'none')
    return (
      <div data-testid="radio" data-state="none">
        <p className="mt-2">{words.none}</p>
        <p className="sm mt-1">{words.noneNext}</p>
      </div>
    );
  if (radio.state === 'unreadable')
    return (
      <div className="note mt-3" data-testid="radio" data-state="unreadable">
        <b>{words.unreadable}</b>
        {told(radio.why ?? '', radio.whySaid)}
      </div>
    );
  return (
    <div className={radio.state === 'stale' ? 'layer past' : 'layer'} data-testid="radio" data-state={radio.state}>
      <Summary radio={radio} />
      {radio.check.advice.length > 0 && (
        <div data-testid="radio-advice">
          <h3 className="sub">{words.advice}</h3>
          {radio.check.advice.map((text, i) => (
            <p key={text} className="note">
              {told(text, radio.check.adviceSaid?.[i])}
            </p>
          ))}
        </div>
      )}
      {radio.links.length > 0 && (
        <Part title={words.yours}>
          <ul className="under" data-testid="radio-links">
            {radio.links.map((link) => (
              <LinkRow key={link.node} link={link} rttMs={neighbours?.neighbours.find(({ id }) => id === link.node)?.latencyMs} onSelect={onSelect} />
            ))}
          </ul>
        </Part>
      )}
      <Tables radio={radio} />
      {radio.forwarded && (
        <Part title={words.forwarded} more={words.forwardedNext}>
          <dl className="facts" data-testid="radio-forwarded" data-frames={radio.forwarded.frames}>
            <Fact name={words.frames} value={number(radio.forwarded.frames)} />
            <Fact name={words.size} value={bytes(radio.forwarded.bytes)} />
            <Fact name={words.dropped} value={number(radio.forwarded.dropped)} />
            <Fact name={words.management} value={bytes(radio.forwarded.managementBytes)} />
          </dl>
        </Part>
      )}
      {radio.check.radios.length > 0 && (
        <Part title={words.check}>
          <ul className="under" data-testid="radio-check">
            {radio.check.radios.map((one) => (
              <li key={one.interface}>{radioWords(one)}</li>
            ))}
          </ul>
        </Part>
      )}
      {radio.problems.length > 0 && (
        <Part title={words.problems}>
          <ul className="under">
            {radio.problems.map((text) => (
              <li key={text} className="sm">
                {text}
              </li>
            ))}
          </ul>
        </Part>
      )}
    </div>
  );
}

function Summary({ radio }: { radio: RadioBeneath }) {
  const now = useNow();
  const byRadio = radio.links.filter(({ kind }) => kind === 'radio' || kind === 'hops').length;
  const canMesh = radio.check.radios.some((one) => one.canMesh);
  const alive = radio.peers.filter((one) => one.alive !== false).length;
  const then = radio.state === 'stale' && radio.saidAt !== undefined ? words.stale(age(now - radio.saidAt)) : undefined;
  return (
    <>
      <p className="mt-2">{!canMesh && byRadio === 0 ? words.noMesh : `${words.links(byRadio, radio.links.length)} ${words.hears(alive)}`}</p>
      {then ? (
        <p className="note mt-2" data-testid="radio-stale">
          <b>{then.what}</b>
          {then.next}
        </p>
      ) : (
        <p className="sm mt-1">
          {radio.country && radio.country !== '00' && `${words.country(radio.country)} · `}
          <Age at={radio.saidAt} />
        </p>
      )}
    </>
  );
}

function LinkRow({ link, rttMs, onSelect }: { link: RadioLink; rttMs: number | undefined; onSelect: (selection: Selection) => void }) {
  const { peer } = link;
  const parts = [
    words.on(words.kinds[link.kind], link.interface),
    peer?.signalDbm === undefined ? undefined : words.dbm(peer.signalDbm),
    peer?.expectedMbit === undefined ? undefined : words.mbit(peer.expectedMbit),
    link.wayQuality === undefined ? undefined : words.wayOf(link.wayQuality),
    link.speedMbit === undefined ? undefined : words.mbit(link.speedMbit),
    peer?.alive === false ? words.gone : undefined,
  ];
  return (
    <li data-node={link.node} data-kind={link.kind}>
      <button type="button" className="more text-left wrap-anywhere" onClick={() => onSelect({ node: link.node })}>
        {link.name}
      </button>
      {peer?.signalDbm !== undefined && peer.alive !== false ? <Bars quality={signalQuality(peer.signalDbm)} /> : <span />}
      <span className="r">{rttMs === undefined ? '' : short(rttMs)}</span>
      <span className="via">{parts.filter((part) => part !== undefined).join(' · ')}</span>
    </li>
  );
}

function Tables({ radio }: { radio: RadioBeneath }) {
  const now = useNow();
  const strangers = radio.peers.filter(({ node }) => node === undefined);
  return (
    <>
      {strangers.length > 0 && (
        <Part title={words.heard} more={words.heardNext}>
          <Rows
            testId="radio-heard"
            rows={strangers.map((one) => ({
              key: `${one.interface} ${one.mac}`,
              name: one.mac,
              right: one.signalDbm === undefined ? '' : words.dbm(one.signalDbm),
              via: [one.interface, one.alive === false ? words.gone : undefined, one.lastSeen === undefined ? undefined : age(now - one.lastSeen)],
            }))}
          />
        </Part>
      )}
      {radio.interfaces.length > 0 && (
        <Part title={words.interfaces}>
          <Rows
            testId="radio-interfaces"
            rows={radio.interfaces.map((one) => ({
              key: one.name,
              name: one.name,
              right: one.up && one.carrier ? words.up : words.down,
              via: [
                words.uses[one.use],
                one.ssid,
                one.channel === undefined ? undefined : words.channel(one.channel),
                one.speedMbit === undefined ? undefined : words.mbit(one.speedMbit),
              ],
            }))}
          />
        </Part>
      )}
      {radio.interfaces.some(({ use }) => use === 'access point') && (
        <Part title={words.clients}>
          {radio.clients.length === 0 ? (
            <p className="sm">{words.noClients}</p>
          ) : (
            <Rows
              testId="radio-clients"
              rows={radio.clients.map((one) => ({
                key: `${one.interface} ${one.mac}`,
                name: one.mac,
                right: one.signalDbm === undefined ? '' : words.dbm(one.signalDbm),
                via: [one.interface, one.key && words.keys[one.key], one.expectedMbit === undefined ? undefined : words.mbit(one.expectedMbit)],
              }))}
            />
          )}
        </Part>
      )}
      {radio.gateways.length > 0 && (
        <Part title={words.gateways}>
          <Rows
            testId="radio-gateways"
            rows={radio.gateways.map((one) => ({
              key: one.mac,
              name: one.mac,
              right: one.best ? words.inUse : '',
              via: [words.offers(one.downKbit, one.upKbit), one.wayQuality === undefined ? undefined : words.wayOf(one.wayQuality)],
            }))}
          />
        </Part>
      )}
      {radio.reached.length > 0 && (
        <Part title={words.reached} more={words.reachedNext}>
          <Rows
            testId="radio-reached"
            rows={radio.reached.map((one) => ({
              key: one.mac,
              name: one.mac,
              right: one.alive ? (one.wayQuality === undefined ? '' : words.wayShare(one.wayQuality)) : words.gone,
              via: [one.nextHop === one.mac ? words.straight : words.through(one.nextHop), age(now - one.lastSeen)],
            }))}
          />
        </Part>
      )}
      {radio.tunnels.length > 0 && (
        <Part title={words.tunnels}>
          <Rows
            testId="radio-tunnels"
            rows={radio.tunnels.map((one, i) => ({
              key: `${one.interface} ${one.endpoint ?? i}`,
              name: one.interface,
              right: one.handshakeAt === undefined ? words.never : age(now - one.handshakeAt),
              via: [one.endpoint, `${bytes(one.bytesIn)} / ${bytes(one.bytesOut)}`],
            }))}
          />
        </Part>
      )}
    </>
  );
}

interface RowText {
  readonly key: string;
  readonly name: string;
  readonly right: string;
  readonly via: readonly (string | undefined)[];
}

function Rows({ rows, testId }: { rows: readonly RowText[]; testId: string }) {
  return (
    <ul className="under" data-testid={testId}>
      {rows.map(({ key, name, right, via }) => (
        <li key={key}>
          <span className="wrap-anywhere">{name}</span>
          <span />
          <span className="r">{right}</span>
          <span className="via">{via.filter((part) => part !== undefined && part !== '').join(' · ')}</span>
        </li>
      ))}
    </ul>
  );
}

function Part({ title, more, children }: { title: string; more?: string; children: ReactNode }) {
  return (
    <div className="mt-2">
      <h3 className="sub">{title}</h3>
      {more && <p className="sm mb-1">{more}</p>}
      {children}
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
