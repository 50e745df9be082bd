'use client';
import type { ReactNode } from 'react';
import { Page } from '../frame/frame.tsx';
import { Back } from './back.tsx';

/** One page behind the list: the way back, its sentence, what it has. */
export function SettingsPage({ say, lede, children }: { say: string; lede?: ReactNode; children: ReactNode }) {
  return (
    <Page>
      <div className="narrow">
        <Back />
        <h1 className="say">{say}</h1>
        {lede && <p className="lede">{lede}</p>}
        {children}
      </div>
    </Page>
  );
}
