'use client';
import { useEffect, useState } from 'react';
import { nodeUrl } from '../frame/near.tsx';
import { useNearby } from '../live/feeds.ts';
import type { Status } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { hosted } from '../phone/hosted.ts';
import { frameStrings } from '../strings/frame.ts';
import { homeStrings } from '../strings/home.ts';
import { type Language, language, languages, setLanguage } from '../strings/language.ts';
import { Section } from '../ui/parts.tsx';
import { Seg } from '../ui/seg.tsx';
import { readTheme, setTheme, type Theme, themes } from '../ui/theme.ts';

const words = homeStrings.page;

/** About this page and its node: look, who it is, who else is near, and the way out. */
export function PageSection({ status }: { status: Status }) {
  const { session, trpc } = useHere();
  // Logged out here whatever the node says: a node that does not answer must not keep the phone logged in.
  const logout = () => {
    trpc.auth.logout.mutate().catch(() => {});
    session.end('logged-out');
  };
  const [theme, choose] = useState<Theme>('auto');
  useEffect(() => choose(readTheme()), []);
  const [refused, setRefused] = useState(false);
  return (
    <Section id="page" title={words.title}>
      <p className="label pt-0!" aria-hidden="true">
        {words.look}
      </p>
      <Seg
        className="mt-1.5 mb-4"
        label={words.look}
        value={theme}
        options={themes.map((name) => ({ value: name, label: words.looks[name] }))}
        onChange={(name) => {
          setTheme(name);
          choose(name);
        }}
      />
      <p className="label pt-0!" aria-hidden="true">
        {words.language}
      </p>
      <Seg
        className="mt-1.5 mb-4"
        label={words.language}
        value={language}
        options={Object.entries(languages).map(([name, label]) => ({ value: name as Language, label, lang: name }))}
        onChange={(name) => setRefused(!setLanguage(name))}
      />
      {refused && (
        <p className="note" role="status">
          {frameStrings.languageFailed}
        </p>
      )}
      <dl className="pairs mb-4">
        <dt>{words.node}</dt>
        <dd data-testid="node-id">{status.node.id}</dd>
        <dt>{words.fingerprint}</dt>
        <dd>{status.node.fingerprint}</dd>
        <dt>{words.version}</dt>
        <dd>{status.node.version}</dd>
        <dt>{words.address}</dt>
        <dd>{location.host}</dd>
      </dl>
      {!hosted() && (
        <button type="button" className="btn" onClick={logout}>
          {words.logout}
        </button>
      )}
    </Section>
  );
}

/** On a phone there is no rail: the nodes nearby have a section. */
export function NearbySection() {
  const nearby = useNearby(true);
  const nodes = nearby?.nodes ?? [];
  return (
    <div className="phone">
      <Section id="nearby" title={words.nearby}>
        {nodes.length === 0 ? (
          <p className="sm">{words.nearbyNone}</p>
        ) : (
          <ul>
            {nodes.map((node) => (
              <li key={`${node.id}${node.host}${node.port}`} className="flex min-h-12 items-center gap-2">
                <a href={nodeUrl(node)}>{node.name}</a>
                <span className="sm ml-auto">
                  {node.addresses[0] ?? node.host}:{node.port}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}
