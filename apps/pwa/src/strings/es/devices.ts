import type { devicesStrings as en } from '../en/devices.ts';
import { plural } from '../format.ts';
import type { Translated } from '../language.ts';

/** Settings of devices: all of the community's, and the credentials of a new one. */
export const devicesStrings: Translated<typeof en> = {
  deviceSettings: {
    asking: 'Preguntando al nodo por sus dispositivos.',
    say: (known, connected) =>
      known === 0
        ? 'La comunidad aún no tiene ningún dispositivo.'
        : `${plural(known, 'dispositivo', 'dispositivos')}, ${connected} ${connected === 1 ? 'conectado' : 'conectados'} aquí.`,
    lede: 'Cualquier nodo acepta cualquier dispositivo de la comunidad, así que un dispositivo puede cambiar de sitio.',
    none: 'Añade un contador o una cerradura: recibe un nombre y una contraseña, y habla por MQTT con el nodo más cercano.',
    roles: { donor: 'da energía', recipient: 'toma energía', meter: 'contador', lock: 'cerradura o interruptor' },
    here: 'conectado aquí',
    at: (node) => `en ${node}`,
    seen: (age) => `aquí ${age}`,
    never: 'este nodo no lo ha visto',
    today: (count) => `${plural(count, 'mensaje', 'mensajes')} hoy`,
    topics: 'Temas',
    publishes: 'habla en',
    hears: 'escucha en',
    publishesTitle: 'Habla en',
    hearsTitle: 'Escucha en',
    added: (by, day) => `Añadido por ${by ?? 'quien administra'}, ${day}.`,
    addedHere: (day) => `Añadido aquí, ${day}.`,
    revoke: 'Revocar',
    revokeOf: (id) => `Revocar ${id}`,
    revokeSay: (id) => `¿Revocar ${id}?`,
    revokeNext: 'Su contraseña deja de valer en todos los nodos en cuanto se enteran. Para recuperarlo, añádelo otra vez y vuelve a grabarlo.',
    revokeDo: 'Revocarlo',
    keep: 'Conservarlo',
    close: 'Cerrar',
    hubAway: 'Ahora no se pueden añadir ni revocar dispositivos.',
    again: 'Preguntar otra vez',

    add: 'Añadir un dispositivo',
    addTitle: 'Un dispositivo nuevo',
    id: 'Nombre del dispositivo',
    idHint: 'De 1 a 32 caracteres: de la a a la z, de 0 a 9 y guiones, como contador-molino.',
    noId: 'Escribe de 1 a 32 caracteres: de la a a la z, de 0 a 9 y guiones, sin espacios ni mayúsculas.',
    role: 'Qué es',
    make: 'Crear su contraseña',
    making: 'Preguntando al hub.',
    silent: 'El nodo no respondió. Mira la lista antes de probar otra vez: puede que el dispositivo ya esté.',

    made: (id) => `${id} está listo.`,
    once: 'Esto se muestra una sola vez. El hub no guarda copia de la contraseña. Sin ella, revoca el dispositivo y añádelo otra vez.',
    address: 'Bróker',
    port: 'Puerto',
    username: 'Usuario',
    password: 'Contraseña',
    name: 'Nombre en el certificado',
    fingerprint: 'Huella de la CA',
    qr: (id) => `Lo que necesita ${id}, como código para escanear`,
    qrNext: 'El código lo tiene todo menos el certificado.',
    copy: 'Copiar',
    copyPassword: 'Copiar la contraseña',
    ca: 'Certificado de la CA',
    saveCa: 'Guardar como archivo',
    snippet: 'Para un ESP32',
    snippetNext: 'ESP-IDF 5.1 o posterior. En el IDE de Arduino, el mismo cliente viene con el núcleo ESP32, 3.0 o posterior.',
    copySnippet: 'Copiar el código',
    done: 'Ya lo tengo',
  },
};
