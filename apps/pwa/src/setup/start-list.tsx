'use client';
import { useQuery } from '@tanstack/react-query';
import type { Status } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { setupStrings } from '../strings/setup.ts';
import { Glyph } from '../ui/glyph.tsx';
import { Go } from '../ui/go.tsx';
import { Section } from '../ui/parts.tsx';
import { useWalletState, walletPage } from './end-screens.tsx';

const words = setupStrings.setup.start;

/** What is left of getting started, until each of it is done. Undone things first; the others are one line. */
export function StartList({ status }: { status: Status }) {
  const { trpc } = useHere();
  const view = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => trpc.setup.get.query(undefined, { signal }), refetchInterval: 10_000 }).data;
  const wallet = useWalletState(view?.wallet === 'postponed' && view.joined === 'enrolled');
  if (view?.step !== 'done') return null;
  const items = [
    { key: 'join', done: view.joined === 'enrolled', title: words.join, next: words.joinNext, href: '/setup' },
    { key: 'place', done: status.node.position !== undefined, title: words.place, next: words.placeNext, href: '/setup' },
    { key: 'neighbour', done: status.neighbours > 0, title: words.neighbour, next: words.neighbourNext, href: '/settings/people' },
    { key: 'device', done: status.devices.known > 0, title: words.device, next: words.deviceNext, href: '#devices' },
    ...(view.wallet !== 'none' && view.joined === 'enrolled'
      ? [{ key: 'backup', done: view.wallet === 'backed-up', title: words.backup, next: words.backupNext, href: walletPage(wallet?.state) }]
      : []),
  ];
  const open = items.filter(({ done }) => !done);
  if (open.length === 0) return null;
  const done = items.length - open.length;
  return (
    <Section id="start" title={words.title} aside={<span className="tick">{words.doneOf(done)}</span>}>
      <ul className="seen mb-0!" data-testid="start-list">
        {open.map(({ key, title, next, href }) => (
          <li key={key} data-item={key}>
            <Glyph name="off" />
            <span>
              {href === undefined ? <b>{title}</b> : href.startsWith('#') ? <a href={href}>{title}</a> : <Go href={href}>{title}</Go>}
              <span className="sm block">{next}</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
