import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { urlOf } from '../../base/endpoint.ts';
import type { LogLine } from '../../logs/access.ts';
import {
  type ComposeProject,
  dockerMissing,
  makeComposeProject,
  noServices,
  nothingLeft,
  why,
} from '../../testing/docker.ts';
import { requireUrl } from '../require-url.ts';

const projects: ComposeProject[] = [];
const make = (...args: Parameters<typeof makeComposeProject>) => {
  const project = makeComposeProject(...args);
  projects.push(project);
  return project;
};
afterEach(async () => {
  for (const project of projects.splice(0)) await project.remove();
});

/** As another team would write it: other names, a secret file, a profile, a password in the command. */
const theirsWith = (database: string) => `
services:
  db:
${database}
    stop_grace_period: 0s
  sessions:
    image: redis:7-alpine
    profiles: [full]
    command: [redis-server, --requirepass, "\${CACHE_SECRET}"]
    ports: ["127.0.0.1::6379"]
    volumes: ["sessions:/data"]
    stop_grace_period: 0s
volumes: { sessions: {} }
`;
const theirs = theirsWith(`
    image: pgvector/pgvector:pg16
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: "s3cret/with@signs", POSTGRES_DB: orders }
    ports: ["127.0.0.1::5432"]
    tmpfs: [/var/lib/postgresql/data]
    healthcheck: { test: "pg_isready -h 127.0.0.1 -U shop", interval: 1s, retries: 100 }`);
/** Where the database is only one service more: making one takes longer than all the rest. */
const theirsWithoutData = theirsWith(`
    image: redis:7-alpine
    entrypoint: [sleep, "600"]`);
const config = {
  services: { ...noServices, database: {}, cache: {} },
  compose: {
    services: { database: 'db', cache: 'sessions' },
    profiles: ['full'],
    env: { CACHE_SECRET: 'another-secret' },
  },
};

describe.skipIf(dockerMissing)(`another team's compose file${why}`, () => {
  it('is started with its profiles and variables; addresses and credentials come from its containers', async () => {
    const project = make(theirs);
    const endpoints = await project.up(config);
    expect(urlOf(endpoints.database)).toMatch(
      /^postgresql:\/\/shop:s3cret%2Fwith%40signs@127\.0\.0\.1:\d+\/orders$/,
    );
    expect(urlOf(endpoints.cache)).toMatch(/^redis:\/\/:another-secret@127\.0\.0\.1:\d+$/);
    const runtime = project.runtime(config);
    expect(await runtime.endpoints()).toEqual(endpoints);
    const status = await runtime.status();
    expect(status).toMatchObject([
      {
        service: 'db',
        role: 'database',
        state: 'running',
        health: 'healthy',
        image: 'pgvector/pgvector:pg16',
        restarts: 0,
      },
      { service: 'sessions', role: 'cache', state: 'running', health: 'none' },
    ]);
    expect(status[0]?.addresses).toEqual([new URL(requireUrl(endpoints, 'database')).host]);
  });

  it('is adopted when it runs already, and removed by its labels when its file and our memory are gone', async () => {
    const project = make(theirs);
    await project.docker('compose', '--file', project.file('compose.yaml'), 'up', '--detach', '--wait', 'db');
    const [before] = (await project.things()).containers;
    const adopted = {
      ...config,
      runtime: 'compose' as const,
      services: { ...noServices, database: {} },
      compose: { services: { database: 'db' } },
    };
    await project.up(adopted);
    await project.up(adopted);
    expect((await project.things()).containers).toEqual([before]);
    expect(project.events).toContainEqual(expect.objectContaining({ service: 'db', detail: 'ran already' }));

    rmSync(project.file('compose.yaml'));
    rmSync(project.file('.meatymusic'), { recursive: true });
    expect(await project.down(adopted)).toEqual(['db']);
    expect(await project.things()).toEqual(nothingLeft);
    expect(await project.down(adopted)).toEqual([]);
  });

  it('keeps the data without --volumes, and leaves the project next door alone', async () => {
    const [one, two] = [make(theirsWithoutData), make(theirsWithoutData)];
    const cacheOnly = { ...config, services: { ...noServices, cache: {} } };
    await Promise.all([one.up(cacheOnly), two.up(cacheOnly)]);
    const { signal } = new AbortController();
    const removed = await one.runtime(cacheOnly).down({ volumes: false, signal, onEvent: () => undefined });
    expect(removed.sort()).toEqual(['db', 'sessions']);
    expect(await one.things()).toEqual({ containers: [], networks: 0, volumes: [`${one.name}_sessions`] });
    expect((await two.things()).containers).toHaveLength(2);
    expect((await two.runtime(cacheOnly).status()).map(({ state }) => state)).toEqual(['running', 'running']);
    await one.down(cacheOnly);
    expect(await one.things()).toEqual(nothingLeft);
  });

  it('says which port is not published', async () => {
    const project = make(theirsWithoutData.replace('ports: ["127.0.0.1::6379"]', ''));
    await expect(project.up({ ...config, services: { ...noServices, cache: {} } })).rejects.toMatchObject({
      code: 'port-not-published',
      exitCode: 78,
    });
  });

  it('takes a service away and brings it back, and restarts one with another environment', async () => {
    const project = make(theirsWithoutData);
    const cacheOnly = { ...config, services: { ...noServices, cache: {} } };
    await project.up(cacheOnly);
    const runtime = project.runtime(cacheOnly);
    const { signal } = new AbortController();
    const stateOfCache = async () => (await runtime.status()).find(({ role }) => role === 'cache')?.state;
    // What was given its address would not find it again.
    expect(await runtime.control?.refusal?.('cache', signal)).toMatch(
      /^sessions gets another host port .* "127\.0\.0\.1:6379:6379"$/,
    );
    await runtime.control?.stop('cache', signal);
    expect(await stateOfCache()).toBe('exited');
    await runtime.control?.start('cache', signal);
    expect(await stateOfCache()).toBe('running');

    const environmentOf = async () => project.docker('exec', `${project.name}-sessions-1`, 'env');
    await runtime.control?.restart('cache', { FLAVOUR: '$sour & "sweet"' }, signal);
    expect(await environmentOf()).toContain('FLAVOUR=$sour & "sweet"\n');
    await runtime.control?.restart('cache', {}, signal);
    expect(await environmentOf()).not.toContain('FLAVOUR');
  });

  it('reads logs by time, one service or all, and follows them through a restart', async () => {
    const talk = (word: string) => `echo ${word} 1 >&2; sleep 0.2; echo ${word} 2; sleep 600`;
    const project = make(`
services:
  a: { image: redis:7-alpine, entrypoint: [sh, -c, "${talk('a')}"], network_mode: none, stop_grace_period: 0s }
  b: { image: redis:7-alpine, entrypoint: [sh, -c, "${talk('b')}"], network_mode: none, stop_grace_period: 0s }
`);
    await project.docker('compose', '--file', project.file('compose.yaml'), 'up', '--detach');
    const runtime = project.runtime();
    const end = new AbortController();
    const options = { follow: false, signal: end.signal };
    const readAll = async () => {
      const all: LogLine[] = [];
      for await (const line of runtime.logs(options)) all.push(line);
      return all.length >= 4 ? all.map(({ text }) => text) : undefined;
    };
    const all = await awaitUntil(readAll, { what: 'every line', withinMs: 20_000 });
    expect(all.sort()).toEqual(['a 1', 'a 2', 'b 1', 'b 2']);
    const last: LogLine[] = [];
    for await (const line of runtime.logs({ ...options, services: ['a'], tail: 1 })) last.push(line);
    expect(last).toEqual([{ service: 'a', text: 'a 2' }]);

    const followed: string[] = [];
    const following = (async () => {
      for await (const { text } of runtime.logs({ ...options, follow: true, services: ['b'] }))
        followed.push(text);
    })();
    await awaitUntil(() => (followed.length >= 2 ? true : undefined), { what: 'the past', withinMs: 20_000 });
    await project.docker('restart', '--time', '0', `${project.name}-b-1`);
    await awaitUntil(() => (followed.length >= 4 ? true : undefined), {
      what: 'the restart',
      withinMs: 20_000,
    });
    end.abort();
    await following;
    expect(followed).toEqual(['b 1', 'b 2', 'b 1', 'b 2']);
  });

  it('has lines of any length: what the engine keeps in pieces is one line again', async () => {
    const project = make(`
services:
  writer:
    image: redis:7-alpine
    command: [sh, -c, "printf '%040000d\\\\nend\\\\n' 0; exec redis-server"]
    ports: ["127.0.0.1::6379"]
    stop_grace_period: 0s
`);
    const cache = {
      services: { ...noServices, cache: {} },
      compose: { services: { cache: 'writer' } },
    };
    await project.up(cache);
    const lines: string[] = [];
    const signal = AbortSignal.timeout(10_000);
    for await (const { text } of project.runtime(cache).logs({ follow: false, signal })) lines.push(text);
    expect(lines.slice(0, 2).map((line) => line.length)).toEqual([40_000, 3]);
  });
});
