import type { radioStrings as en } from '../en/radio.ts';
import { bandwidth, number, percent, plural } from '../format.ts';
import type { Translated } from '../language.ts';

/** A signal is below zero by nature: a real minus, with its unit. */
const dbm = (value: number) => `${value < 0 ? '\u2212' : ''}${number(Math.abs(Math.round(value)))} dBm`;

export const radioStrings: Translated<typeof en> = {
  radio: {
    one: (_words, on, driver, canMesh, canAccessPoint) => {
      const [what, note] = (driver !== undefined && drivers[driver]) || [driver === undefined ? 'una radio' : `una radio con el controlador ${driver}`];
      const can = canMesh
        ? `sirve para la malla${canAccessPoint ? ' o como punto de acceso' : ''}`
        : canAccessPoint
          ? 'sirve como punto de acceso, pero no para la malla'
          : 'no sirve ni para la malla ni como punto de acceso';
      return `${on} es ${what}: ${can}.${note ? ` ${note}` : ''}`;
    },
    title: 'Radio',
    label: 'Qué lleva tus enlaces',
    asking: 'Preguntando qué lleva los enlaces.',
    none: 'Esta máquina no tiene radio de malla: los enlaces van por Ethernet.',
    noneNext: 'Un nodo con radio muestra aquí lo bien que oye a cada vecino, por debajo de lo que transporta.',
    unreadable: 'No se puede leer lo que dicen las radios.',
    /** How many links run by radio. */
    links: (byRadio, all) =>
      all === 0
        ? 'Aún sin enlaces.'
        : byRadio === 0
          ? 'Ningún enlace va por radio.'
          : byRadio === all
            ? `${all === 1 ? 'El único enlace va' : `Los ${number(all)} enlaces van`} por radio.`
            : `${number(byRadio)} de ${plural(all, 'enlace', 'enlaces')} ${byRadio === 1 ? 'va' : 'van'} por radio.`,
    hears: (count) => (count === 0 ? 'La radio no oye a nadie.' : `La radio oye ${plural(count, 'nodo', 'nodos')}.`),
    noMesh: 'Aquí ninguna radio puede formar malla: los enlaces van por Ethernet.',
    stale: (age) => ({
      what: `Las radios se leyeron por última vez ${age}.`,
      next: 'Lo que sigue es de entonces. Su lector se ha parado; vuelve a arrancar con la máquina.',
    }),
    country: (code) => `País ${code}`,
    advice: 'Qué hacer',
    yours: 'Tus enlaces y lo que los lleva',
    heard: 'Se oyen, pero sin enlace',
    heardNext: 'Radios al alcance que no son vecinas: los enlaces de otro nodo sirven mejor, o no son de tu comunidad.',
    interfaces: 'Interfaces',
    clients: 'En tu punto de acceso',
    noClients: 'Ahora nadie.',
    reached: 'Alcanzables solo por radio',
    reachedNext: 'Sin el transporte: por aquí va lo que ni tú ni tus vecinos contáis como paquetes.',
    gateways: 'Salidas solo por radio',
    tunnels: 'Túneles',
    forwarded: 'Lo que pasa la propia radio',
    forwardedNext: 'Desde que se encendió. Nada de esto está entre los paquetes que transportó tu nodo.',
    frames: 'Tramas',
    size: 'Tamaño',
    dropped: 'Descartadas',
    management: 'Su propia charla',
    check: 'Qué puede hacer cada radio',
    problems: 'No leído',
    beneath: 'Qué lo lleva',
    kinds: { radio: 'Radio', hops: 'Varios saltos de radio', tunnel: 'Túnel', cable: 'Cable', other: 'Esta máquina' },
    on: (kind, name) => (name ? `${kind}, ${name}` : kind),
    signal: 'Señal',
    rate: 'Pasa',
    sent: 'Mbit/s ida / vuelta',
    way: 'Camino de radio',
    lastHeard: 'Última señal',
    speed: 'Velocidad',
    handshake: 'Último cambio de claves',
    firstHop: 'Primera radio',
    dbm,
    mbit: (value) => bandwidth(value * 1e6),
    rates: (sent, received) => [sent, received].map((rate) => (rate === undefined ? '?' : number(Math.round(rate)))).join(' / '),
    wayShare: (share) => percent(share),
    wayOf: (share) => `camino ${percent(share)}`,
    gone: 'ya no está',
    noAnswer: 'ahora la radio no lo conoce',
    uses: { mesh: 'malla', 'access point': 'punto de acceso', station: 'Wi-Fi', batman: 'caminos de radio', wireguard: 'túnel', wired: 'cable' },
    channel: (channel) => `canal ${number(channel)}`,
    up: 'encendida',
    down: 'apagada',
    through: (mac) => `a través de ${mac}`,
    straight: 'directo',
    offers: (down, up) => `${bandwidth(down * 1000)} de bajada, ${bandwidth(up * 1000)} de subida`,
    inUse: 'en uso',
    keys: { SAE: 'WPA3', WPA2: 'WPA2' },
    never: 'ninguno todavía',
    band: { radio: 'ancho: por radio', hops: 'punteado: varios saltos de radio' },
  },
};

const [good, noMesh] = ['Una buena elección para la malla.', 'Es más nuevo, pero su controlador no tiene malla.'];
/** By driver, as the radio check knows them. */
const drivers: Readonly<Record<string, readonly [string, string] | undefined>> = {
  brcmfmac: ['la radio integrada de la Pi', 'Como punto de acceso atiende a unos 7 dispositivos, con WPA2.'],
  mt76x2u: ['un adaptador MT7612U', good],
  mt76x0u: ['un adaptador MT7610U', good],
  mt7921u: ['un adaptador MT7921U (WiFi 6)', noMesh],
  mt7925u: ['un adaptador MT7925U (WiFi 7)', noMesh],
  ath9k_htc: ['un adaptador AR9271', 'Admite 8 vecinos como mucho, solo en 2,4 GHz.'],
  mac80211_hwsim: ['una radio virtual', 'Para hacer pruebas.'],
};
