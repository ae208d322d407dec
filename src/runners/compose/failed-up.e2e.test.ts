import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import {
  type ComposeProject,
  dockerMissing,
  makeComposeProject,
  noServices,
  nothingLeft,
} from '../../testing/docker.ts';
import { leaksInvisible, processesOf } from '../../testing/leaks.ts';
import { type CliResult, notBuilt, startCli } from '../../testing/project.ts';

const missing = dockerMissing ?? notBuilt ?? leaksInvisible;
const slow = { timeout: 400_000 };

let project: ComposeProject;
afterEach(() => project?.remove());

const outputOf = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;
const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const stateOf = (service: string) =>
  docker('inspect', '--format', '{{.Id}} {{.State.Status}}', `${project.name}-${service}-1`).split(' ');

const service = (name: string, further: string) => `
  ${name}:
    image: redis:7-alpine
    stop_grace_period: 0s
    volumes: ["${name}:/data"]
    ${further}`;
const file = (...services: string[]) =>
  `services:${services.join('')}\nvolumes: { sessions: {}, kept: {}, stopped: {} }\n`;
const config = {
  runtime: 'compose',
  services: { ...noServices, cache: { url: 'redis://localhost:6379' } },
  compose: { services: { cache: 'sessions' } },
};
const make = (composeFile: string) =>
  makeComposeProject(composeFile, { files: { 'meatymusic.config.json': JSON.stringify(config) } });

describe.skipIf(missing)(`an \`up\` on containers that fails${missing ? ` (${missing})` : ''}`, () => {
  it('takes away what it made when a port is not published, and leaves what was there', slow, async () => {
    project = make(file(service('sessions', '')));
    const up = await startCli(project.folder, ['up', '--no-verify']).ended;
    expect(up.code, outputOf(up)).toBe(78);
    expect(up.stderr).toContain('publishes no port');
    expect(await project.things()).toEqual(nothingLeft);
    for (const name of ['compose.json', 'compose-claim.json'])
      expect(existsSync(project.file(`.meatymusic/${name}`)), name).toBe(false);

    const others = [service('kept', ''), service('stopped', '')];
    writeFileSync(project.file('compose.yaml'), file(...others));
    docker('compose', '--project-directory', project.folder, 'up', '--detach', '--wait');
    docker('stop', `${project.name}-stopped-1`);
    const before = [await project.things(), stateOf('kept'), stateOf('stopped')];
    writeFileSync(project.file('compose.yaml'), file(service('sessions', ''), ...others));
    const again = await startCli(project.folder, ['up', '--no-verify']).ended;
    expect(again.code, outputOf(again)).toBe(78);
    expect([await project.things(), stateOf('kept'), stateOf('stopped')]).toEqual(before);
  });

  it('leaves no process when it is killed, and `down` removes what it made', slow, async () => {
    // It never answers, and nothing happens that the engine would report: who listens to events would wait for ever.
    const mute = 'entrypoint: [sleep, "600"]\n    ports: ["127.0.0.1::6379"]';
    project = make(file(service('sessions', mute)));
    const call = startCli(project.folder, ['up', '--no-verify']);
    await call.sees(/for an answer at port/);
    call.child.kill('SIGKILL');
    await awaitUntil(() => (processesOf(project.folder).length === 0 ? true : undefined), {
      what: 'the processes of the call to end',
      withinMs: 20_000,
    });
    const down = await startCli(project.folder, ['down', '--volumes']).ended;
    expect(down.code, outputOf(down)).toBe(0);
    expect(await project.things()).toEqual(nothingLeft);
  });

  it('leaves no process when `logs --follow` is killed', slow, async () => {
    project = make(file(service('sessions', 'ports: ["127.0.0.1::6379"]')));
    const up = await startCli(project.folder, ['up', '--no-verify']).ended;
    expect(up.code, outputOf(up)).toBe(0);
    const call = startCli(project.folder, ['logs', '--follow']);
    await call.sees(/Ready to accept connections/);
    call.child.kill('SIGKILL');
    await awaitUntil(() => (processesOf(project.folder).length === 0 ? true : undefined), {
      what: 'the processes of the call to end',
      withinMs: 20_000,
    });
  });
});
