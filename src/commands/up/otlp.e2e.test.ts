import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import type { SupervisorState } from '../../runners/state.ts';
import { dockerMissing } from '../../testing/docker.ts';
import { freePort } from '../../testing/free-port.ts';
import { leaksInvisible, processesOf, takeSnapshot } from '../../testing/leaks.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../../testing/project.ts';
import { makeSmallComposeProject } from '../../testing/small-compose.ts';

const reason = notBuilt ?? leaksInvisible;
const withoutDocker = dockerMissing ?? notBuilt;
const outputOf = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;

let made: TestProject;
afterEach(() => made?.remove());

async function projectWith(telemetry: Record<string, unknown>, off: readonly string[] = []) {
  made = await makeProject();
  const file = made.file('meatymusic.config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { services: Record<string, unknown> };
  for (const name of off) config.services[name] = { enabled: false };
  config.services.telemetry = telemetry;
  writeFileSync(file, JSON.stringify(config));
}

const state = () =>
  JSON.parse(readFileSync(made.file('.meatymusic/supervisor.json'), 'utf8')) as SupervisorState;
const rowsOf = async () =>
  (await made.json(['status'])).services as { service: string; state: string; note?: string }[];

async function down() {
  const ended = await made.run(['down']);
  expect(ended.code, outputOf(ended)).toBe(0);
  await awaitUntil(() => (processesOf(made.folder).length === 0 ? true : undefined), {
    what: 'all processes to end',
    withinMs: 10_000,
  });
  const { processes, ports } = takeSnapshot(made.folder);
  expect({ processes, ports }).toEqual({ processes: [], ports: [] });
  expect(existsSync(made.file('.meatymusic/supervisor.json'))).toBe(false);
}

describe.skipIf(reason)(`the receiver of spans of the embedded stack${reason ? ` (${reason})` : ''}`, () => {
  it('takes the spans of api and web in after `up --otlp`, and verify reads them from it', async () => {
    const httpPort = await freePort();
    // Its gRPC port is taken: it takes another one, and says so.
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port: grpcPort } = holder.address() as { port: number };
    await projectWith({ receiver: { httpPort, grpcPort } });
    const up = await made.run(['up', '--otlp', '--no-verify']);
    holder.close();
    expect(up.code, outputOf(up)).toBe(0);
    expect(up.stderr).toContain(`note: port ${grpcPort} is taken: telemetry-grpc listens on`);
    expect(up.stderr).toContain(`http://127.0.0.1:${httpPort}`);
    expect(state().ports.telemetry).toBe(httpPort);
    expect(state().children.telemetry?.pid).toBeGreaterThan(0);
    expect((await rowsOf()).find(({ service }) => service === 'telemetry')).toMatchObject({
      state: 'running',
      health: 'healthy',
    });

    const verified = await made.run(['verify', 'observability/*', '--reporter', 'json']);
    expect(verified.code, outputOf(verified)).toBe(0);
    const results = (
      JSON.parse(verified.stdout) as { checks: { id: string; status: string; summary?: string }[] }
    ).checks;
    expect(results.find(({ id }) => id === 'observability/spans-exported')).toMatchObject({
      status: 'pass',
      summary: expect.stringContaining('OTLP receiver of the stack (.meatymusic/spans/received.jsonl)'),
    });
    expect(results.find(({ id }) => id === 'observability/trace-propagates')?.status).toBe('pass');
    // No span was printed, so whatever was found came by OTLP.
    const spans = readFileSync(made.file('.meatymusic/spans/received.jsonl'), 'utf8').trim().split('\n');
    const services = new Set(spans.map((line) => (JSON.parse(line) as { service: string }).service));
    expect([...services]).toContain('meatymusic-api');
    for (const name of ['api', 'web']) {
      expect(readFileSync(made.file(`.meatymusic/logs/${name}.log`), 'utf8')).not.toMatch(/^\s+traceId:/m);
    }
    await down();
  });

  it('is not started by default, and a later `up --otlp` says what to do', async () => {
    await projectWith({}, ['api', 'web', 'database']);
    expect((await made.run(['up', '--no-verify'])).code).toBe(0);
    expect((await rowsOf()).map(({ service }) => service)).toEqual(['cache']);
    const again = await made.run(['up', '--otlp', '--no-verify']);
    expect(again.stderr).toContain(
      'note: the stack runs without a receiver of spans: meatymusic down, then up --otlp',
    );
    await down();
  });

  it('takes the port of a configured endpoint on this machine, and leaves it to a collector that is there', async () => {
    const port = await freePort();
    await projectWith({ otlpEndpoint: `http://localhost:${port}`, receiver: { grpcPort: 0 } }, [
      'api',
      'web',
      'database',
    ]);
    expect((await made.run(['up', '--no-verify'])).code).toBe(0);
    expect(state().ports.telemetry).toBe(port);
    await down();

    const collector = createServer();
    await new Promise<void>((resolve) => collector.listen(port, '127.0.0.1', resolve));
    const up = await made.run(['up', '--no-verify']);
    collector.close();
    expect(up.code, outputOf(up)).toBe(0);
    expect(up.stderr).toContain(
      `note: spans go to http://localhost:${port}, where a server is listening already`,
    );
    expect(state().children.telemetry).toBeUndefined();
    await down();
  });
});

describe.skipIf(withoutDocker)(
  `the receiver of spans of the compose stack${withoutDocker ? ` (${withoutDocker})` : ''}`,
  () => {
    const containers = async () => {
      const args = ['ps', '--all', '--quiet', '--filter', `volume=${made.file('.meatymusic/spans')}`];
      const { stdout } = await promisify(execFile)('docker', args);
      return stdout.split('\n').filter(Boolean).length;
    };

    it('is found by `down` after `up` was killed', async () => {
      made = await makeSmallComposeProject({
        telemetry: { receiver: { enabled: true, httpPort: 0, grpcPort: 0 } },
      });
      const call = made.start(['up', '--no-verify']);
      await call.sees(/meatymusic-telemetry\s+(created|started)/);
      call.child.kill('SIGKILL');
      await call.ended;
      expect(await containers()).toBe(1);
      const down = await made.run(['down', '--volumes']);
      expect(down.code, outputOf(down)).toBe(0);
      expect(down.stderr + down.stdout).toContain('meatymusic-telemetry');
      expect(await containers()).toBe(0);
    });
  },
);
