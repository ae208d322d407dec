/**
 * No secret leaves: a stack that repeats every secret that it could know, in every encoding, in bodies, headers, errors,
 * rows, logs, spans and output, and every command and file that could pass it on. The same text commands CI runners.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../testing/project.ts';
import { secretEncodings } from '../testing/secret-encodings.ts';

const pemLines = [
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj',
  'MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu',
];
const long = 'Lk9-vQ2xW7mZ4tB8nR3cJ6yH1fD5gS0pA-uE9iO4lK7jM2';

/** Where each is: in the environment, in `.env`, in the configuration, in a file of checks. */
const env: Record<string, string> = {
  CLERK_SECRET_KEY: 'sk_c4nary/one+1',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY',
  STRIPE_LIVE_KEY: 'rk_c4naryTwo&<2>',
  DB_PASS: `d'b "p4ss" \\x`,
  SSH_PASSPHRASE: 'correct horse battery staple',
  DEPLOY_PEM: `-----BEGIN PRIVATE KEY-----\n${pemLines.join('\n')}\n-----END PRIVATE KEY-----\n`,
  GIT_REMOTE: 'https://ghp_c4naryThree333@github.test/o/r',
  BLOB: 'https://blob.test/c?sv=1&sig=c4nary%2FFour%3D4444',
  QUEUE: 'redis://:c4naryF1ve!x@queue.test:6379/0',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20c4narySix~6,x-team=c4narySeven7',
  LONG_TOKEN: long,
};
const envFile = { MAIL_PASSWORD: 'päss-wört-8', userPassword: 'c4naryNine9$x', auth_token: 'c4naryTen10;y' };
const inConfig = 'c4naryEleven.11';
const inChecks = {
  header: 'c4naryTwelve#12',
  basic: 'c4naryThirteen:13',
  query: 'c4naryFourteen14',
  variable: 'c4naryFifteen15',
};
const secrets = [
  env.CLERK_SECRET_KEY!,
  env.AWS_SECRET_ACCESS_KEY!,
  env.STRIPE_LIVE_KEY!,
  env.DB_PASS!,
  env.SSH_PASSPHRASE!,
  ...pemLines,
  'ghp_c4naryThree333',
  'c4nary/Four=4444',
  'c4naryF1ve!x',
  'c4narySix~6',
  'c4narySeven7',
  long,
  ...Object.values(envFile),
  inConfig,
  ...Object.values(inChecks),
];

const commands =
  '::error file=x::owned\n##[error]owned\n##vso[task.complete]owned\n##teamcity[buildStop]\n::add-mask::a';
const forms = secrets.map((secret) =>
  secretEncodings.map(([name, write]) => [`${name}: ${secret}`, write(secret)] as const),
);
const textOf = (index: number) => `${forms[index]!.map(([, form]) => form).join(' | ')}\n${commands}\n`;
const everything = secrets.map((_, index) => textOf(index)).join('');
/** The secret lies across the place where text is cut, wherever that is. */
const across = (length: number) => `${'y'.repeat(length)} ${long} ${'z'.repeat(4000)}`;

const api = http.createServer((request, response) => {
  const index = Number(/^\/s\/(\d+)/.exec(request.url ?? '')?.[1]);
  const cut = Number(/^\/cut\/(\d+)/.exec(request.url ?? '')?.[1]);
  const secret = secrets[index] ?? long;
  response.setHeader('set-cookie', `sid=${encodeURIComponent(secret)}; Path=/`);
  response.setHeader('x-echo', Buffer.from(secret).toString('base64'));
  response.setHeader('x-api-key', 'unknown-to-the-project-1');
  response.statusCode = Number.isNaN(index) && Number.isNaN(cut) ? 500 : 200;
  response.end(Number.isNaN(cut) ? (secrets[index] ? textOf(index) : everything) : across(cut));
});
let turn = 0;
const cache = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', () => {
    const [, form] = forms[turn % secrets.length]![turn++ % secretEncodings.length]!;
    socket.write(`-ERR ${form.replace(/[\r\n]/g, ' ')} ::error::owned\r\n`);
  });
});

const reason = notBuilt ?? postgresMissing;

describe.skipIf(reason)(`a hostile stack${reason ? ` (${reason})` : ''}`, () => {
  let project: TestProject;
  let postgres: TestPostgres;
  /** Files as they were after the last look: what is written anew is looked at. */
  let looked: Map<string, number>;
  const listen = (server: net.Server) =>
    new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    );

  beforeAll(async () => {
    postgres = await startPostgres();
    const [port, cachePort] = [await listen(api), await listen(cache)];
    const url = `http://127.0.0.1:${port}`;
    project = await makeProject({
      runtime: 'external',
      auth: { token: inConfig },
      vars: { password: inChecks.variable },
      services: {
        api: { url, log: { file: 'api.log' } },
        web: { enabled: false },
        database: { url: await postgres.createDatabase() },
        cache: { url: `redis://127.0.0.1:${cachePort}` },
      },
      migrations: { folder: 'migrations' },
      checkFiles: 'checks.json',
      verify: { retryFor: 0, timeout: 3000 },
      browser: { path: '/nonexistent/browser' },
    });
    const write = (name: string, text: string) => writeFileSync(project.file(name), text);
    write(
      '.env',
      Object.entries(envFile)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    );
    write('forms.txt', everything);
    write(
      'cut.txt',
      `${across(2040)}`
        .split('')
        .reverse()
        .join('')
        .replace([...long].reverse().join(''), long),
    );
    write(
      'api.log',
      `${secrets.flatMap((_, index) => forms[index]!.map(([, form]) => JSON.stringify({ level: 50, msg: form }))).join('\n')}\n${everything}`,
    );
    mkdirSync(project.file('migrations'));
    write(
      'migrations/20260101000000_raises.ts',
      `const sql = ${JSON.stringify(`do $outer$ begin raise exception using message = ${literal(everything)}, detail = ${literal(everything)}; end $outer$`)};
      const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] };
      export const up = (db: any) => db.executeQuery({ sql, query, parameters: [], queryId: { queryId: 'a' } });
      export async function down() {}`,
    );
    const cuts = [2000, 2030, 2040, 2047];
    const checks = [
      ...secrets.map((_, index) => ({
        id: `echo/body-${index}`,
        kind: 'http',
        url: `/s/${index}`,
        body: 'nothing of this',
      })),
      ...secrets.map((_, index) => ({
        id: `echo/rows-${index}`,
        kind: 'postgres-query',
        query: `select ${literal(textOf(index))} as t`,
        value: 'other',
      })),
      ...secrets.map((secret, index) => ({
        id: `echo/sql-${index}`,
        kind: 'postgres-query',
        query: `select ${literal(secret)}::int`,
        value: 1,
      })),
      ...cuts.map((length) => ({
        id: `echo/cut-${length}`,
        kind: 'http',
        url: `/cut/${length}`,
        status: 201,
      })),
      {
        id: 'echo/output',
        kind: 'command',
        command: 'cat forms.txt; cat forms.txt >&2; cat cut.txt',
        'exit-status': 1,
      },
      { id: 'echo/output-cut', kind: 'command', command: 'cat cut.txt; cat cut.txt >&2', 'exit-status': 1 },
      { id: 'echo/file', kind: 'file', path: project.file('forms.txt'), contents: ['nothing of this'] },
      { id: 'echo/log', kind: 'logs', contains: 'level', text: ['nothing of this'] },
      { id: 'echo/redis', kind: 'redis-command', command: 'PING', reply: 'PONG' },
      { id: 'echo/variable', kind: 'matching', content: '${password}', matches: 'other' },
      {
        id: 'echo/sent',
        kind: 'http',
        url: `/s/0?client_secret=${inChecks.query}`,
        'request-headers': {
          'X-Api-Key': inChecks.header,
          Authorization: `Basic ${Buffer.from(`u:${inChecks.basic}`).toString('base64')}`,
        },
        status: 201,
      },
    ];
    write('checks.json', JSON.stringify({ checks }));
    looked = modifiedBelow(project.folder);
  });

  afterAll(async () => {
    api.closeAllConnections();
    api.close();
    cache.close();
    await postgres?.stop();
    await project?.remove();
  });

  const reporters = ['json', 'jsonl', 'junit', 'tap', 'github', 'markdown', 'html', 'prometheus', 'pretty'];

  it.each([
    [
      'verify in every format, with evidence',
      [
        'verify',
        'echo/*',
        'api/*',
        'cache/*',
        'database/*',
        '--evidence',
        'evidence',
        ...reporters.flatMap((name) => ['--reporter', `${name}=report.${name}`]),
      ],
    ],
    ['verify --verbose', ['verify', 'echo/*', '--verbose']],
    ['verify for GitHub', ['verify', 'echo/*', '--reporter', 'github']],
    ['verify from evidence', ['verify', '--from', 'evidence', '--reporter', 'json']],
    ['status', ['status']],
    ['status --json', ['status', '--json']],
    ['logs', ['logs', 'api']],
    ['logs --json', ['logs', 'api', '--json']],
    ['logs check', ['logs', 'check', 'api.log']],
    [
      'logs check --json, rules off',
      ['logs', 'check', 'api.log', '--json', '--ignore-rule', 'all', '--require', 'trace'],
    ],
    ['migrate up', ['migrate', 'up']],
    ['migrate up --verbose', ['migrate', 'up', '--verbose']],
    ['migrate up --json', ['migrate', 'up', '--json']],
    ['migrate status', ['migrate', 'status']],
    ['migrate plan', ['migrate', 'plan']],
    ['migrate down', ['migrate', 'down']],
    ['config', ['config']],
    ['config --json', ['config', '--json']],
    ['doctor', ['doctor']],
    ['doctor --json', ['doctor', '--json']],
    ['checks list', ['checks', 'list']],
    ['checks explain', ['checks', 'explain', 'api/health', '--json']],
    ['checks prove', ['checks', 'prove', 'api/health']],
    ['up', ['up']],
    ['down', ['down']],
    ['init', ['init', '--json']],
    ['a mistyped command', ['verify', `--reporter=${long}`]],
    ['a folder that is not there', ['--cwd', `/nonexistent/${long}`, 'status']],
  ])('learns nothing that %s passes on', async (name, args) => {
    const result = await project.start(args, env).ended;
    expect(leaksOf(result)).toEqual([]);
    // What repeats the secrets got through to there, and was redacted.
    if (/^(?:verify|logs$|migrate up)/.test(name) && !args.includes('evidence')) {
      expect(result.stdout + result.stderr).toContain('[redacted]');
    }
  });

  it('finds the secrets of the project in a log', async () => {
    const { stdout, code } = await project.run(['logs', 'check', 'api.log', '--json'], env);
    expect(code).toBe(1);
    const { secrets: found } = JSON.parse(stdout) as { secrets: Record<string, number> };
    expect(found['project-secret']).toBeGreaterThan(secrets.length * 15);
  });

  it('reports a secret that is wrong in the configuration without it', async () => {
    writeFileSync(
      project.file('broken.json'),
      JSON.stringify({ auth: { token: [long] }, services: { cache: { url: `x//:${long}@h` } } }),
    );
    looked = modifiedBelow(project.folder);
    const result = await project.start(['--config', 'broken.json', 'config']).ended;
    expect(result.code).toBe(78);
    expect(leaksOf(result)).toEqual([]);
  });

  /** What is found of the secrets in the output and in every file that was written, and lines that command a CI runner. */
  function leaksOf({ stdout, stderr }: CliResult): string[] {
    const now = modifiedBelow(project.folder);
    const written = [...now.keys()].filter((file) => looked.get(file) !== now.get(file));
    looked = now;
    const texts: [where: string, text: string][] = [
      ['stdout', stdout],
      ['stderr', stderr],
      ...written.map((file): [string, string] => [
        path.relative(project.folder, file),
        readFileSync(file, 'latin1'),
      ]),
      ...written.map((file): [string, string] => [
        path.relative(project.folder, file),
        readFileSync(file, 'utf8'),
      ]),
    ];
    const found = texts.flatMap(([where, text]) => [
      ...forms.flat().flatMap(([name, form]) => (text.includes(form) ? [`${where}: ${name}`] : [])),
      ...piecesOf(long).flatMap((piece) => (text.includes(piece) ? [`${where}: a part, ${piece}`] : [])),
      ...(text.includes('unknown-to-the-project-1') ? [`${where}: a header of a credential`] : []),
    ]);
    const commanding = [stdout, stderr].flatMap((text) =>
      text
        .split('\n')
        .filter(
          (line) =>
            /^\s*::[a-z][\w-]*.*::|##(?:\[|vso\[|teamcity\[)/.test(line) &&
            !/^::(?:error|warning|notice) title=/.test(line),
        ),
    );
    return [...new Set([...found, ...commanding.map((line) => `command: ${line}`)])].slice(0, 20);
  }
});

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function piecesOf(text: string): string[] {
  return Array.from({ length: text.length - 9 }, (_, at) => text.slice(at, at + 10));
}

/** Every file with the time at which it was written last. */
function modifiedBelow(folder: string): Map<string, number> {
  return new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name): [string, number][] => {
      const file = path.join(folder, name);
      const stats = statSync(file, { throwIfNoEntry: false });
      return stats?.isFile() ? [[file, stats.mtimeMs]] : [];
    }),
  );
}
