import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Login } from '../../session/login-page.tsx';
import { frameStrings } from '../../strings/en/frame.ts';

export const metadata: Metadata = { title: frameStrings.titles.login };

export default function Route() {
  return (
    <Suspense>
      <Login />
    </Suspense>
  );
}
