import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDeclared, runForReal } from '../../../testing/run-declared.ts';

let folder = '';
let port = 0;
const server = http.createServer((request, response) => {
  if (request.url === '/moved') return void response.writeHead(302, { location: '/page' }).end();
  if (request.url === '/echo') {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    return void request.on('end', () =>
      response.end(JSON.stringify({ method: request.method, headers: request.headers, body })),
    );
  }
  response.setHeader('X-Kind', 'page').end('<h1>MeatyMusic</h1>\nsecond line\n');
});

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-goss-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await new Promise((resolve) => server.close(resolve));
});

function file(name: string, content: unknown): string {
  const absolute = path.join(folder, name);
  writeFileSync(absolute, typeof content === 'string' ? content : JSON.stringify(content));
  return absolute;
}

const load = (gossfile: string, vars: Record<string, unknown> = {}, env: Record<string, string> = {}) =>
  loadDeclared({ gossfiles: [gossfile], root: folder, env, vars });

describe('a gossfile', () => {
  test('is carried out: http, addr, port, dns, command, file, process, matching', async () => {
    const gossfile = file(
      'goss.yaml',
      `
http:
  http://127.0.0.1:${port}/page:
    status: 200
    headers: ["X-Kind: page"]
    body: [MeatyMusic, "/second l.ne/", "!error"]
  http://127.0.0.1:${port}/moved: { status: 200, body: [MeatyMusic] }
  moved-not-followed: { url: "http://127.0.0.1:${port}/moved", no-follow-redirects: true, status: 302 }
  echo:
    url: http://127.0.0.1:${port}/echo
    method: PUT
    request-headers: ["X-A: 1"]
    request-body: hello
    username: me
    password: secret
    status: 200
    body: { gjson: { method: PUT, body: hello, headers.x-a: "1", headers.authorization: { have-prefix: Basic } } }
addr:
  tcp://127.0.0.1:${port}: { reachable: true, timeout: 60000 }
  tcp://127.0.0.1:1: { reachable: false, timeout: 60000 }
port:
  tcp:${port}: { listening: true, ip: [127.0.0.1] }
  tcp:1: { listening: false }
dns:
  localhost: { resolvable: true, addrs: [127.0.0.1], timeout: 60000 }
command:
  echo 3: { exit-status: 0, stdout: { lt: 5 }, stderr: [] }
  exit 4: { exit-status: 4 }
file:
  /etc/passwd: { exists: true, mode: "0644", owner: root, filetype: file, contents: ["root:"] }
  /no/such/file: { exists: false }
process:
  node: { running: true }
  no-such-program: { running: false }
matching:
  a value: { content: [1, 2], matches: { have-len: 2 } }
`,
    );
    const { checks, notices } = await load(gossfile);
    expect(notices).toEqual([]);
    const verdicts = await Promise.all(
      checks.map(async (check) => [check.id, await runForReal(check)] as const),
    );
    expect(verdicts.filter(([, verdict]) => verdict.status !== 'pass')).toEqual([]);
    expect(verdicts).toHaveLength(16);
    expect(JSON.stringify(verdicts)).not.toContain('me:secret');
  });

  test('fails where goss fails, and says what was expected and found', async () => {
    const gossfile = file('fails.yaml', {
      http: { [`http://127.0.0.1:${port}/page`]: { status: 201, body: ['absent'] } },
      addr: { 'tcp://127.0.0.1:1': { reachable: true } },
      command: { false: { 'exit-status': 0 } },
      file: { '/no/such/file': { exists: true } },
    });
    const { checks } = await load(gossfile);
    const verdicts = await Promise.all(checks.map((check) => runForReal(check)));
    expect(verdicts.map((verdict) => verdict.status)).toEqual(['fail', 'fail', 'fail', 'fail']);
    expect(verdicts[0]).toMatchObject({
      code: 'mismatch',
      expected: 'status is 201; body has "absent"',
      actual: expect.stringContaining('status is 200; body is "<h1>MeatyMusic'),
    });
    expect(verdicts[1]).toMatchObject({
      code: 'unreachable',
      actual: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('what cannot be carried out is skipped by name, never dropped', async () => {
    const { checks, notices } = await load(
      file('unsupported.yaml', {
        addr: { 'udp://127.0.0.1:53': { reachable: true } },
        http: { 'https://127.0.0.1': { status: 200, proxy: 'http://127.0.0.1:3128' } },
        mount: { '/': { exists: true, usage: { lt: 95 } }, '/proc': { usage: { lt: 95 } } },
      }),
    );
    const verdicts = await Promise.all(checks.map((check) => runForReal(check)));
    expect(verdicts.map((verdict) => verdict.status)).toEqual(['skip', 'skip', 'pass', 'skip']);
    expect(checks[2]?.title).toBe('mount: / (not judged: usage)');
    expect(notices).toEqual([
      'unsupported.yaml:1: addr "udp://127.0.0.1:53": not supported: the address udp://127.0.0.1:53 is not tcp://host:port',
      'unsupported.yaml:1: http "https://127.0.0.1": not supported: "proxy" of http',
      'unsupported.yaml:1: mount "/": not supported: "usage" of mount',
      'unsupported.yaml:1: mount "/proc": not supported: "usage" of mount',
    ]);
  });

  test('a test that is included again replaces the earlier one, once and by name', async () => {
    file('common.yaml', {
      matching: { shared: { content: 1, matches: 2 }, own: { content: 1, matches: 1 } },
    });
    file('last.yaml', { matching: { shared: { content: 1, matches: 1 } } });
    const { checks, notices } = await load(
      file('top.yaml', {
        gossfile: { 'common.yaml': {}, './common.yaml': {}, 'last.yaml': {} },
        matching: { shared: { content: 1, matches: 3 } },
      }),
    );
    expect(checks.map(({ id }) => id)).toEqual(['goss-matching/shared', 'goss-matching/own']);
    const verdicts = await Promise.all(checks.map((check) => runForReal(check)));
    expect(verdicts.map(({ status }) => status)).toEqual(['pass', 'pass']);
    expect(notices).toHaveLength(2);
    expect(notices.at(-1)).toMatch(/last\.yaml:1: matching "shared" replaces the one of .*common\.yaml:1$/);
  });

  test('is a template: variables, environment, loops, conditions, functions', async () => {
    const { checks } = await load(
      file(
        'template.yaml',
        `
matching:
{{- range $name, $value := .Vars.values }}
  {{ $name }}:
    content: {{ $value }}
    matches: {{ $value }}
{{- end }}
{{ range mkSlice "x" "y" }}
  {{ . | toUpper }}: { content: {{ . }}, matches: {{ . }} }
{{ end }}
{{ if eq .Env.STAGE "ci" }}
  only in {{ .Env.STAGE }}: { content: 1, matches: 1 }
{{ else }}
  elsewhere: { content: 1, matches: 1 }
{{ end }}
{{/* a comment */}}
  {{ printf "%s-%d" (index .Vars "list" 1) 7 | quote }}: { content: 1, matches: 1 }
`,
      ),
      { values: { b: 2, a: 1 }, list: ['p', 'q'] },
      { STAGE: 'ci' },
    );
    expect(checks.map(({ title }) => title)).toEqual([
      'matching: a',
      'matching: b',
      'matching: X',
      'matching: Y',
      'matching: only in ci',
      'matching: q-7',
    ]);
  });

  test('includes other gossfiles', async () => {
    file('part-a.yaml', { matching: { a: { content: 1, matches: 1 } } });
    file('part-b.yaml', { matching: { b: { content: 1, matches: 1 } } });
    const { checks } = await load(
      file('whole.yaml', { gossfile: { 'part-*.yaml': {}, 'part-b.yaml': { skip: true } } }),
    );
    expect(checks.map(({ title }) => title)).toEqual(['matching: a', 'matching: b']);
  });

  test.each([
    [
      'http:\n  x: { status: {} }',
      'bad.yaml:2: an empty expectation always holds; say what is expected (status of http "x")',
    ],
    [
      'file:\n  /: { exists: true, ownr: root }',
      'bad.yaml:2: file has no "ownr"; did you mean "owner"? (ownr of file "/")',
    ],
    [
      'http:\n  x: { ulr: y, status: 200 }',
      'bad.yaml:2: http has no "ulr"; did you mean "url"? (ulr of http "x")',
    ],
    ['htp:\n  x: { status: 200 }', 'bad.yaml:1: "htp" is no test of a gossfile; did you mean "http"?'],
    ['http: [a]', 'bad.yaml:1: "http" must be a map of tests'],
    ['http:\n  a: text', 'bad.yaml:1: "http" must be a map of tests'],
    ['{{ nonsense 1 }}', 'bad.yaml:1: the template function "nonsense" is not supported'],
    ['a: 1\n{{ if .x }}', 'bad.yaml:2: {{if}} has no {{end}}'],
    [
      'http:\n  x: {}',
      'bad.yaml:2: has no expectation; possible: status, headers, body, duration-ms, address, final-url, reachable (http "x")',
    ],
  ])('%j is refused with its line', async (text, problem) => {
    await expect(load(file('bad.yaml', text))).rejects.toMatchObject({ exitCode: 78, details: [problem] });
  });
});
