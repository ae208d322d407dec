import { afterEach, describe, expect, it } from 'vitest';
import { urlOf } from '../../base/endpoint.ts';
import type { Fault } from '../../base/errors.ts';
import {
  type ComposeProject,
  dockerMissing,
  makeComposeProject,
  nothingLeft,
  why,
} from '../../testing/docker.ts';

let project: ComposeProject;
afterEach(() => project?.remove());

/** Where no network is needed, none has to be made and removed. */
const alone = 'network_mode: none';

/** A service that is a shell script; it ends at once when stopped. */
const service = (name: string, script: string, further = '') => `
  ${name}:
    image: redis:7-alpine
    entrypoint: [sh, -c, ${JSON.stringify(script)}]
    stop_grace_period: 0s
${further
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}`;

const failure = (started: Promise<unknown>): Promise<Fault> =>
  started.then(
    () => {
      throw new Error('it started');
    },
    (fault: Fault) => fault,
  );

describe.skipIf(dockerMissing)(`a compose stack that fails${why}`, () => {
  it('reports the exit code and the last log lines of a service that exits, and leaves nothing', async () => {
    project = makeComposeProject(
      `services:${service('broken', '{ seq 1 30; echo no such setting: FROBNICATE; } >&2; exit 3', 'volumes: ["data:/data"]')}${service('fine', 'sleep 600')}\nvolumes: { data: {} }`,
    );
    const fault = await failure(project.up());
    expect(fault).toMatchObject({
      code: 'service-exited',
      exitCode: 69,
      message: 'broken ended with exit code 3',
    });
    expect(fault.details).toContain('exit code 3');
    expect(fault.details.slice(-2)).toEqual(['  30', '  no such setting: FROBNICATE']);
    expect(fault.details.filter((line) => line.startsWith('  '))).toHaveLength(20);
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('reports a program that does not exist', async () => {
    project = makeComposeProject(
      'services: { broken: { image: redis:7-alpine, entrypoint: [/no/such/program] } }',
    );
    const fault = await failure(project.up());
    expect(fault).toMatchObject({ code: 'service-cannot-start', exitCode: 69 });
    expect(fault.message).toContain('/no/such/program');
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('reports a crash loop although the engine starts it again each time', async () => {
    project = makeComposeProject(
      `services:${service('loop', 'echo I fall over; exit 7', `restart: always\n${alone}`)}`,
    );
    const fault = await failure(project.up());
    expect(fault).toMatchObject({ code: 'service-crash-loop', exitCode: 69 });
    expect(fault.message).toMatch(/^loop starts again and again \(\d+ times\), it ended with exit code 7$/);
    expect(fault.details).toContain('  I fall over');
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('bears a service that crashes once and then recovers', async () => {
    project = makeComposeProject(
      `services:${service('shaky', '[ -e /data/seen ] || { touch /data/seen; exit 1; }; sleep 600', `restart: always\n${alone}\nvolumes: ["data:/data"]\nhealthcheck: { test: "true", interval: 500ms }`)}\nvolumes: { data: {} }`,
    );
    await expect(failure(project.up())).resolves.toMatchObject({ code: 'nothing-runs' });
    expect(project.events).toContainEqual({
      type: 'service',
      service: 'shaky',
      state: 'exited',
      detail: 'exit code 1',
    });
  });

  it('reports the output of the health check of a service that stays unhealthy', async () => {
    project = makeComposeProject(
      `services:${service('ill', 'echo I try; sleep 600', `${alone}\nhealthcheck: { test: "echo table songs is missing; exit 4", interval: 100ms, retries: 2 }`)}`,
    );
    const fault = await failure(project.up());
    expect(fault).toMatchObject({
      code: 'service-unhealthy',
      exitCode: 69,
      message: 'ill fails its health check',
    });
    expect(fault.details).toContain('health check (exit code 4): table songs is missing');
    expect(fault.details).toContain('  I try');
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('reports a service that was killed for memory', async () => {
    project = makeComposeProject(
      `services:${service('greedy', 'echo eating; tail /dev/zero', `${alone}\nmem_limit: 16m\nmemswap_limit: 16m`)}`,
    );
    const fault = await failure(project.up({}, { stableForMs: 30_000 }));
    expect(fault).toMatchObject({ code: 'service-out-of-memory', message: 'greedy was killed for memory' });
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('reports the dependency that failed, not the service that waits for it', async () => {
    project = makeComposeProject(
      `services:${service('base', 'echo broken; exit 9', alone)}${service('above', 'sleep 600', `${alone}\ndepends_on: { base: { condition: service_completed_successfully } }`)}`,
    );
    const fault = await failure(project.up());
    expect(fault).toMatchObject({ code: 'service-exited', message: 'base ended with exit code 9' });
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('takes a one-shot service that ends with 0 for done', async () => {
    project = makeComposeProject(
      `services:${service('prepare', 'echo prepared')}${service('cache', 'exec redis-server --bind "* -::*" --protected-mode no', 'ports: ["127.0.0.1:0:6379"]\ndepends_on: { prepare: { condition: service_completed_successfully } }')}`,
    );
    const config = { services: { ...off, cache: {} }, compose: { services: { cache: 'cache' } } };
    const { cache } = await project.up(config);
    expect(urlOf(cache)).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
    const states = project.events.flatMap((event) =>
      event.type === 'service' && event.service === 'prepare' ? [event.state] : [],
    );
    expect(states.at(-1)).toBe('done');
    expect(states).not.toContain('exited');
    expect(states).not.toContain('running');
  });

  it('finds a service that was healthy once and then restarts within --stable-for', async () => {
    project = makeComposeProject(
      `services:${service('blink', 'sleep 2; exit 1', `restart: always\n${alone}\nhealthcheck: { test: "true", interval: 100ms }`)}`,
    );
    const fault = await failure(project.up({}, { stableForMs: 30_000 }));
    expect(fault.code).toMatch(/^service-(unstable|crash-loop)$/);
    expect(fault.message).toMatch(/^blink was healthy and then restarted/);
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('shows what it waits for with its last log line, and says it at the deadline', async () => {
    project = makeComposeProject(
      `services:${service('slow', 'while :; do echo step 3 of 4; sleep 1; done', `${alone}\nhealthcheck: { test: "echo not yet; exit 1", interval: 1s, retries: 1000 }`)}`,
    );
    const fault = await failure(project.up({}, { timeoutMs: 15_000 }));
    expect(fault).toMatchObject({ code: 'start-timeout', exitCode: 124 });
    expect(fault.message).toBe('slow was not ready within 15 s: still waiting for its health check');
    expect(fault.details).toContain('health check (exit code 1): not yet');
    expect(project.events).toContainEqual({ type: 'log', service: 'slow', line: 'step 3 of 4' });
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('says at the deadline which service runs and does not answer', async () => {
    project = makeComposeProject(
      `services:${service('mute', 'echo listening to nothing; sleep 600', 'ports: ["127.0.0.1:0:6379"]')}`,
    );
    const config = { services: { ...off, cache: {} }, compose: { services: { cache: 'mute' } } };
    const fault = await failure(project.up(config, { timeoutMs: 12_000 }));
    expect(fault).toMatchObject({ code: 'start-timeout', exitCode: 124 });
    expect(fault.message).toBe('mute was not ready within 12 s: still waiting for an answer at its port');
    expect(fault.details).toContain('  listening to nothing');
    expect(project.events).not.toContainEqual(expect.objectContaining({ state: 'exited' }));
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('cleans up when it is interrupted', async () => {
    project = makeComposeProject(
      `services:${service('slow', 'sleep 600', 'healthcheck: { test: "false", interval: 1s, retries: 1000 }')}`,
    );
    const interrupt = new AbortController();
    const reason = new Error('Ctrl-C');
    const started = project.up(
      {},
      {
        signal: interrupt.signal,
        onEvent: (event) => {
          if (event.type === 'service' && event.state === 'started') interrupt.abort(reason);
        },
      },
    );
    await expect(started).rejects.toBe(reason);
    expect(await project.things()).toEqual(nothingLeft);
  });
});

const off = { api: { enabled: false }, web: { enabled: false }, database: { enabled: false } };
