/** The texts of `checks new`: a check that works, and a test that shows it pass and fail. */
export const templateProbes = ['http', 'postgres', 'redis', 'logs'] as const;
export type TemplateProbe = (typeof templateProbes)[number];

interface Template {
  id: string;
  probe: TemplateProbe;
  /** What the file imports from. */
  from: string;
}

interface Parts {
  uses: string;
  after: string;
  options: string;
  codes: string;
  sabotage: string;
  run: string;
  passes: string;
  fails: string;
}

const parts: Record<TemplateProbe, Parts> = {
  http: {
    uses: 'api',
    after: 'api/health',
    options: `path: option(v.string(), '/', 'What is asked for'),`,
    codes: `unreachable: { means: 'nothing answers at the address', hint: 'meatymusic status' },
    'wrong-status': { means: 'the answer has another status than 200', hint: 'meatymusic logs api' },`,
    sabotage: `{ name: 'it answers 503', code: 'wrong-status', kind: 'http', service: 'api', change: { status: 503 } },
    { name: 'the API is stopped', code: 'unreachable', kind: 'stop', service: 'api' },`,
    run: `const url = new URL(options.path, stack.api.url).href;
    const expected = \`GET \${url} answers 200\`;
    try {
      const response = await http.request({ url });
      if (response.status !== 200) {
        return fail('wrong-status', { expected, actual: \`it answers \${response.status}\` });
      }
      return pass(\`200 in \${Math.round(response.durationMs)} ms\`, { count: 1, what: 'response' });
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return fail('unreachable', { expected, actual: error.message });
    }`,
    passes: `{
        when: 'the answer is 200',
        probes: { http: { request: answer(200) } },
      }`,
    fails: `{ when: 'the answer is 503', code: 'wrong-status', probes: { http: { request: answer(503) } } },
      {
        when: 'nothing listens',
        code: 'unreachable',
        probes: { http: { request: new ProbeError('ECONNREFUSED', 'connection refused') } },
      },`,
  },
  postgres: {
    uses: 'database',
    after: 'database/connects',
    options: `table: option(v.string(), 'tenants', 'Table that is counted'),`,
    codes: `'no-answer': { means: 'the query fails', hint: 'meatymusic migrate status' },
    empty: { means: 'the table does not exist', hint: 'meatymusic migrate up' },`,
    sabotage: `{
      name: 'the table has another name',
      code: 'empty',
      kind: 'sql',
      break: ['alter table tenants rename to tenants_away'],
      mend: ['alter table tenants_away rename to tenants'],
    },`,
    run: `const expected = \`the table \${options.table}\`;
    try {
      const sql = 'select table_name from information_schema.tables where table_name = $1';
      const { rows } = await postgres.query({ sql, values: [options.table] });
      if (rows.length === 0) return fail('empty', { expected, actual: 'there is none' });
      return pass(\`\${options.table} is there\`, { count: rows.length, what: 'table' });
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return fail('no-answer', { expected, actual: error.message });
    }`,
    passes: `{
        when: 'the table is there',
        probes: { postgres: { query: { rows: [{ table_name: 'tenants' }], rowCount: 1, durationMs: 1 } } },
      }`,
    fails: `{
        when: 'it is not there',
        code: 'empty',
        probes: { postgres: { query: { rows: [], rowCount: 0, durationMs: 1 } } },
      },
      {
        when: 'the query fails',
        code: 'no-answer',
        probes: { postgres: { query: new ProbeError('42501', 'permission denied') } },
      },`,
  },
  redis: {
    uses: 'cache',
    after: 'cache/ping',
    options: `key: option(v.string(), 'example', 'Key that is looked for'),`,
    codes: `'no-answer': { means: 'the command fails', hint: 'meatymusic status' },
    wrong: { means: 'the key has another type than expected', hint: 'redis-cli type example' },`,
    sabotage: `{
      name: 'the key is a list',
      code: 'wrong',
      kind: 'redis',
      break: [['RPUSH', 'example', '1']],
      mend: [['DEL', 'example']],
    },`,
    run: `const expected = \`\${options.key} is absent or a string\`;
    try {
      const { reply } = await redis.command({ name: 'TYPE', args: [options.key] });
      if (reply !== 'none' && reply !== 'string') {
        return fail('wrong', { expected, actual: \`it is a \${reply}\` });
      }
      return pass(\`\${options.key}: \${reply}\`, { count: 1, what: 'reply' });
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return fail('no-answer', { expected, actual: error.message });
    }`,
    passes: `{
        when: 'the key is a string',
        probes: { redis: { command: { reply: 'string', durationMs: 1, address: '127.0.0.1:6379' } } },
      }`,
    fails: `{
        when: 'the key is a list',
        code: 'wrong',
        probes: { redis: { command: { reply: 'list', durationMs: 1, address: '127.0.0.1:6379' } } },
      },
      {
        when: 'the server refuses',
        code: 'no-answer',
        probes: { redis: { command: new ProbeError('NOAUTH', 'NOAUTH Authentication required.') } },
      },`,
  },
  logs: {
    uses: 'api',
    after: 'api/starts',
    options: `text: option(v.string(), 'OpenTelemetry initialized', 'What the log shows'),`,
    codes: `absent: { means: 'no line has the text', hint: 'meatymusic logs api' },`,
    sabotage: `{
      name: 'the log is empty',
      code: 'absent',
      kind: 'logs',
      service: 'api',
      change: 'drop',
    },`,
    run: `const access = await logs.available({ service: 'api' });
    if (!access.available) return skip('the log of the API cannot be read from here', access.enable);
    const { matched, source } = await logs.find({ service: 'api', contains: options.text });
    if (matched === 0) {
      return fail('absent', { expected: \`a line with "\${options.text}"\`, actual: \`none in \${source}\` });
    }
    return pass(\`\${matched} lines in \${source}\`, { count: matched, what: 'lines' });`,
    passes: `{
        when: 'a line has it',
        probes: { logs: { available, find: { source: 'api.log', scanned: 9, matched: 1, records: [] } } },
      }`,
    fails: `{
        when: 'no line has it',
        code: 'absent',
        probes: { logs: { available, find: { source: 'api.log', scanned: 9, matched: 0, records: [] } } },
      },`,
  },
};

export function checkTemplate({ id, probe, from }: Template): string {
  const { uses, after, options, codes, sabotage, run } = parts[probe];
  const title = titleOf(id);
  const names = probe === 'logs' ? 'defineCheck, option, v' : 'defineCheck, option, ProbeError, v';
  const handed = ['options', probe === 'http' ? 'stack' : '', 'pass', 'fail', probe === 'logs' ? 'skip' : ''];
  return `import { ${names} } from '${from}';

/** Verifies that … (what it looks at). It fails when … */
export default defineCheck({
  title: '${title}',
  failureTitle: 'Not so: ${title.toLowerCase()}',
  why: 'Say here in one sentence what breaks for whom when this does not hold.',
  after: ['${after}'],
  needs: ['${probe}'],
  uses: ['${uses}'],
  options: {
    ${options}
  },
  codes: {
    ${codes}
  },
  sabotage: [
    ${sabotage}
  ],
  async run({ ${[probe, ...handed.filter(Boolean)].join(', ')} }) {
    ${run}
  },
});
`;
}

export function testTemplate({ id, probe, from }: Template): string {
  const { passes, fails } = parts[probe];
  const name = id.split('/').at(-1);
  const index = from.endsWith('.ts') ? from.replace(/tester\.ts$/, 'index.ts') : 'meatymusic';
  const imports = [
    ...(probe === 'logs' ? [] : [`import { ProbeError } from '${index}';`]),
    `import { testCheck } from '${from}';`,
    `import check from './${name}.ts';`,
  ];
  return `import { describe, it } from 'vitest';
${imports.join('\n')}
${helpers[probe]}
testCheck(
  check,
  {
    passes: [
      ${passes},
    ],
    fails: [
      ${fails}
    ],
  },
  { describe, it },
);
`;
}

const helpers: Record<TemplateProbe, string> = {
  http: `
const answer = (status: number) => ({
  status,
  headers: {},
  rawHeaders: [],
  body: '',
  bodyBytes: 0,
  address: '127.0.0.1:8000',
  durationMs: 1,
});
`,
  postgres: '',
  redis: '',
  logs: `
const available = { available: true, source: 'api.log' };
`,
};

function titleOf(id: string): string {
  const words = id.split('/').join(': ').replaceAll('-', ' ');
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}
