import type { frameStrings as en } from '../en/frame.ts';
import { lasting, number, percent, plural } from '../format.ts';
import type { Translated } from '../language.ts';

export const frameStrings: Translated<typeof en> = {
  app: 'EnergyMesh',

  notKnown: 'No se sabe',

  you: 'Tú',

  // It stands after "a través de" and in lists, where "tú" would have to change its form.
  youWithin: 'este nodo',

  skip: 'Ir al contenido',

  languageFailed: 'No ha cambiado: este navegador no guarda nada para esta página.',

  nav: {
    main: 'Principal',
    home: 'Inicio',
    mesh: 'Malla',
    traffic: 'Tráfico',
    earnings: 'Ingresos',
    settings: 'Ajustes',
    nearby: 'Nodos en esta red',
    noNearby: 'Aún no se ve ninguno',
    address: 'Esta página',
  },

  titles: {
    home: 'Inicio',
    mesh: 'Malla',
    traffic: 'Tráfico',
    earnings: 'Ingresos',
    settings: 'Ajustes',
    login: 'Entrar',
    setup: 'Puesta en marcha',
    nodes: 'Tus nodos',
    pair: 'Añadir un nodo',
  },

  link: {
    live: (clock) => clock,
    liveLabel: 'en directo',
    asking: 'preguntando',
    saved: (clock) => `guardado ${clock}`,
    notYet: 'aún sin respuesta',
  },

  band: {
    unreachable: (name, since) => `${name} no responde desde hace ${since}`,
    unreachableNext:
      'Puede estar apagado, desenchufado o arrancando, o tu teléfono ha salido de su red. Mira su luz y tu Wi-Fi. Debajo está lo último que dijo; esta página sigue preguntando.',
    neverHeard: 'Este nodo no responde',
    neverHeardNext: 'Puede estar apagado, arrancando o en otra red. Mira su luz y tu Wi-Fi. Esta página sigue preguntando.',
    offline: 'Tu teléfono está sin conexión',
    offlineNext: (name) => `Lo más probable es que ${name} esté bien. Vuelve a su red para verlo. Debajo está lo último que dijo.`,
    old: (name, age) => `Lo que dice ${name} tiene ${age}`,
    oldNext: 'Responde, pero sus cifras se han parado. Reinicia su agente si esto dura más de unos minutos.',
    forged: 'Una respuesta no venía de tu nodo',
    forgedNext: 'Puede que alguien en esta red esté en medio. No se muestra nada de ella. Comprueba la dirección y la red, y carga la página de nuevo.',
    tryAgain: 'Probar otra vez',
    whatToCheck: 'Qué comprobar',
    checks: [
      'Su luz está encendida.',
      'Tu teléfono está en la misma red que el nodo.',
      'La dirección de esta página sigue siendo la suya: un router puede haberle dado otra.',
      'Han pasado dos minutos desde que se enchufó.',
    ],
  },

  say: {
    asking: (name) => (name ? `Preguntando a ${name} cómo está.` : 'Preguntando a este nodo cómo está.'),
    onlineFor: (ms) => `En línea desde hace ${lasting(ms)}.`,
    neighbours: (count) => (count === 0 ? 'Aún sin vecinos.' : `${plural(count, 'vecino', 'vecinos')}.`),
    packetsToday: (count) => ({ figure: number(count), rest: count === 1 ? ' paquete hoy.' : ' paquetes hoy.' }),
    asOf: (clock) => `A las ${clock}:`,
    neighboursThen: (count) => `${plural(count, 'vecino', 'vecinos')},`,
    alone: ['Tu nodo está bien,', 'pero aún no oye a nadie.'],
    aloneLede: (community, ms) =>
      `Escucha por si oye a ${community || 'una comunidad'}${ms === undefined ? '' : ` desde hace ${lasting(ms)}`}. Sigue intentándolo solo.`,
    noGateway: (neighbours) => [`${plural(neighbours, 'vecino', 'vecinos')},`, 'pero ninguna pasarela.'],
    noGatewayLede: (waiting, ms) =>
      `${ms === undefined ? 'No se llega a ninguna pasarela.' : `Desde hace ${lasting(ms)} no se llega a ninguna pasarela.`} ${kept(waiting)} Busca otro camino por sí solo.`,
    backendCut: ['Esta pasarela', 'no llega al backend.'],
    backendCutLede: (waiting, ms, url) =>
      `Sin respuesta${url ? ` de ${url}` : ''} desde hace ${lasting(ms)}. ${kept(waiting)} Comprueba la salida a internet de esta pasarela.`,
  },

  answers: {
    label: 'En resumen',
    well: '¿Bien?',
    carrying: '¿Reenvía?',
    way: '¿Salida?',
    yes: 'Sí',
    ready: 'Listo',
    keeping: 'Guarda paquetes',
    needsYou: 'Te necesita',
    gateway: 'Es una pasarela',
    none: 'Ninguna',
    when: (clock) => `a las ${clock}`,
    lastHeard: (answer, detail) => `${answer} en su última señal${detail ? `: ${detail}` : ''}`,
    nothingYet: 'Hoy aún no ha transportado nada',
    perMinute: (count) => `${number(count)} por minuto ahora`,
    quietNow: 'en calma este minuto',
    waiting: (count, oldest) => (count === 0 ? 'nada en espera' : `${number(count)} en espera${oldest ? `, el más antiguo ${oldest}` : ''}`),
    today: (count) => plural(count, 'paquete', 'paquetes'),
    hops: (count, cost) => `${plural(count, 'salto', 'saltos')}, ${cost}`,
    backendSince: (span) => `conectado al backend desde hace ${span}`,
    backendConnecting: 'conectando con el backend',
    backendLost: (span) => `sin respuesta del backend desde hace ${span}`,
    noneNext: 'Los paquetes se guardan aquí hasta que vuelva una pasarela',
    temperature: (value) => `${number(value)} °C`,
    disk: (share) => `disco lleno al ${percent(share)}`,
    clock: { true: 'reloj fiable', false: 'reloj aún sin ajustar' },
  },

  /** Home's third answer. */
  earned: {
    unit: 'XLM',
    playUnit: 'XLM de prueba',
    question: '¿Gana?',
    today: (amount, unit) => `${amount} ${unit} hoy`,
    nothing: 'Hoy nada todavía',
    balance: (amount) => `Saldo ${amount}`,
    paid: (amount) => `Pagado este mes ${amount}`,
    clock: 'Espera al reloj',
    clockNext: 'Las horas cuentan cuando este nodo sabe qué hora es',
    noWallet: 'Aún sin monedero. Las recompensas lo esperan',
    asked: 'En registro en el contrato',
  },

  problems: {
    'no-neighbour': 'No oye a ningún vecino. Llévalo a una ventana o revisa la antena.',
    'no-gateway': 'No se llega a ninguna pasarela. Los paquetes se guardan hasta que haya una.',
    'no-backend': 'El backend no responde. Comprueba la salida a internet.',
    'spool-full': 'No queda sitio para guardar paquetes. Los dispositivos esperan hasta que vuelva la salida.',
    'disk-full': 'El disco está lleno. Libera espacio o pon una tarjeta mayor.',
    'clock-untrusted': 'El reloj aún no está ajustado. Se ajusta solo cuando responde la red.',
    'certificate-stale': 'Su certificado ha caducado. Conéctalo a la comunidad para que lo renueve.',
    'not-enrolled': 'Aún no es miembro de una comunidad. Inscríbelo con una invitación.',
  },

  broken: {
    say: 'Esta página ha tropezado con un fallo suyo.',
    next: 'El nodo no se ve afectado. Carga la página de nuevo; si se repite, cuenta a la comunidad qué había en la pantalla.',
    again: 'Cargar de nuevo',
    unfetched: {
      say: 'No se pudo traer una parte de esta página.',
      next: 'El nodo acaba de callar o de actualizarse. Carga la página de nuevo cuando responda; puede que otras páginas sí se abran.',
    },
  },

  notFound: {
    say: 'Esta página no existe.',
    why: 'La dirección puede estar mal escrita o ser de una versión anterior de este nodo. El nodo no se ve afectado.',
    next: 'Ir a Inicio',
  },

  /** How well one end of a link hears the other. */
  quality: { strong: 'fuerte', good: 'bien', weak: 'débil', poor: 'mal', none: 'no se oye' },
};

function kept(waiting: number): string {
  return waiting === 0 ? 'Aquí no espera nada.' : `${plural(waiting, 'paquete guardado', 'paquetes guardados')} aquí, ninguno perdido.`;
}
