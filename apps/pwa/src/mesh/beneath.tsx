'use client';
import { useNow } from '../live/clock.ts';
import type { Quality, RadioBeneath, RadioLink } from '../live/model.ts';
import { age } from '../strings/format.ts';
import { radioStrings } from '../strings/radio.ts';

const words = radioStrings.radio;

/** A signal in a word, by what rates 802.11n still reaches at it. */
export function signalQuality(dbm: number): Quality {
  if (dbm >= -60) return 'strong';
  if (dbm >= -70) return 'good';
  return dbm >= -80 ? 'weak' : 'poor';
}

/** Beneath what the relay measures of a neighbour: what the radio, cable or tunnel says of the same link. */
export function BeneathLink({ radio, node }: { radio: RadioBeneath | undefined; node: string }) {
  const now = useNow();
  const link = radio?.links.find((candidate) => candidate.node === node);
  if (!link || !radio) return null;
  const facts = factsOf(link, now);
  return (
    <div className={radio.state === 'stale' ? 'past' : undefined} data-testid="beneath" data-kind={link.kind}>
      <h3 className="sub">
        {words.beneath}: {words.on(words.kinds[link.kind], link.interface)}
      </h3>
      {radio.state === 'stale' && radio.saidAt !== undefined && <p className="sm">{words.stale(age(now - radio.saidAt)).what}</p>}
      {link.kind === 'radio' && !link.peer && <p className="sm">{words.noAnswer}</p>}
      {facts.length > 0 && (
        <dl className="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

type Fact = readonly [name: string, value: string];
const fact = <T,>(name: string, value: T | undefined, text: (value: T) => string): Fact[] => (value === undefined ? [] : [[name, text(value)]]);

function factsOf(link: RadioLink, now: number): Fact[] {
  const ago = (at: number) => age(now - at);
  const way = [...fact(words.way, link.wayQuality, words.wayShare), ...fact(words.way, link.wayKbit, (kbit) => words.mbit(kbit / 1000))];
  switch (link.kind) {
    case 'radio': {
      const { peer } = link;
      const rated = peer && (peer.sentMbit !== undefined || peer.receivedMbit !== undefined);
      return [
        ...fact(words.signal, peer?.signalDbm, words.dbm),
        ...fact(words.rate, peer?.expectedMbit, words.mbit),
        ...way,
        ...(rated ? [[words.sent, words.rates(peer.sentMbit, peer.receivedMbit)] as const] : []),
        ...fact(words.lastHeard, peer?.lastSeen, ago),
      ];
    }
    case 'hops':
      return [...way, ...fact(words.firstHop, link.nextHop, (mac) => mac), ...fact(words.lastHeard, link.lastSeen, ago)];
    case 'tunnel':
      return [[words.handshake, link.handshakeAt === undefined ? words.never : ago(link.handshakeAt)]];
    case 'cable':
      return fact(words.speed, link.speedMbit, words.mbit);
    case 'other':
      return [];
  }
}
