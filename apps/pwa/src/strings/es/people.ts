import type { peopleStrings as en } from '../en/people.ts';
import { plural } from '../format.ts';
import type { Translated } from '../language.ts';

export const peopleStrings: Translated<typeof en> = {
  people: {
    say: {
      asking: 'Preguntando al hub quién quiere unirse.',
      none: 'Nadie espera para unirse.',
      waiting: (count) => `${plural(count, 'nodo pide', 'nodos piden')} unirse.`,
      noMember: 'Únete primero a una comunidad.',
      noMemberLede: 'Después dejas entrar a otros desde aquí, con una invitación o con tu palabra.',
      toSetup: 'Seguir configurando',
      lede: 'Cualquier miembro de la comunidad deja entrar a vecinos: con una invitación, o aprobando un nodo que lo pide.',
    },

    trouble: 'No se pudo preguntar al hub.',
    troubleThen: (age) => `Debajo está lo que dijo ${age}.`,
    again: 'Probar otra vez',
    failed: 'No ha funcionado.',
    silent: 'El nodo no responde ahora mismo. Puede que se haya hecho de todos modos; mira debajo dentro de un momento.',

    requests: {
      title: 'Piden unirse',
      none: 'Un nodo sin invitación aparece aquí cuando su operador elige «Pedir unirse».',
      asked: (age) => `Lo pidió ${age}`,
      compare: 'Compara este código con el de su pantalla. Déjalo entrar solo si son iguales.',
      approve: 'Mismo código: que entre',
      refuse: 'Rechazar',
      refuseSay: (name) => `¿Rechazar ${name}?`,
      refuseOnce: 'Rechazar por ahora',
      refuseOnceNext: 'Puede pedirlo otra vez mañana.',
      refuseForGood: 'Rechazar para siempre',
      cancel: 'Volver',
      gateway: 'Puede ser pasarela',
      gatewayNext: 'Las pasarelas llegan por sí mismas al backend, y aprenden cómo.',
    },

    invite: {
      title: 'Invitar a un vecino',
      uses: 'Para cuántos nodos',
      usesOf: (uses) => (uses === 1 ? 'Uno' : `Hasta ${uses}`),
      lasts: 'Vale durante',
      days: (days) => plural(days, 'día', 'días'),
      role: 'Qué será',
      roles: { relay: 'Nodo', gateway: 'Pasarela' },
      make: 'Crear una invitación',
      full: (max) => `Hay ${max} invitaciones abiertas. Retira una debajo para crear otra.`,
    },

    made: {
      title: 'Tu invitación',
      lede: (community, uses, until) => `Deja entrar ${plural(uses, 'nodo', 'nodos')} en ${community}, hasta ${until}.`,
      once: 'Se muestra solo ahora. Quien la tiene puede entrar: enséñala, o envíala a una sola persona.',
      qr: 'La invitación como código QR',
      photo: 'En el asistente del nodo nuevo: «Haz una foto de la invitación».',
      copy: 'Copiar el texto',
      save: 'Guardar como archivo',
      saveNext: 'Pon energymesh-invite.txt en la partición de arranque de una tarjeta SD y el nodo se une sin ninguna pantalla.',
      done: 'Hecho',
      close: 'Cerrar',
    },

    open: {
      title: 'Invitaciones abiertas',
      none: 'Ninguna. No aparecen las que se han usado del todo o han terminado.',
      left: (uses, max) => (max === 1 ? 'Para un nodo' : `Quedan ${max - uses} de ${max}`),
      gateway: 'como pasarela',
      until: (until) => `Hasta ${until}`,
      withdraw: 'Retirar',
      sure: 'Retirarla ahora',
    },

    nodes: {
      title: 'Nodos de la comunidad',
      gateway: 'puerta de enlace',
      since: (day) => `desde el ${day}`,
      here: 'este nodo',
      out: (day) => `expulsado el ${day}`,
      putOut: 'Expulsar',
      sure: 'Expulsar para siempre',
      sureNext: 'Ningún nodo enlaza ya con él, y no puede volver con esta clave.',
      leave: 'Dejarlo dentro',
    },

    keys: {
      title: 'Las claves de la comunidad',
      here: (name, members, max) =>
        `${name} se creó en este nodo, que guarda sus claves: ${plural(members, 'nodo', 'nodos')} de ${max} como máximo. Déjalo encendido, y guarda una copia de las claves.`,
      moved: (hub) =>
        `Ahora es el hub en ${hub} quien deja entrar. Los nodos que aún preguntan aquí van allí. Deja este nodo encendido hasta que hayan preguntado todos, dos semanas.`,
      address: 'Otros preguntan en',
      backup: 'Guardar copia de las claves',
      backupNext: 'Un archivo que se abre solo con su contraseña. Con él se hace un hub que toma el relevo de este nodo.',
      passphrase: 'Contraseña de la copia',
      again: 'Otra vez',
      save: 'Guardar el archivo',
      short: (min) => `Escribe al menos ${min} caracteres. Sin la contraseña nadie puede abrir el archivo.`,
      differ: 'Las dos no son iguales.',
      saved: 'Guardado. Ten el archivo y la contraseña lejos de este nodo.',
      move: 'Dar el relevo a un hub',
      moveNext: 'Primero haz el hub con la copia (energymesh-hub import-community), y escribe aquí su dirección.',
      hub: 'Dirección del hub',
      moveIt: 'Toma el relevo ahora',
    },

    decided: {
      title: 'Últimamente',
      approved: (name, by) => `${by} dejó entrar a ${name}`,
      refused: (name, by, forGood) => `${by} rechazó a ${name}${forGood ? ' para siempre' : ''}`,
    },
  },
};
