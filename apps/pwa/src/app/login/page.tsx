import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Login } from '../../session/login-page.tsx';
import { strings } from '../../strings/index.ts';

export const metadata: Metadata = { title: strings.titles.login };

export default function Route() {
  return (
    <Suspense>
      <Login />
    </Suspense>
  );
}
