import type { ComponentType } from 'react';
import { settingsStrings } from '../strings/settings.ts';
import type { SettingsPart } from './href.ts';

export type SettingsGroup = keyof typeof settingsStrings.settings.groups;

export interface SettingsSection {
  readonly part: SettingsPart;
  /** Under which heading of the list; without one it is reached from elsewhere. */
  readonly group?: SettingsGroup;
  readonly load: () => Promise<{ default: ComponentType }>;
}

/** Every page under /settings, in the order of the list: a title in the catalogue and an entry here make a page. */
export const sections: readonly SettingsSection[] = [
  { part: 'mesh', group: 'network', load: () => import('./network/mesh-page.tsx').then((module) => ({ default: module.MeshPage })) },
  { part: 'access-point', group: 'network', load: () => import('./network/access-point-page.tsx').then((module) => ({ default: module.AccessPointPage })) },
  { part: 'internet', group: 'network', load: () => import('./network/internet-page.tsx').then((module) => ({ default: module.InternetPage })) },
  { part: 'tunnels', group: 'network', load: () => import('./network/tunnels-page.tsx').then((module) => ({ default: module.TunnelsPage })) },
  { part: 'people', group: 'people', load: () => import('../people/people.tsx').then((module) => ({ default: module.People })) },
  { part: 'phones', group: 'people', load: () => import('./phones.tsx').then((module) => ({ default: module.Phones })) },
  { part: 'programs', group: 'people', load: () => import('./programs-page.tsx').then((module) => ({ default: module.ProgramsPage })) },
  { part: 'devices', group: 'devices', load: () => import('./devices/devices-page.tsx').then((module) => ({ default: module.DevicesPage })) },
  { part: 'sessions', group: 'people', load: () => import('./node/sessions-page.tsx').then((module) => ({ default: module.SessionsPage })) },
  { part: 'backend', group: 'node', load: () => import('./node/backend-page.tsx').then((module) => ({ default: module.BackendPage })) },
  { part: 'updates', group: 'node', load: () => import('./node/updates-page.tsx').then((module) => ({ default: module.UpdatesPage })) },
  { part: 'advanced', group: 'node', load: () => import('./node/advanced-page.tsx').then((module) => ({ default: module.AdvancedPage })) },
  { part: 'reset', group: 'node', load: () => import('./node/reset-page.tsx').then((module) => ({ default: module.ResetPage })) },
  { part: 'change', load: () => import('./network/change-page.tsx').then((module) => ({ default: module.ChangePage })) },
];

export const groups = Object.keys(settingsStrings.settings.groups) as SettingsGroup[];
