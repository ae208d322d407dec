import { describe, expect, test } from 'vitest';
import type { CheckDefinition } from '../../check/define-check.ts';
import { readChecksFile } from './checks-file.ts';
import { commonShape } from './entry.ts';
import { kinds } from './kinds/index.ts';

const read = (text: string, env: Record<string, string> = {}, vars: Record<string, unknown> = {}) => {
  const problems: string[] = [];
  const { checks: found } = readChecksFile('checks.yaml', text, { env, vars }, problems);
  const checks = found.map(({ definition, ...place }) => ({ ...(definition as CheckDefinition), ...place }));
  return { checks, problems };
};

test('every problem of an entry is reported at once; the key that a mistyped one is meant to be is not missing', () => {
  const { problems } = read(`
checks:
  - id: songs/one
    kind: http
    ulr: /songs
    after: api/health
    level: urgent
    status: 200
`);
  expect(problems).toHaveLength(3);
  expect(problems[0]).toBe('checks.yaml:5: http has no "ulr"; did you mean "url"? (ulr of songs/one)');
  expect(problems[1]).toContain('(after of songs/one)');
  expect(problems[2]).toContain('(level of songs/one)');
});

describe('what is declared', () => {
  test('is a check like any other', () => {
    const { checks, problems } = read(`
checks:
  - id: docs/page
    kind: http
    url: /docs
    status: 200
    after: [api/health]
    level: advisory
    tags: [docs]
    timeout: 2s
`);
    expect(problems).toEqual([]);
    expect(checks[0]).toMatchObject({
      id: 'docs/page',
      source: 'checks.yaml:3',
      title: 'GET /docs',
      needs: ['http'],
      uses: ['api'],
      after: ['api/health'],
      level: 'advisory',
      tags: ['docs'],
      timeoutMs: 2000,
    });
  });

  test.each([
    ['kind: http, url: /x, status: 200', 'none'],
    ['kind: http, url: /x, method: POST, status: 200', 'temporary'],
    ['kind: redis-command, command: GET x, reply: y', 'none'],
    ['kind: redis-command, command: SET x y, reply: OK', 'temporary'],
    ['kind: redis-command, command: FLUSHALL, error: NOPERM', 'disruptive'],
    ['kind: postgres-query, query: select 1, value: 1', 'none'],
    ['kind: command, command: df, exit-status: 0', 'temporary'],
    ['kind: command, command: df, read-only: true, exit-status: 0', 'none'],
    ['kind: package, package: jq, installed: true', 'none'],
  ])('declares what it does to the stack: %s', (entry, effects) => {
    const { checks, problems } = read(`checks: [{ id: a/one, ${entry} }]`);
    expect(problems).toEqual([]);
    expect(checks[0]?.effects).toBe(effects);
  });

  test('takes variables from the call, the file and the environment, in this order, with their types', () => {
    const text = `
vars: { host: from-file, port: 81 }
checks:
  - { id: a/b, kind: tcp, host: "\${host}", port: "\${port}", reachable: true, title: "\${NAME}, \${none:-default}, $\${literal}" }
`;
    const { checks, problems } = read(text, { NAME: 'env', host: 'from-env' }, { host: 'from-call' });
    expect(problems).toEqual([]);
    expect(checks[0]?.title).toBe('env, default, ${literal}');
    expect(read(text.replace('title', 'why'), { NAME: 'env' }).checks[0]?.title).toBe('TCP from-file:81');
  });

  test('is made once for each item of a list', () => {
    const { checks } = read(`
vars: { pages: [{ name: home, path: / }, { name: dashboard, path: /dashboard }] }
checks:
  - { for: "\${pages}", id: "pages/\${item.name}", kind: http, service: web, url: "\${item.path}", status: 200 }
`);
    expect(checks.map(({ id, title }) => [id, title])).toEqual([
      ['pages/home', 'GET /'],
      ['pages/dashboard', 'GET /dashboard'],
    ]);
  });
});

describe('what is wrong', () => {
  test('is named with its line, all of it at once', () => {
    const { checks, problems } = read(`
checks:
  - id: a/unknown-kind
    kind: htp
    status: 200
  - id: a/expects-nothing
    kind: http
    url: /
  - id: a/empty-list
    kind: http
    url: /
    body: []
  - id: a/empty-matcher
    kind: http
    url: /
    status: {}
  - id: a/unknown-key
    kind: http
    url: /
    stauts: 200
  - id: a/unknown-matcher
    kind: http
    url: /
    body:
      containz: x
  - id: a/bad-regexp
    kind: http
    url: /
    body:
      regexp: '('
  - id: a/no-variable
    kind: http
    url: \${nowhere}
    status: 200
  - id: no-area
    kind: http
    url: /
    status: 200
  - kind: tcp
    host: x
    port: 99999
    reachable: true
  - just text
others: 1
`);
    expect(checks).toEqual([]);
    expect(problems).toMatchInlineSnapshot(`
      [
        "checks.yaml:44: there is no "others" here; known: $schema, vars, defaults, checks",
        "checks.yaml:4: there is no kind "htp"; did you mean "http"? (kind of a/unknown-kind)",
        "checks.yaml:6: has no expectation; possible: status, headers, body, duration-ms, address, final-url, reachable (a/expects-nothing)",
        "checks.yaml:12: an empty list of expectations always holds; say what is expected (body of a/empty-list)",
        "checks.yaml:16: an empty expectation always holds; say what is expected (status of a/empty-matcher)",
        "checks.yaml:20: http has no "stauts"; did you mean "status"? (stauts of a/unknown-key)",
        "checks.yaml:25: there is no matcher "containz"; did you mean "contains"? (body.containz of a/unknown-matcher)",
        "checks.yaml:30: error parsing regexp: missing closing ): \`(\` (body.regexp of a/bad-regexp)",
        "checks.yaml:33: there is no variable "nowhere" (write \${nowhere:-default} for a default) (url of a/no-variable)",
        "checks.yaml:35: id must be <area>/<name> (id of no-area)",
        "checks.yaml:39: id is missing",
        "checks.yaml:41: port is more than 65535",
        "checks.yaml:43: has no kind; known: http, tcp, dns, tls, port, postgres-query, redis-command, logs, trace, command, file, process, user, group, package, service, mount, interface, kernel-param, matching",
      ]
    `);
  });

  test('syntax, duplicate keys and an empty list of checks', () => {
    expect(read('checks: [').problems[0]).toMatch(/^checks\.yaml:1: /);
    expect(read('checks: []').problems).toEqual([
      'checks.yaml:1: "checks" must be a list with at least one check',
    ]);
    expect(read('checks:\n  - id: a/b\n    id: a/c').problems[0]).toMatch(
      /^checks\.yaml:3: duplicated mapping key/,
    );
    expect(read('text').problems).toEqual(['checks.yaml:1: must be a map with a list "checks"']);
  });

  test('a key of an object prototype is no kind and no matcher', () => {
    expect(read('checks: [{ id: a/b, kind: constructor, status: 1 }]').problems[0]).toContain(
      'there is no kind "constructor"',
    );
    expect(read('checks: [{ id: a/b, kind: http, url: /, status: { __proto__: 1 } }]').problems).toHaveLength(
      1,
    );
  });
});

test.each([...kinds.values()])(
  'nothing of $name is both looked at and expected',
  ({ target, attributes }) => {
    const taken = [...Object.keys(commonShape), ...Object.keys(target)];
    expect(Object.keys(attributes).filter((name) => taken.includes(name))).toEqual([]);
  },
);

describe('what is known to end by itself', () => {
  test.each([
    [
      'values, texts and their lines',
      'kind: http, url: /, status: 200, body: [ok, "!no"], duration-ms: { lt: 5 }',
      true,
    ],
    ['a connection', 'kind: tcp, host: a, port: 1, reachable: true', true],
    ['a pattern of a line', 'kind: http, url: /, body: ["/(a+)+$/"]', true],
    ['a search in JSON', 'kind: http, url: /, body: { json: { a: 1 } }', true],
    ['not a file that may be a pipe', 'kind: http, url: /, status: 200, ca-file: x.pem', false],
    ['not what another program does', 'kind: command, command: [ls], exit-status: 0', false],
  ])('%s', (_, entry, isBounded) => {
    expect(read(`checks: [{ id: a/b, ${entry} }]`).checks[0]).toMatchObject({ isBounded });
  });
});

test('a long file is read in parts, and its lines keep their numbers', () => {
  const entry = (index: number) =>
    `  - id: long/check-${index}\n    kind: http\n    url: /page/${index}\n    status: ${index === 1700 ? '{}' : 200}\n`;
  const { checks, problems } = read(
    `vars: { a: 1 }\nchecks:\n${Array.from({ length: 2500 }, (_, index) => entry(index)).join('')}`,
  );
  expect(checks).toHaveLength(2499);
  expect(checks[2400]).toMatchObject({ id: 'long/check-2401', source: `checks.yaml:${3 + 2401 * 4}` });
  expect(problems).toEqual([
    `checks.yaml:${3 + 1700 * 4 + 3}: an empty expectation always holds; say what is expected (status of long/check-1700)`,
  ]);
});
