import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gossMissing, gossValidate } from '../../testing/goss.ts';
import { makeProject, notBuilt, type TestProject } from '../../testing/project.ts';

/** Says back what it was asked: a service that repeats a secret. */
const server = http.createServer((request, response) => {
  response.end(JSON.stringify({ url: request.url, headers: request.headers }));
});

interface Outcome {
  id: string;
  title: string;
  status: string;
}

describe.skipIf(notBuilt)(
  `declared checks on the command line${notBuilt ? ` (skipped: ${notBuilt})` : ''}`,
  () => {
    let project: TestProject;
    let url: string;
    beforeAll(async () => {
      project = await makeProject({ runtime: 'external' });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      writeFileSync(project.file('.env'), 'ECHO_TOKEN=from-env-file\nSTAGE=ci\n');
    });
    afterAll(async () => {
      server.closeAllConnections();
      server.close();
      await project.remove();
    });

    const statuses = (result: Record<string, unknown>) =>
      Object.fromEntries((result.checks as Outcome[]).map(({ id, status }) => [id, status]));

    test('--check-file: variables, a loop, joined and negated expectations; 1 when one does not hold', async () => {
      writeFileSync(
        project.file('checks.yaml'),
        `
vars: { pages: [songs, albums] }
checks:
  - for: \${pages}
    id: pages/\${item}
    kind: http
    url: ${url}/\${item}
    status: { or: [200, 204] }
    body: { json: { url: "/\${item}" }, not: { contains: nothing } }
  - { id: pages/wrong, kind: http, url: "${url}/", status: { not: 200 } }
`,
      );
      const result = await project.json(['verify', 'pages/*', '--check-file', 'checks.yaml']);
      expect(statuses(result)).toEqual({
        'pages/songs': 'pass',
        'pages/albums': 'pass',
        'pages/wrong': 'fail',
      });
      const { code, stdout } = await project.run(['verify', 'pages/*', '--check-file', 'checks.yaml']);
      expect(code).toBe(1);
      expect(stdout).toContain('expected   status not (is 200)');
    });

    test('--check-file: a pattern that backtracks elsewhere is judged in linear time', async () => {
      const check = `{ id: a/endless, kind: http, url: "${url}/${'a'.repeat(60)}", body: ["/(a+)+!/"] }`;
      writeFileSync(project.file('endless.yaml'), `checks: [${check}]`);
      const { code, stdout } = await project.run(['verify', '--check-file', 'endless.yaml', '--json']);
      expect(JSON.parse(stdout).checks).toMatchObject([{ id: 'a/endless', status: 'fail' }]);
      expect(code).toBe(1);
    });

    test('--check-file: all that is wrong at once, with its lines, and 78', async () => {
      writeFileSync(
        project.file('wrong.yaml'),
        'checks:\n  - { id: a/b, kind: htp }\n  - { id: a/c, kind: http, url: /, status: { eqals: 1 } }\n',
      );
      const { code, stderr } = await project.run(['verify', '--check-file', 'wrong.yaml']);
      expect(code).toBe(78);
      expect(stderr).toContain('wrong.yaml:2: there is no kind "htp"; did you mean "http"?');
      expect(stderr).toContain('wrong.yaml:3: there is no matcher "eqals"; did you mean "equals"?');
    });

    test('--gossfile: secrets that a template brings in are in no report, even where the service repeats them', async () => {
      writeFileSync(
        project.file('secret.yaml'),
        `
http:
  {{ .Vars.url }}/{{ getEnv "ECHO_TOKEN" }}:
    status: 500
    request-headers: ["X-Token: {{ .Env.PROCESS_SECRET }}"]
    password: in-the-file-1
    username: me
    body: ["{{ .Vars.password }}"]
`,
      );
      writeFileSync(project.file('vars.yaml'), `url: ${url}\npassword: in-the-vars-1\n`);
      const env = { PROCESS_SECRET: 'from-process-1' };
      const args = ['verify', 'goss-*/*', '--gossfile', 'secret.yaml', '--vars', 'vars.yaml'];
      const formats = ['json', 'junit', 'markdown', 'html'].flatMap((name) => [
        '--reporter',
        `${name}=report.${name}`,
      ]);
      const { code, stdout, stderr } = await project.run([...args, ...formats, '--evidence', 'kept'], env);
      expect(code).toBe(1);
      const reports = ['json', 'junit', 'markdown', 'html'].map((name) =>
        readFileSync(project.file(`report.${name}`), 'utf8'),
      );
      const all = [stdout, stderr, ...reports].join('\n');
      expect(all).toContain('[redacted]');
      for (const secret of ['from-env-file', 'from-process-1', 'in-the-file-1', 'in-the-vars-1']) {
        expect(all).not.toContain(secret);
        expect(all).not.toContain(Buffer.from(`me:${secret}`).toString('base64'));
      }
    });

    test('--gossfile: what cannot be carried out is named', async () => {
      const tests = {
        matching: { sum: { content: 2, matches: 2 } },
        addr: { 'udp://127.0.0.1:53': { reachable: true } },
      };
      writeFileSync(project.file('part.yaml'), JSON.stringify(tests));
      const { code, stdout, stderr } = await project.run(['verify', 'goss-*/*', '--gossfile', 'part.yaml']);
      expect(code).toBe(0);
      expect(stdout + stderr).toContain(
        'not supported: the address udp://127.0.0.1:53 is not tcp://host:port',
      );
    });

    test.skipIf(gossMissing)(
      `--gossfile: the verdicts of goss itself${gossMissing ? ` (skipped: ${gossMissing})` : ''}`,
      async () => {
        const file = project.file('goss.yaml');
        writeFileSync(
          file,
          `
file:
{{- range mkSlice "/etc/passwd" "/etc/group" }}
  {{ . }}: { exists: true, mode: "0644", owner: root, filetype: file, contents: ["root:"] }
{{- end }}
  /no/such/file: { exists: true }
http:
  ${url}/page: { status: 200, body: [page, "!error"] }
  ${url}/other: { status: 404 }
addr:
  tcp://${url.slice(7)}: { reachable: true, timeout: 60000 }
  tcp://127.0.0.1:1: { reachable: true, timeout: 60000 }
command:
  {{ if eq .Env.STAGE "ci" }}echo ci{{ end }}: { exit-status: 0, stdout: [ci] }
  exit 3: { exit-status: 0 }
process:
  no-such-program: { running: false }
dns:
  localhost: { resolvable: true, timeout: 60000 }
`,
        );
        const result = await project.json(['verify', 'goss-*/*', '--gossfile', 'goss.yaml']);
        const ours = Object.fromEntries(
          (result.checks as Outcome[]).map(({ title, status }) => [
            title.replace(/^\\w+: /, '').replace('Not met: ', ''),
            status,
          ]),
        );
        const theirs: Record<string, string> = {};
        for (const { result: code, ...each } of await gossValidate(file, { env: { STAGE: 'ci' } })) {
          const title = `${each['resource-type'].toLowerCase()}: ${each['resource-id']}`;
          if (theirs[title] !== 'fail') theirs[title] = code === 1 ? 'fail' : 'pass';
        }
        expect(ours).toEqual(theirs);
        expect(new Set(Object.values(theirs))).toEqual(new Set(['pass', 'fail']));
      },
    );
  },
);
