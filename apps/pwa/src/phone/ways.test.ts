import { describe, expect, it } from 'vitest';
import { NoWay, type Permission, Ways } from './ways.ts';

const bytes = new Uint8Array([1]);
const silent = (): never => {
  throw new TypeError('Failed to fetch');
};

function world({ permission = 'granted' as Permission, direct = silent as () => Response, hub = (() => new Response('h')) as () => Response } = {}) {
  const world = { permission, direct, hub, now: 0, asked: [] as string[] };
  const ways = new Ways(
    {
      fetch: async (input) => {
        world.asked.push(String(input));
        return String(input).startsWith('http://') ? world.direct() : world.hub();
      },
      permission: async () => world.permission,
      now: () => world.now,
    },
    'a1',
    () => ['192.168.4.1:8080', '10.0.0.1:8080'],
  );
  return { world, send: (twice = true, ask = false) => ways.send(bytes, { twice, ask }), ways };
}
const faultOf = async (sent: Promise<unknown>) => {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof NoWay)) throw new Error('expected NoWay');
  return { direct: error.direct, hub: error.hub };
};

describe('the ladder', () => {
  it('goes straight to the node where it may, and stays with the address that answered', async () => {
    const { world: w, send } = world({ direct: () => new Response('d') });
    expect((await send()).way).toEqual({ at: 'direct', address: '192.168.4.1:8080' });
    w.asked.length = 0;
    await send(false);
    expect(w.asked).toEqual(['http://192.168.4.1:8080/phone']);
  });

  it('goes by the hub when the local network is silent, and tries that again later or on another network', async () => {
    const { world: w, send, ways } = world();
    expect((await send()).way).toEqual({ at: 'hub' });
    expect(ways.directFault).toBe('no-answer');
    w.asked.length = 0;
    await send();
    expect(w.asked).toEqual(['/call/a1']);
    w.now = 30_000;
    w.direct = () => new Response('d');
    expect((await send()).way.at).toBe('direct');
    ways.forget();
    w.direct = silent;
    expect((await send()).way.at).toBe('hub');
  });

  it('takes what waits for news by the way that is known, does not judge the local network by it, and lets it be ended', async () => {
    const { world: w, ways, send } = world({ direct: () => new Response('d') });
    const waiting = { twice: true, waitMs: 20_000, signal: new AbortController().signal };
    expect((await ways.send(bytes, waiting)).way.at).toBe('hub');
    expect(w.asked).toEqual(['/call/a1']);
    await send();
    expect((await ways.send(bytes, waiting)).way.at).toBe('direct');
    const ended = new AbortController();
    ended.abort(new Error('the page is gone'));
    w.direct = silent;
    w.hub = silent;
    await expect(ways.send(bytes, { ...waiting, signal: ended.signal })).rejects.toThrow('the page is gone');
  });

  it('sends once what must not be done twice', async () => {
    const { world: w, send } = world({ direct: () => new Response('d') });
    await send();
    w.direct = silent;
    w.asked.length = 0;
    expect(await faultOf(send(false))).toEqual({ direct: 'no-answer', hub: undefined });
    expect(w.asked).toEqual(['http://192.168.4.1:8080/phone']);
    await send(false);
    expect(w.asked.at(-1)).toBe('/call/a1');
  });

  it.each([
    ['denied', 'permission-denied'],
    ['prompt', 'permission-open'],
    ['unsupported', 'not-in-this-browser'],
  ] as const)('permission %s: never knocks, and says why', async (permission, fault) => {
    const { world: w, send } = world({ permission, hub: () => Response.json({ error: { code: 'no-answer', heardAt: 5 } }, { status: 504 }) });
    expect(await faultOf(send())).toEqual({ direct: fault, hub: { why: 'no-answer', heardAt: 5 } });
    expect(w.asked).toEqual(['/call/a1']);
  });

  it('lets the browser ask when a person wants it to', async () => {
    const { send } = world({ permission: 'prompt', direct: () => new Response('d') });
    expect((await send(true, true)).way.at).toBe('direct');
  });

  it.each([
    ['a hub that is away', silent, { why: 'unreachable' }],
    ['a hub that has too much to do', () => Response.json({ error: { code: 'slow-down' } }, { status: 429 }), { why: 'slow-down' }],
    ['a hub that does not know the node', () => Response.json({ error: { code: 'no-such-node' } }, { status: 404 }), { why: 'no-such-node' }],
    ['what is no hub', () => new Response('<html>', { status: 502 }), { why: 'unreachable' }],
  ] as const)('%s', async (_what, hub, fault) => {
    expect(await faultOf(world({ hub }).send())).toEqual({ direct: 'no-answer', hub: fault });
  });
});
