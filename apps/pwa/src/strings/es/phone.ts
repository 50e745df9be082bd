import type { phoneStrings as en } from '../en/phone.ts';
import { plural } from '../format.ts';
import type { Translated } from '../language.ts';

export const phoneStrings: Translated<typeof en> = {
  phone: {
    titles: { nodes: 'Tus nodos', pair: 'Añadir un nodo', phones: 'Teléfonos' },

    /** On the node's own page. */
    phones: {
      say: (count) =>
        count === 0
          ? ['Ningún teléfono está vinculado', 'con este nodo todavía.']
          : [`${plural(count, 'teléfono puede', 'teléfonos pueden')} ver`, 'y usar este nodo.'],
      lede: 'Un teléfono vinculado llega a este nodo desde la app, en casa y fuera. No puede mover dinero, cambiar la red ni vincular otros: para eso hace falta la contraseña.',
      asking: 'Preguntando qué teléfonos están vinculados.',
      add: 'Añadir un teléfono',
      full: (max) => `Hay sitio para ${max} teléfonos. Quita uno para añadir otro.`,
      list: 'Teléfonos vinculados',
      paired: (day) => `vinculado ${day}`,
      seen: (age) => `visto por última vez ${age}`,
      ways: { direct: 'en esta red', hub: 'a través del hub' },
      remove: 'Quitar',
      removeSay: (name) => `¿Quitar ${name}?`,
      removeNext: 'Desde este momento se le rechaza. Para volver hay que vincularlo de nuevo.',
      keep: 'Conservarlo',
      failed: 'No se ha quitado: el nodo no respondió. Prueba otra vez.',
      noApp: 'El hub de esta comunidad no ofrece la app.',
      noAppNext: 'Quien lleva el hub la activa allí (docs/app.md). Los nodos se enteran solos.',
      code: {
        title: 'Añadir un teléfono',
        close: 'Cerrar',
        steps: ['Abre la cámara del teléfono, o «Añadir un nodo» en la app.', 'Apunta a este código.', 'Pulsa «Vincular» allí.'],
        label: 'Código que vincula un teléfono con este nodo',
        ends: (span) => `Vale una vez, durante ${span}`,
        ended: 'Este código ha terminado.',
        again: 'Mostrar un código nuevo',
        secret: 'Quien lo escanea primero queda vinculado. No lo enseñes a nadie más.',
        copy: 'Copiar el enlace',
        done: (name) => `${name} está vinculado.`,
        doneNext: 'Ya puede salir de esta red.',
        failed: 'Sin código: el nodo no respondió.',
      },
    },

    /** In the app. */
    nodes: {
      say: (count) => (count === 0 ? ['Esta app aún no tiene', 'ningún nodo.'] : [plural(count, 'nodo', 'nodos'), 'en esta app.']),
      lede: 'Vincúlala una vez con un nodo que sea tuyo: en la página del propio nodo, en Teléfonos, hay un código para ello.',
      add: 'Añadir un nodo',
      addNext: 'Con el código de la página del propio nodo',
      list: 'Nodos vinculados',
      remove: 'Quitar de este teléfono',
      removed: (name) => `¿Quitar ${name} de este teléfono? Sus últimas cifras se van también.`,
      yes: 'Quitar',
      no: 'Conservarlo',
      heard: (age) => `última señal ${age}`,
      never: 'aún sin señal',
      again: 'Probar otra vez',
      allow: 'Permitir la red local',
      nearby: 'Cerca',
      nearbyFrom: (name) => `como los ve ${name}`,
      nearbyNone: (name) => `${name} no ve ningún otro nodo en su red.`,
      nearbyNext: 'Abre la página de uno en su propia red para vincularlo.',
      states: { relay: 'nodo', gateway: 'pasarela' },
      back: 'Todos los nodos',
    },

    line: {
      asking: 'Buscando un camino',
      direct: 'En esta red',
      hub: 'A través del hub',
      /** Why not straight, while the hub is there. */
      around: {
        'not-in-this-browser': 'Este navegador no deja que ninguna página llegue a la red local. Chrome en Android y en ordenadores sí.',
        'permission-denied': 'Has negado a esta app la red local. Permítela para esta página en los ajustes del navegador y llegará directamente al nodo.',
        'permission-open': 'Este navegador puede llegar directamente al nodo cuando permitas la red local.',
        'no-address': 'El nodo no ha dado ninguna dirección de su red.',
        'no-answer': 'No está en esta red: es otro Wi-Fi, o uno que separa a sus invitados.',
      },
      down: {
        offline: { say: 'Tu teléfono está sin conexión', next: 'Lo que se muestra es lo último que dijo el nodo.' },
        hub: { say: 'No se llega al hub', next: 'El nodo puede estar bien. Únete a su red, o prueba otra vez cuando tengas internet.' },
        busy: { say: 'El hub tiene demasiado trabajo', next: 'Se pregunta otra vez solo dentro de un momento.' },
        gone: { say: 'La comunidad ya no conoce este nodo', next: 'Su operador puede decir si se revocó o se puso en marcha de nuevo.' },
        silent: (clock) => ({
          say: clock === undefined ? 'El hub nunca ha oído a este nodo' : `No se oye al nodo desde ${clock}`,
          next: 'Está apagado, o aislado de la malla. Mira su corriente; lo que se muestra es lo último que dijo.',
        }),
        /** Heard a moment ago, and yet no answer. */
        slow: { say: 'Ahora no llega respuesta por la malla', next: 'El nodo se oyó hace un momento. Se pregunta otra vez solo.' },
        apart: 'Tampoco está en la red de este teléfono.',
        denied: 'Esta app no puede llegar a la red local: permítela para esta página en los ajustes del navegador.',
        once: { say: 'No se sabe si se hizo', next: 'El nodo calló entretanto. Mira las cifras antes de hacerlo otra vez.' },
      },
      revoked: {
        say: 'Este teléfono se quitó en el nodo',
        next: 'El nodo ya no le responde. Vincúlalo de nuevo en la página del propio nodo, o quita el nodo aquí.',
      },
    },

    pair: {
      say: ['Añade un nodo', 'a esta app.'],
      lede: 'En la página del propio nodo, abre Teléfonos y pulsa «Añadir un teléfono». Muestra un código.',
      camera: 'Escanear el código',
      cameraNext: 'Con la cámara de este teléfono',
      stop: 'Parar la cámara',
      noCamera: 'No se puede usar la cámara. Permítela para esta página, o haz una foto.',
      photo: 'Hacer o elegir una foto',
      photoNext: 'Del código en la otra pantalla',
      reading: 'Leyendo la foto',
      text: 'Pegar el enlace',
      textNext: 'Está debajo del código',
      field: 'Enlace del código',
      check: 'Usar este enlace',
      noCode: 'Esto no es el código de un nodo. Enseña el código entero, nítido y sin reflejos, o pega el enlace entero.',
      found: (name) => ['¿Vincular este teléfono', `con ${name}?`],
      foundLede: 'Recibe una clave propia, que nunca sale de este navegador. El nodo puede quitarlo en cualquier momento.',
      name: 'Nombre de este teléfono, como lo mostrará el nodo',
      pair: 'Vincular',
      pairing: 'Vinculando',
      other: 'Otro código',
      refused: {
        'wrong-code': 'Este código no es el último. Muestra uno nuevo en la página del nodo.',
        'code-ended': 'Este código ha terminado: vale una vez y durante diez minutos. Muestra uno nuevo en la página del nodo.',
        full: 'El nodo no tiene sitio para otro teléfono. Quita uno allí.',
        other: 'El nodo no lo ha aceptado. Muestra un código nuevo y prueba otra vez.',
      },
      forged: 'Quien respondió no es este nodo. No se ha vinculado nada.',
      noWay: 'No se llega al nodo, ni directamente ni a través del hub.',
    },

    install: {
      title: 'Instalar la app',
      say: 'Desde la pantalla de inicio arranca sola, también sin internet.',
      button: 'Instalar',
      ios: ['Pulsa Compartir', 'el cuadrado con la flecha, abajo o arriba en Safari', 'Elige «Añadir a pantalla de inicio»'],
      iosOther: 'Abre esta página en Safari: puede que otros navegadores en iPhone y iPad no la añadan a la pantalla de inicio.',
      desktop: 'En la barra de direcciones, pulsa el símbolo con la flecha, o elige «Instalar» en el menú del navegador.',
      desktopFirefox: 'Firefox en un ordenador no instala apps: abre esta página en Chrome o Edge. Aquí funciona igualmente, como página.',
      android: 'En el menú del navegador, elige «Añadir a pantalla de inicio».',
    },

    update: { say: 'Hay una versión nueva de la app.', button: 'Usarla ahora' },
  },
};
