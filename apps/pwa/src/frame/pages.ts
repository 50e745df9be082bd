import { type ComponentType, lazy } from 'react';

/** The pages' code, by address. */
export const loaders: Readonly<Record<string, () => Promise<{ default: ComponentType }>>> = {
  '/': () => import('../home/home.tsx').then((module) => ({ default: module.Home })),
  '/mesh': () => import('../mesh/mesh.tsx').then((module) => ({ default: module.Mesh })),
  '/traffic': () => import('../traffic/traffic.tsx').then((module) => ({ default: module.Traffic })),
  '/earnings': () => import('../earnings/earnings.tsx').then((module) => ({ default: module.Earnings })),
  '/setup': () => import('../setup/setup.tsx').then((module) => ({ default: module.Setup })),
  '/login': () => import('../session/login-page.tsx').then((module) => ({ default: module.Login })),
};

export const pages: Readonly<Record<string, ComponentType | undefined>> = Object.fromEntries(Object.entries(loaders).map(([path, load]) => [path, lazy(load)]));
