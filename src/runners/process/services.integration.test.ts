/** The supervisor's services with real processes: Node.js, the shell and npm. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { urlOf } from '../../base/endpoint.ts';
import { freePort } from '../../testing/free-port.ts';
import { leaksInvisible, portsOf, processesOf } from '../../testing/leaks.ts';
import { redisMissing } from '../../testing/redis.ts';
import type { RuntimeEvent } from '../runtime.ts';
import { logFile } from '../state.ts';
import type { ServicePlan } from './plan.ts';
import { isFree } from './ports.ts';
import { Services } from './services.ts';

const options = { ports: 'auto', timeoutMs: 30_000, stableForMs: 0 } as const;

let root: string;
let events: string[];
const running: Services[] = [];
const servers: Server[] = [];

const script = (name: string, text: string): string => {
  writeFileSync(path.join(root, name), text);
  return `${process.execPath} ${name}`;
};
/** A server that answers on PORT. */
const server = (name = 'server.js', before = '') =>
  script(
    name,
    `${before}
require('node:http').createServer((_, response) => response.end('yes')).listen(Number(process.env.PORT), '127.0.0.1');`,
  );
/** Runs until it is stopped, and says so once it can be. */
const never = `setInterval(() => {}, 1000); console.log('waits');`;
const waits = { kind: 'log', pattern: '^waits$' } as const;
const unready = { kind: 'runs', forMs: 60_000 } as const;

function service(name: string, command: string, more: Partial<ServicePlan> = {}): ServicePlan {
  return {
    name,
    program: { shell: command },
    cwd: root,
    inherited: { PATH: process.env.PATH ?? '', HOME: root },
    env: more.port === undefined ? {} : { PORT: '{port}' },
    ...(more.port !== undefined && { url: 'http://127.0.0.1:{port}' }),
    ready: more.port === undefined ? waits : { kind: 'http', path: '/', accepts: 'success' },
    restart: 'no',
    stop: { signal: 'SIGTERM', graceMs: 5000 },
    dependsOn: [],
    image: 'a program',
    ...more,
  };
}

function make(...services: ServicePlan[]): Services {
  const onEvent = (event: RuntimeEvent) => {
    if (event.type === 'service') events.push(`${event.service} ${event.state}`);
    else if (event.type === 'notice') events.push(event.message);
  };
  const plan = {
    root,
    runtime: 'process',
    services,
    urls: { docs: 'http://docs.test:81' },
    notices: [],
  };
  const made = new Services(plan, onEvent, () => {});
  running.push(made);
  return made;
}

const start = (...services: ServicePlan[]) => make(...services).up(options);

async function taken(
  host = '127.0.0.1',
  made: Server = createHttpServer((_, response) => response.end('other')),
) {
  servers.push(made);
  const port = await freePort();
  await new Promise<void>((resolve) => made.listen(port, host, resolve));
  return port;
}

const left = () => processesOf(root).map(({ command }) => command);

describe.skipIf(leaksInvisible)('services as processes', () => {
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'meatymusic-services-'));
    mkdirSync(path.join(root, '.meatymusic'));
    events = [];
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.down()));
    for (const each of servers.splice(0)) each.close();
    expect(left()).toEqual([]);
    rmSync(root, { recursive: true, force: true });
  });

  it('start in the order of their dependencies, announced once, and stop in the reverse order', async () => {
    const healthy = (name: string): ServicePlan['dependsOn'] => [{ service: name, until: 'healthy' }];
    const made = make(
      service('web', server(), { port: await freePort(), dependsOn: healthy('api') }),
      service('api', server(), { port: await freePort(), dependsOn: healthy('store') }),
      service('store', server(), { port: await freePort() }),
    );
    await made.up(options);
    await made.up(options);
    const order = ['store', 'api', 'web'];
    expect(events).toEqual(order.flatMap((name) => [`${name} starting`, `${name} healthy`]));
    expect((await made.status()).map(({ service, state }) => `${service} ${state}`)).toEqual(
      order.map((name) => `${name} running`),
    );
    events = [];
    expect(await made.down()).toEqual(order);
    expect(events).toEqual(['web stopped', 'api stopped', 'store stopped']);
  });

  it('refuses a circle of dependencies', () => {
    const on = (name: string) => ({ dependsOn: [{ service: name, until: 'healthy' as const }] });
    expect(() => make(service('a', 'true', on('b')), service('b', 'true', on('a')))).toThrow('a → b → a');
  });

  it('reads references to other services and to its own port', async () => {
    const store = await freePort();
    const command = script('print.js', `console.log(process.env.URLS, process.argv[2]); ${never}`);
    const urls = '${services.store.url} ${services.store.port} ${services.docs.host}';
    await start(
      service('store', server(), { port: store }),
      service('print', `${command} "{port}"`, { env: { URLS: urls } }),
      service('own', `PORT={port} ${server()}`, { port: await freePort(), env: {} }),
    );
    await awaitUntil(() => readFileSync(logFile(root, 'print'), 'utf8') || undefined, {
      what: 'its output',
      withinMs: 10_000,
    });
    expect(readFileSync(logFile(root, 'print'), 'utf8')).toBe(
      `http://127.0.0.1:${store} ${store} docs.test {port}\nwaits\n`,
    );
  });

  it('takes another port where the wanted one is taken, and names the holder where ports are fixed', async () => {
    const port = await taken();
    const fixed = make(service('api', server(), { port })).up({ ...options, ports: 'fixed' });
    await expect(fixed).rejects.toMatchObject({
      code: 'port-taken',
      exitCode: 69,
      message: expect.stringContaining(`port ${port} of api is taken by process ${process.pid} `),
    });
    const { api } = await start(service('api', server(), { port }));
    expect(new URL(urlOf(api) as string).port).not.toBe(String(port));
    expect(events).toContain(`port ${port} is taken: api listens on ${new URL(urlOf(api) as string).port}`);
  });

  it('says that a command ignores the port that it was given', async () => {
    const port = await taken();
    const ignores = server('ignores.js', `process.env.PORT = '${port}';`);
    await expect(start(service('api', ignores, { port }))).rejects.toMatchObject({
      code: 'port-ignored',
      message: expect.stringMatching(
        `port ${port} of api is taken by process ${process.pid} .* does not use port \\d+, which it was given`,
      ),
    });
  });

  it('says on which port it listens instead', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const elsewhere = server('elsewhere.js', `process.env.PORT = '${other}';`);
    const starting = start(service('api', elsewhere, { port, readyWithinMs: 1500 }));
    await expect(starting).rejects.toMatchObject({
      code: 'wrong-port',
      exitCode: 124,
      message: expect.stringContaining(
        `does not listen on port ${port} yet; it listens on port ${other} instead`,
      ),
    });
  });

  it.each(['127.0.0.1', '0.0.0.0', '::1'])(
    'is not ready by what another process answers on %s',
    async (host) => {
      const port = await freePort();
      const other = createHttpServer((_, response) => response.end('other'));
      servers.push(other);
      const silent = script('silent.js', never);
      const starting = start(service('api', silent, { port, readyWithinMs: 1500 }));
      await awaitUntil(() => (events.includes('api starting') ? true : undefined), {
        what: 'it',
        withinMs: 9000,
      });
      other.listen(port, host);
      await expect(starting).rejects.toMatchObject({
        code: 'start-timeout',
        message: expect.stringContaining(`port ${port} is held by process ${process.pid} `),
      });
    },
  );

  it.each([
    ['a path', { kind: 'http', path: '/', accepts: 'success' }],
    ['its port', { kind: 'port' }],
    ['a line with colours', { kind: 'log', pattern: '^ready in \\d+ ms$' }],
    ['a command', { kind: 'command', command: 'test -f ready' }],
  ] as const)('is ready by %s', async (_, ready) => {
    const before = `setTimeout(() => {
      require('node:fs').writeFileSync('ready', '');
      process.stdout.write('\\x1b[32mready\\x1b[39m in 12 ms\\n');
    }, 100);`;
    await start(service('api', server('slow.js', before), { port: await freePort(), ready }));
    expect(events).toEqual(['api starting', 'api healthy']);
  });

  it('names the condition that was not met in time, with the last lines', async () => {
    const command = 'echo loading; exec sleep 60';
    const ready = { kind: 'log', pattern: 'listening for jobs' } as const;
    await expect(start(service('worker', command, { ready, readyWithinMs: 1500 }))).rejects.toMatchObject({
      code: 'start-timeout',
      message: 'worker was not healthy within 1.50 s: no line of its output matches /listening for jobs/',
      details: ['loading'],
    });
  });

  it('stops npm, its shell and the server, each of which ends by itself', async () => {
    const before = `process.on('SIGTERM', () => setTimeout(() => { console.log('closed'); process.exit(0); }, 200));`;
    const start_ = server('slow-end.js', before);
    writeFileSync(path.join(root, 'package.json'), JSON.stringify({ scripts: { dev: `${start_} && true` } }));
    const port = await freePort();
    const made = make(service('api', 'npm run dev', { port }));
    await made.up(options);
    expect(left().length).toBeGreaterThan(1);
    const [{ pid = 0 } = {}] = await made.status();
    expect(portsOf(pid)).toEqual([]);
    await made.down();
    expect(left()).toEqual([]);
    expect(readFileSync(logFile(root, 'api'), 'utf8')).toContain('closed');
  });

  it('stops a child that left its group and session', async () => {
    const child = script('child.js', never);
    const command = script(
      'parent.js',
      `require('node:child_process').spawn('setsid', ['sh', '-c', '(${child} &) ; exec ${child}'], { detached: true, stdio: 'ignore' }).unref();
      ${never}`,
    );
    const made = make(service('worker', command));
    await made.up(options);
    await awaitUntil(() => (left().length >= 3 ? true : undefined), {
      what: 'its children',
      withinMs: 10_000,
    });
    await made.down();
    expect(left()).toEqual([]);
  });

  it('reports a command that goes to the background, and leaves nothing of it', async () => {
    const child = script('child.js', never);
    await expect(
      start(service('worker', `setsid ${child} & sleep 0.1`, { ready: unready })),
    ).rejects.toMatchObject({
      code: 'service-in-background',
      exitCode: 69,
      message: expect.stringMatching(
        /^the command of worker ended with exit code 0 and left process \d+ running/,
      ),
    });
    expect(left()).toEqual([]);
  });

  it.skipIf(redisMissing)(
    'finds a daemon that has left its session and overwritten its environment',
    async () => {
      const port = await freePort();
      const command = `redis-server --daemonize yes --port ${port} --save ""`;
      await expect(start(service('cache', command, { ready: unready }))).rejects.toMatchObject({
        code: 'service-in-background',
      });
      expect(left()).toEqual([]);
      expect(await isFree(port)).toBe(true);
    },
  );

  it('kills what takes no SIGTERM after its grace time', async () => {
    const deaf = script('deaf.js', `process.on('SIGTERM', () => console.log('no')); ${never}`);
    const made = make(
      service('worker', deaf, {
        stop: { signal: 'SIGTERM', graceMs: 200 },
      }),
    );
    await made.up(options);
    expect(await made.down()).toEqual(['worker']);
    expect(readFileSync(logFile(root, 'worker'), 'utf8')).toContain('no');
  });

  it('stops with the configured signal', async () => {
    const polite = script(
      'polite.js',
      `process.on('SIGINT', () => { console.log('bye'); process.exit(); }); ${never}`,
    );
    const made = make(
      service('worker', polite, {
        stop: { signal: 'SIGINT', graceMs: 5000 },
      }),
    );
    await made.up(options);
    await made.down();
    expect(readFileSync(logFile(root, 'worker'), 'utf8')).toBe('waits\nbye\n');
  });

  it('starts a program that says nothing once it has run for a while', async () => {
    const quiet = script('quiet.js', 'setInterval(() => {}, 1000)');
    await start(service('worker', quiet, { ready: { kind: 'runs', forMs: 200 } }));
    expect(events).toEqual(['worker starting', 'worker healthy']);
  });

  it('stays healthy while it is busy, once it has started', async () => {
    const working = `process.on('SIGUSR2', () => { console.log('works'); for (;;); });`;
    const made = make(
      service('worker', `exec ${script('works.js', `${working} ${never}`)}`, {
        ready: { kind: 'runs', forMs: 50 },
      }),
    );
    await made.up(options);
    process.kill(made.processes().worker?.pid as number, 'SIGUSR2');
    await awaitUntil(
      () => (readFileSync(logFile(root, 'worker'), 'utf8').includes('works') ? true : undefined),
      {
        what: 'the worker to work',
        withinMs: 9000,
      },
    );
    expect(await made.status()).toMatchObject([{ state: 'running', health: 'healthy' }]);
    process.kill(made.processes().worker?.pid as number, 'SIGKILL');
  });

  it('does not count as started while it is busy', async () => {
    const fails = script(
      'late.js',
      'const end = Date.now() + 1500; while (Date.now() < end); process.exit(4);',
    );
    const worker = service('worker', fails, { ready: { kind: 'runs', forMs: 200 } });
    await expect(start(worker)).rejects.toMatchObject({ message: 'worker ended with exit code 4' });
  });

  it('does not count as started by the time in which the supervisor could not look at it', async () => {
    const worker = service('worker', `exec ${script('waits.js', never)}`, {
      ready: { kind: 'runs', forMs: 200 },
    });
    const made = make(worker);
    const starting = made.up(options);
    const log = logFile(root, 'worker');
    const until = (what: string, isSo: () => boolean) =>
      awaitUntil(() => isSo() || undefined, { what, withinMs: 20_000, intervalMs: 5 });
    await until('its line', () => existsSync(log) && readFileSync(log, 'utf8').includes('waits'));
    // It looks at its services at least every 60 ms.
    const lookedAtMs = Date.now() + 70;
    await until('a look', () => Date.now() > lookedAtMs);
    for (const endMs = Date.now() + 400; Date.now() < endMs; );
    const looksAgainAtMs = Date.now() + 30;
    await until('another look', () => Date.now() > looksAgainAtMs);
    process.kill(made.processes().worker?.pid as number, 'SIGKILL');
    await expect(starting).rejects.toMatchObject({ message: 'worker was killed by SIGKILL' });
  });

  it('names a program that is not there, and the nearest one', async () => {
    mkdirSync(path.join(root, 'node_modules/.bin'), { recursive: true });
    for (const name of ['nodemon-like', 'only-here'])
      writeFileSync(path.join(root, 'node_modules/.bin', name), '');
    await expect(start(service('api', 'nodemon-lyke src'))).rejects.toMatchObject({
      code: 'command-not-found',
      exitCode: 78,
      message: 'api cannot be started: there is no program `nodemon-lyke`',
      hint: expect.stringContaining('did you mean `nodemon-like`?'),
    });
    await expect(start(service('api', 'A=1 only-here'))).rejects.toMatchObject({
      hint: 'it is in node_modules/.bin: write `node_modules/.bin/only-here`',
    });
  });

  it('reports an end at once with the last lines, and stops the others', async () => {
    const fails = script('fails.js', `console.error('no configuration'); process.exitCode = 3;`);
    const other = service('other', script('other.js', never), { ready: unready });
    await expect(start(other, service('api', fails, { port: await freePort() }))).rejects.toMatchObject({
      code: 'service-exited',
      exitCode: 69,
      message: 'api ended with exit code 3',
      details: ['no configuration'],
    });
    expect(left()).toEqual([]);
  });

  it('restarts on failure up to its limit', async () => {
    const count = `require('node:fs').appendFileSync('runs', 'x'); const runs = require('node:fs').readFileSync('runs').length;`;
    const second = server('second.js', `${count} if (runs < 3) process.exit(1);`);
    const made = make(service('api', second, { port: await freePort(), restart: 'on-failure' }));
    await made.up(options);
    expect(await made.status()).toMatchObject([{ service: 'api', state: 'running', restarts: 2 }]);
    expect(events.filter((event) => event === 'api healthy')).toHaveLength(1);
    const always = script('always.js', 'process.exit(7)');
    await expect(
      start(service('worker', always, { restart: 'on-failure', ready: unready })),
    ).rejects.toMatchObject({ message: 'worker ended with exit code 7' });
    expect(events.filter((event) => event === 'worker exited')).toHaveLength(6);
  });

  it('shows a process that has died with its exit code, and starts it again', async () => {
    const made = make(
      service(
        'worker',
        script(
          'dies.js',
          `require('node:fs').writeFileSync('pid', String(process.pid));
        process.on('SIGUSR2', () => process.exit(1)); ${never}`,
        ),
        {},
      ),
    );
    await made.up(options);
    process.kill(Number(readFileSync(path.join(root, 'pid'), 'utf8')), 'SIGUSR2');
    await awaitUntil(() => (events.includes('worker exited') ? true : undefined), {
      what: 'its end',
      withinMs: 9000,
    });
    expect(await made.status()).toMatchObject([
      { service: 'worker', state: 'exited', exitCode: 1, note: 'ended with exit code 1' },
    ]);
    await made.up(options);
    expect(await made.status()).toMatchObject([{ state: 'running', restarts: 1 }]);
  });

  it('counts no restart after a stop that was asked for', async () => {
    const made = make(service('worker', script('worker.js', never)));
    await made.up(options);
    await made.stopService('worker');
    await made.startService('worker', 30_000);
    await made.restartService('worker', { LOG_LEVEL: 'debug' }, 30_000);
    expect(await made.status()).toMatchObject([{ state: 'running', restarts: 0 }]);
  });

  it('leaves what ran before when a later start fails', async () => {
    const flag = path.join(root, 'broken');
    const fragile = server('fragile.js', `if (require('node:fs').existsSync('broken')) process.exit(1);`);
    const made = make(
      service('api', server(), { port: await freePort() }),
      service('web', fragile, { port: await freePort() }),
    );
    await made.up(options);
    const { api, web } = made.processes();
    writeFileSync(flag, '');
    process.kill(web?.pid as number, 'SIGKILL');
    await awaitUntil(() => (events.includes('web exited') ? true : undefined), {
      what: 'its end',
      withinMs: 9000,
    });
    await expect(made.up(options)).rejects.toMatchObject({ message: 'web ended with exit code 1' });
    expect(made.processes()).toEqual({ api });
  });

  it('uses what listens already only if that was asked for, and does not stop it', async () => {
    const port = await taken();
    const made = make(
      service('api', server(), { port, reuseExisting: true }),
      service('web', server(), { port: await freePort() }),
    );
    const { api } = await made.up({ ...options, ports: 'fixed' });
    expect(urlOf(api)).toBe(`http://127.0.0.1:${port}`);
    expect(await made.status()).toMatchObject([
      {
        service: 'api',
        state: 'running',
        pid: process.pid,
        note: expect.stringContaining('reused: process'),
      },
      { service: 'web', state: 'running' },
    ]);
    expect(made.processes()).not.toHaveProperty('api');
    expect(await made.down()).toEqual(['web']);
    await expect(fetch(`http://127.0.0.1:${port}`).then((answer) => answer.text())).resolves.toBe('other');
  });

  it('waits until a database accepts connections, whatever user it asks for', async () => {
    let isStarting = true;
    const errorOf = (code: string) => {
      const fields = `SFATAL\0C${code}\0Mthe database system is starting up\0\0`;
      const frame = Buffer.from(`E\0\0\0\0${fields}`, 'latin1');
      frame.writeUInt32BE(frame.length - 1, 1);
      return frame;
    };
    const database = createServer((socket) =>
      socket
        .on('error', () => {})
        .once('data', () => {
          socket.end(errorOf(isStarting ? '57P03' : '28P01'));
          isStarting = false;
        }),
    );
    const port = await taken('127.0.0.1', database);
    const { askHealth } = await import('./health.ts');
    const ask = () => askHealth({ kind: 'postgres', database: 'x' }, { host: '127.0.0.1', port }, 5000);
    await expect(ask()).rejects.toThrow('it is not ready (the database system is starting up)');
    await ask();
  });

  it('keeps the log of a service that prints 100 MB below its limit, with its last lines', async () => {
    const loud = script(
      'loud.js',
      `const line = 'x'.repeat(1023) + '\\n'; const chunk = line.repeat(1024);
      for (let i = 0; i < 100; i++) require('node:fs').writeSync(1, chunk);
      console.log('done');
      process.on('SIGUSR2', () => process.exit(3)); setInterval(() => {}, 1000);`,
    );
    const ready = { kind: 'log', pattern: '^done$' } as const;
    const unending = service('other', script('other.js', never), { ready: unready });
    const made = make(service('worker', `exec ${loud}`, { ready }), unending);
    const starting = made.up(options);
    await awaitUntil(() => (events.includes('worker healthy') ? true : undefined), {
      what: 'the worker',
      withinMs: 30_000,
    });
    made.limitLogs();
    const file = logFile(root, 'worker');
    expect(statSync(file).size).toBe(0);
    expect(statSync(`${file}.1`).size).toBeLessThanOrEqual(17 * 1024 * 1024);
    expect(readFileSync(`${file}.1`, 'latin1').slice(-6)).toBe('\ndone\n');
    process.kill(made.processes().worker?.pid as number, 'SIGUSR2');
    const { details } = await starting.then(
      () => expect.unreachable(),
      (fault: { details: string[] }) => fault,
    );
    expect(details.at(-1)).toBe('done');
  });
});
