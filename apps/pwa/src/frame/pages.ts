import { type ComponentType, lazy } from 'react';
import { hrefOf } from '../settings/href.ts';
import { sections } from '../settings/sections.ts';

/** The pages' code, by address. */
export const loaders: Readonly<Record<string, () => Promise<{ default: ComponentType }>>> = {
  '/': () => import('../home/home.tsx').then((module) => ({ default: module.Home })),
  '/mesh': () => import('../mesh/mesh.tsx').then((module) => ({ default: module.Mesh })),
  '/traffic': () => import('../traffic/traffic.tsx').then((module) => ({ default: module.Traffic })),
  '/earnings': () => import('../earnings/earnings.tsx').then((module) => ({ default: module.Earnings })),
  '/settings': () => import('../settings/settings.tsx').then((module) => ({ default: module.Settings })),
  ...Object.fromEntries(sections.map(({ part, load }) => [hrefOf(part), load])),
  '/setup': () => import('../setup/setup.tsx').then((module) => ({ default: module.Setup })),
  '/login': () => import('../session/login-page.tsx').then((module) => ({ default: module.Login })),
};

/** Of the app, which has no node of its own; on a node's own page they lead home. */
const appOnly = lazy(() => import('../phone/app-only.tsx').then((module) => ({ default: module.AppOnly })));

export const pages: Readonly<Record<string, ComponentType | undefined>> = {
  ...Object.fromEntries(Object.entries(loaders).map(([path, load]) => [path, lazy(load)])),
  '/nodes': appOnly,
  '/pair': appOnly,
};
