'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import { useHere } from '../../live/providers.tsx';
import { dayAndMinute } from '../../strings/format.ts';
import { nodeSettingsStrings } from '../../strings/node-settings.ts';
import { Age, Section } from '../../ui/parts.tsx';
import { SettingsPage } from '../settings-page.tsx';
import { browserName } from './browser-name.ts';
import { PassphraseForm } from './passphrase-form.tsx';

const words = nodeSettingsStrings.nodeSettings.sessions;
const pollMs = 5000;

/** Who is logged in, and the passphrase that lets them. */
export function SessionsPage() {
  const { trpc, session } = useHere();
  const queryClient = useQueryClient();
  const timeZone = useNodeState().status?.timeZone;
  const { data } = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => trpc.auth.sessions.query(undefined, { signal }), refetchInterval: pollMs });
  const [said, setSaid] = useState<string>();
  if (!data) return <SettingsPage say={nodeSettingsStrings.nodeSettings.asking}>{null}</SettingsPage>;
  const { sessions } = data;
  const ending = (act: () => Promise<number>) => {
    setSaid(undefined);
    act()
      .then(async (ended) => {
        await queryClient.refetchQueries({ queryKey: ['sessions'] });
        setSaid(words.ended(ended));
      })
      .catch(() => setSaid(words.failed));
  };
  // Logged out here whatever the node says.
  const logout = () => {
    trpc.auth.logout.mutate().catch(() => {});
    session.end('logged-out');
  };
  return (
    <SettingsPage say={words.say(sessions.length)} lede={words.lede}>
      <ul className="holders" data-testid="sessions">
        {sessions.map((one) => {
          const name = browserName(one.agent);
          return (
            <li key={one.id} data-own={one.own}>
              <span>
                <b>{name}</b>
                <span className="sm block">
                  {one.own ? words.own : words.used} · <Age at={one.lastUsedAt} />
                  {one.kind === 'claimant' && ` · ${words.claimant}`}
                </span>
                <span className="tick block">{words.since(dayAndMinute(one.createdAt, timeZone))}</span>
              </span>
              {one.own ? (
                <button type="button" className="btn" onClick={logout}>
                  {words.here}
                </button>
              ) : (
                <button
                  type="button"
                  className="btn"
                  aria-label={words.endOf(name)}
                  onClick={() =>
                    ending(async () => {
                      await trpc.auth.endSession.mutate({ id: one.id });
                      return 1;
                    })
                  }
                >
                  {words.end}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {sessions.length > 1 && (
        <button type="button" className="btn mt-4" onClick={() => ending(async () => (await trpc.auth.endOthers.mutate()).ended)}>
          {words.others}
        </button>
      )}
      <p className="sm min-h-5 py-3" role="status" data-testid="sessions-said">
        {said}
      </p>
      <Section id="passphrase" title={words.change}>
        <PassphraseForm />
      </Section>
    </SettingsPage>
  );
}
