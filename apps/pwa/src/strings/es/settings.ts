import type { settingsStrings as en } from '../en/settings.ts';
import { plural } from '../format.ts';
import type { Translated } from '../language.ts';

/** The list, and what the pages behind it share. The words of each page are in a file of its own. */
export const settingsStrings: Translated<typeof en> = {
  settings: {
    say: (name) => `Cómo está configurado ${name}.`,
    lede: 'Un cambio de la red se deshace solo si no lo confirmas.',
    back: 'Ajustes',
    groups: { network: 'Red', devices: 'Dispositivos', people: 'Personas', node: 'Este nodo' },
    /** By the last part of their address: each has a page under /settings. */
    parts: {
      mesh: 'Wi-Fi de la malla',
      'access-point': 'Punto de acceso',
      internet: 'Salida a internet',
      tunnels: 'Túneles',
      change: 'Cambio de la red',
      devices: 'Dispositivos',
      people: 'Personas e invitaciones',
      sessions: 'Quién está dentro',
      phones: 'Teléfonos',
      programs: 'Otros programas',
      backend: 'Backend',
      updates: 'Actualizaciones',
      advanced: 'Avanzado',
      reset: 'Restablecer de fábrica',
    },
    waits: 'Un cambio espera tu respuesta',
    waitsNext: (seconds) => `Los ajustes anteriores vuelven dentro de ${plural(seconds, 'segundo', 'segundos')}.`,
    applying: 'La red está cambiando',
    applyingNext: 'Mira cómo va.',
    values: {
      off: 'apagado',
      none: 'ninguno',
      ethernet: 'por cable',
      neighbours: 'por sus vecinos',
      byHand: 'configurado a mano',
      tunnels: (count) => plural(count, 'túnel', 'túneles'),
      devices: (connected, known) => `${connected} de ${known} conectados`,
      backend: { connected: 'conectado', connecting: 'conectando', unreachable: 'sin respuesta', 'not-a-gateway': 'por sus vecinos' },
    },
  },
};
