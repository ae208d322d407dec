import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { makeProject, notBuilt, type TestProject } from '../../testing/project.ts';

const line = (minutesAgo: number, message: string) =>
  `{"time":"${new Date(Date.now() - minutesAgo * 60_000).toISOString()}","level":"info","message":"${message}"}\n`;

describe.skipIf(notBuilt)('logs of an external stack', () => {
  let project: TestProject;
  /** Text that only the processes of this test carry. */
  let mark: string;
  const messages = (text: string) => [...text.matchAll(/message":"([^"]*)/g)].map(([, message]) => message);
  const lines = async (...args: string[]) => {
    const { code, stdout, stderr } = await project.run(['logs', ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };

  beforeAll(async () => {
    project = await makeProject();
    mark = `endless-${project.ports.api}`;
    const config = JSON.parse(readFileSync(project.file('meatymusic.config.json'), 'utf8'));
    const log = {
      api: { file: 'api.log' },
      database: { command: 'cat database.log' },
      cache: { command: `cat cache.log; echo ${mark} >&2; exec tail -n 0 -f cache.log` },
    };
    for (const [name, place] of Object.entries(log)) config.services[name].log = place;
    writeFileSync(project.file('meatymusic.config.json'), JSON.stringify({ ...config, runtime: 'external' }));
    writeFileSync(project.file('api.log'), line(60, 'api old') + line(2, 'api new'));
    writeFileSync(project.file('database.log'), line(30, 'database old') + line(1, 'database new'));
    writeFileSync(project.file('cache.log'), line(3, 'cache new'));
  });
  afterAll(() => project.remove());

  it('prints every service with a configured log, by time', async () => {
    expect(messages((await lines('--json')).replaceAll('\\"', '"'))).toEqual([
      'api old',
      'database old',
      'cache new',
      'api new',
      'database new',
    ]);
  });

  it('honours --tail and --since for files and commands', async () => {
    expect(messages(await lines('api', '--tail', '1', '--json'))).toEqual(['api new']);
    expect(messages(await lines('database', '--tail', '1', '--json'))).toEqual(['database new']);
    expect(messages(await lines('api', '--since', '10m', '--json'))).toEqual(['api new']);
    expect(messages(await lines('database', '--since', '10m', '--json'))).toEqual(['database new']);
  });

  it('follows a file and a command that keeps writing, and ends the command', async () => {
    const following = project.start(['logs', 'api', 'cache', '--follow', '--tail', '1', '--json']);
    await following.sees(/api new/);
    await following.sees(/cache new/);
    appendFileSync(project.file('api.log'), line(0, 'api later'));
    appendFileSync(project.file('cache.log'), line(0, 'cache later'));
    await following.sees(/api later/);
    await following.sees(/cache later/);
    expect(following.stdout).not.toContain('api old');
    following.child.kill('SIGINT');
    expect((await following.ended).code).toBe(130);
    await awaitUntil(() => (isRunning(mark) ? undefined : true), { what: 'its end', withinMs: 10_000 });
  });

  it('fails for a service without a log, for a missing file and for a command that fails', async () => {
    const web = await project.run(['logs', 'web']);
    expect(web).toMatchObject({ code: 78, stdout: '' });
    expect(web.stderr).toContain('the log of web cannot be read from here');
    expect(web.stderr).toContain('services.web.log');

    const file = project.file('meatymusic.config.json');
    const config = JSON.parse(readFileSync(file, 'utf8'));
    config.services.api.log = { file: 'absent.log' };
    config.services.database.log = { command: 'echo no such container >&2; exit 3' };
    const own = project.file('broken.config.json');
    writeFileSync(own, JSON.stringify(config));
    const absent = await project.run(['logs', 'api', '--config', own]);
    expect(absent).toMatchObject({ code: 69, stdout: '' });
    expect(absent.stderr).toContain('absent.log');
    const failed = await project.run(['logs', 'database', '--config', own]);
    expect(failed).toMatchObject({ code: 69, stdout: '' });
    expect(failed.stderr).toContain('exit code 3');
    expect(failed.stderr).toContain('no such container');
  });
});

function isRunning(mark: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
      } catch {
        return false;
      }
    });
}
