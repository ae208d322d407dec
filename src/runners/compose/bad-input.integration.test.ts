import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { urlOf } from '../../base/endpoint.ts';
import type { Fault } from '../../base/errors.ts';
import {
  type ComposeProject,
  dockerMissing,
  makeComposeProject,
  noServices,
  nothingLeft,
  why,
} from '../../testing/docker.ts';
import { freePort } from '../../testing/free-port.ts';
import { startRegistry } from '../../testing/registry.ts';

let project: ComposeProject;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await project?.remove();
});

const failure = (started: Promise<unknown>): Promise<Fault> =>
  started.then(
    () => {
      throw new Error('it started');
    },
    (fault: Fault) => fault,
  );

async function listen(host = '127.0.0.1'): Promise<number> {
  const server: Server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as { port: number }).port;
}

const sleeper = (ports: string) => `
services:
  cache:
    image: redis:7-alpine
    ports: [${JSON.stringify(ports)}]
    healthcheck: { test: redis-cli ping, interval: 500ms }
    stop_grace_period: 0s
`;
const onlyCache = { services: { ...noServices, cache: {} }, compose: { services: { cache: 'cache' } } };

describe.skipIf(dockerMissing)(`an engine that is not there${why}`, () => {
  it('says that docker is missing, and what needs none', async () => {
    project = makeComposeProject(sleeper('6379'));
    const path = project.file('bin');
    mkdirSync(path);
    const blind = makeComposeProject(sleeper('6379'), { env: { PATH: path } });
    const fault = await failure(blind.up());
    expect(fault).toMatchObject({
      code: 'docker-missing',
      exitCode: 69,
      message: 'there is no program `docker` on the PATH',
    });
    expect(fault.hint).toContain('meatymusic up --runtime embedded');
  });

  it('says that the daemon is down', async () => {
    project = makeComposeProject(sleeper('6379'), { env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
    const fault = await failure(project.up());
    expect(fault).toMatchObject({ code: 'engine-down', exitCode: 69 });
    expect(fault.hint).toContain('meatymusic up --runtime embedded');
    expect(fault.details.join()).toContain('unix:///nowhere/docker.sock');
    project = makeComposeProject(sleeper('6379'));
  });

  it('does not wait for a daemon that accepts and never answers', async () => {
    const port = await listen();
    project = makeComposeProject(sleeper('6379'), { env: { DOCKER_HOST: `tcp://127.0.0.1:${port}` } });
    await expect(project.cli.must(['ps'], { withinMs: 300 })).rejects.toMatchObject({ code: 'engine-down' });
    project = makeComposeProject(sleeper('6379'));
  });

  it('says that an endpoint is not one', async () => {
    project = makeComposeProject(sleeper('6379'), { env: { DOCKER_CONTEXT: 'no-such-context' } });
    await expect(project.up()).rejects.toMatchObject({ code: 'engine-context', exitCode: 78 });
    project = makeComposeProject(sleeper('6379'));
  });
});

describe.skipIf(dockerMissing)(`a compose file that is wrong${why}`, () => {
  it.each([
    ['a typo', 'services: { cache: { imag: redis } }', 'compose-file-invalid', /additional propert/i],
    ['broken YAML', 'services:\n  cache: [', 'compose-file-invalid', /yaml/i],
    [
      'a cycle',
      'services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }',
      'compose-file-invalid',
      /cycle/i,
    ],
    [
      'a missing variable',
      'services: { cache: { image: "redis:${REDIS_TAG:?which Redis}" } }',
      'compose-variable-missing',
      /REDIS_TAG: which Redis$/,
    ],
  ])('refuses %s with 78 and leaves nothing', async (_, file, code, message) => {
    project = makeComposeProject(file);
    const fault = await failure(project.up());
    expect(fault).toMatchObject({ code, exitCode: 78 });
    expect(fault.message).toMatch(message);
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('names the service that the configuration means and the file does not have', async () => {
    project = makeComposeProject(sleeper('6379'));
    const fault = await failure(
      project.up({ services: { ...noServices, cache: {} }, compose: { services: { cache: 'cahce' } } }),
    );
    expect(fault).toMatchObject({ code: 'compose-service-unknown', exitCode: 78 });
    expect(fault.details).toEqual([
      'compose.services.cache: there is no service `cahce`; did you mean `cache`?',
      'services of the file: cache',
    ]);
  });

  it('names the file that is not there', async () => {
    project = makeComposeProject(sleeper('6379'));
    await expect(project.up({ compose: { file: 'infra.yaml' } })).rejects.toMatchObject({
      code: 'compose-file-missing',
      exitCode: 78,
      message: `there is no compose file ${project.file('infra.yaml')}`,
    });
  });

  it('refuses the containers of another folder that has the same project name', async () => {
    const port = await freePort();
    project = makeComposeProject(sleeper(`127.0.0.1:${port}:6379`));
    await project.up(onlyCache);
    const other = makeComposeProject(sleeper('6379'));
    const fault = await failure(
      other.up({ ...onlyCache, compose: { ...onlyCache.compose, project: project.name } }),
    );
    expect(fault).toMatchObject({ code: 'project-name-taken', exitCode: 78 });
    expect(fault.message).toContain(project.folder);
    expect((await project.things()).containers).toHaveLength(1);
    await other.remove();
  });
});

describe.skipIf(dockerMissing)(`images${why}`, () => {
  it('names the image that cannot be had, and leaves no network', async () => {
    const registry = await startRegistry();
    closers.push(registry.close);
    const image = registry.image.replace('there', 'absent');
    project = makeComposeProject(`services: { cache: { image: "${image}" } }`);
    const fault = await failure(project.up());
    expect(fault).toMatchObject({ code: 'image-missing', exitCode: 69 });
    expect(fault.message).toBe(`the image ${image} of cache is not here and cannot be had`);
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('names the image that may not be pulled', async () => {
    project = makeComposeProject('services: { cache: { image: "no-such-image:1", pull_policy: never } }');
    await expect(project.up()).rejects.toMatchObject({ code: 'image-missing', exitCode: 69 });
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('shows a pull with its bytes', async () => {
    const registry = await startRegistry();
    closers.push(registry.close, () => project.docker('image', 'rm', '--force', registry.image));
    project = makeComposeProject(`services: { cache: { image: "${registry.image}" } }`);
    // There is no program in the image: what is wanted here came before.
    await failure(project.up());
    const pulling = project.events.filter((event) => event.type === 'service' && event.state === 'pulling');
    expect(pulling[0]).toMatchObject({ service: 'cache', detail: registry.image });
    expect(pulling).toContainEqual(
      expect.objectContaining({ detail: expect.stringMatching(/^3\.0 MB of 3\.0 MB$/) }),
    );
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('reports why an image could not be built', async () => {
    project = makeComposeProject(
      'services: { cache: { build: { context: ., dockerfile_inline: "FROM redis:7-alpine\\nRUN echo no compiler here; exit 5" } } }',
    );
    const fault = await failure(project.up());
    expect(fault).toMatchObject({ code: 'image-build-failed', exitCode: 69 });
    expect(fault.details.join('\n')).toContain('no compiler here');
    expect(await project.things()).toEqual(nothingLeft);
  });
});

describe.skipIf(dockerMissing)(`ports${why}`, () => {
  it('names the process that holds a port', async () => {
    const port = await listen();
    project = makeComposeProject(sleeper(`127.0.0.1:\${CACHE_PORT:-${port}}:6379`));
    const fault = await failure(project.up(onlyCache, { ports: 'fixed' }));
    expect(fault).toMatchObject({ code: 'port-taken', exitCode: 69 });
    expect(fault.message).toBe(`port ${port} of cache is taken by process ${process.pid} (${processName()})`);
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('names the container that holds a port, and takes another one through its variable', async () => {
    const port = await freePort();
    project = makeComposeProject(sleeper(`127.0.0.1:${port}:6379`));
    await project.up(onlyCache);
    const other = makeComposeProject(sleeper(`127.0.0.1:\${CACHE_PORT:-${port}}:6379`));
    closers.push(other.remove);
    const holder = `container ${project.name}-cache-1 of the project ${project.name}`;
    const fault = await failure(other.up(onlyCache, { ports: 'fixed' }));
    expect(fault.message).toBe(`port ${port} of cache is taken by ${holder}`);

    const { cache } = await other.up(onlyCache);
    const taken = Number(new URL(urlOf(cache) ?? '').port);
    expect(taken).not.toBe(port);
    expect(other.events).toContainEqual({
      type: 'notice',
      message: `port ${port} is taken by ${holder}: cache is at ${taken}`,
    });
    // The next call finds it there, and leaves it alone.
    const again = other.events.length;
    expect(await other.up(onlyCache)).toMatchObject({ cache });
    expect(other.events.slice(again)).toContainEqual(expect.objectContaining({ detail: 'ran already' }));
  });

  it('says that a port without a variable cannot be moved', async () => {
    const port = await listen('0.0.0.0');
    project = makeComposeProject(sleeper(`${port}:6379`));
    const fault = await failure(project.up(onlyCache));
    expect(fault).toMatchObject({ code: 'port-taken', exitCode: 69 });
    expect(fault.hint).toContain('variable');
  });
});

const processName = () => readFileSync('/proc/self/comm', 'utf8').trim();
