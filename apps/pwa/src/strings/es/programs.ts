import type { programsStrings as en } from '../en/programs.ts';
import type { Translated } from '../language.ts';

/** Settings, other programs. */
export const programsStrings: Translated<typeof en> = {
  programs: {
    say: 'Lo que otros programas leen de este nodo.',
    lede: 'Home Assistant, Grafana, un script: cada uno recibe un token y lee lo que muestran estas páginas. Ninguno puede cambiar nada.',
    name: 'Qué programa',
    nameHint: 'Su nombre, para esta lista: Home Assistant',
    make: 'Crear un token',
    title: 'Programas con token',
    none: 'Ningún programa tiene uno todavía.',
    made: (when) => `creado ${when}`,
    used: (when) => `usado por última vez ${when}`,
    unused: 'nunca usado',
    revoke: 'Revocar',
    sure: 'Sí, revocar',
    fresh: {
      title: (name) => `Token para ${name}`,
      lede: 'Cópialo ahora en el programa: no se muestra otra vez. Si se pierde, revócalo y crea otro.',
      token: 'Token',
      copy: 'Copiar el token',
      example: 'Pruébalo',
      copyExample: 'Copiar la orden',
      close: 'Cerrar',
    },
    plain: 'Quien pueda escuchar en tu red podría leer el token por el camino, y después leer lo que muestran estas páginas.',
  },
};
