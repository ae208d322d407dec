import type { CheckResult, RunResult } from '../check/result.ts';
import { exampleStack } from '../check/stack.ts';
import { runResultOf } from '../engine/results.ts';

type Sample = Partial<CheckResult> & Pick<CheckResult, 'id' | 'status'>;

function check(given: Sample): CheckResult {
  const status = given.status === 'waived' ? 'fail' : (given.status as 'pass');
  return {
    area: given.id.split('/')[0] as string,
    title: `${given.id} holds`,
    failureTitle: `${given.id} does not hold`,
    level: 'required',
    tags: ['contract'],
    effects: 'none',
    source: `checks/${given.id}.ts`,
    evidence: [],
    attempts: [{ number: 1, startMs: 1, durationMs: 12.5, status }],
    startMs: 1,
    durationMs: 12.5,
    ...given,
  };
}

function run(checks: CheckResult[], more: Partial<Parameters<typeof runResultOf>[0]> = {}): RunResult {
  return runResultOf({
    checks,
    excluded: [],
    stack: exampleStack,
    startedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 1234.5,
    endedBy: undefined,
    internalError: undefined,
    interruption: undefined,
    toolVersion: '1.2.3',
    traceId: undefined,
    ...more,
  });
}

const health = check({
  id: 'api/health',
  status: 'pass',
  title: 'The health endpoint answers 200',
  summary: '200 in 12 ms',
  examined: [{ count: 1, what: 'response' }],
});

const connects = check({
  id: 'database/connects',
  status: 'fail',
  title: 'PostgreSQL accepts connections and queries',
  failureTitle: 'PostgreSQL does not accept connections',
  code: 'unreachable',
  expected: 'a connection to localhost:5432',
  actual: 'ECONNREFUSED 127.0.0.1:5432, [::1]:5432',
  hint: 'meatymusic status; meatymusic logs database',
  evidence: [
    { kind: 'fact', label: 'dialled', value: '127.0.0.1:5432, [::1]:5432' },
    {
      kind: 'lines',
      label: 'log',
      source: '.meatymusic/logs/database.log',
      total: 412,
      lines: [{ number: 412, text: 'FATAL: the database system is shutting down' }],
    },
  ],
});

const waiver = { reason: 'the new cluster is not there yet', owner: 'ana', until: '2026-01-24' };
const waivedHere: CheckResult = { ...connects, status: 'waived', waiver };

const blockedByDatabase = (id: string) =>
  check({ id, status: 'blocked', blockedBy: ['database/connects'], attempts: [], durationMs: 0 });

const span = (
  spanId: string,
  parentSpanId: string,
  service: string,
  name: string,
  startMs: number,
  durationMs: number,
) => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId,
  parentSpanId,
  name,
  kind: 'server' as const,
  service,
  startMs,
  durationMs,
  status: 'unset' as const,
  attributes: {},
});

/** Everything that can hurt a reader: a terminal, a CI runner, a parser, a browser. */
export const hostileText = [
  '::error file=x::owned',
  '##[error]owned',
  '\u001b]52;c;b3duZWQ=\u0007 \u001b[2J \u009b31m \u0000',
  '\u202eevil\u2066 \u200b\ufeff',
  '</testcase><script>alert(1)</script> ]]> --> &amp; "\'',
  '| `x` ![i](https://evil.example/p.png) @everyone www.evil.example',
  '# TODO\n  ...\nnot ok 99 - forged',
  '\ud800 \ufffe',
].join('\n');

/** Scenarios for reporters: `<name>.<exit code>.<format>` is the golden file of each. */
export const sampleResults: Readonly<Record<string, RunResult>> = {
  'all-well': run([
    health,
    check({
      id: 'cache/ping',
      status: 'pass',
      title: 'Redis answers PING',
      summary: 'PONG in 1 ms',
      examined: [{ count: 1, what: 'reply' }],
    }),
    check({
      id: 'web/home',
      status: 'skip',
      title: 'The home page loads',
      reason: 'there is no browser here',
      enable: 'apt-get install chromium',
    }),
  ]),
  trouble: run([
    health,
    connects,
    blockedByDatabase('database/migrations-at-head'),
    blockedByDatabase('database/tables-present'),
    blockedByDatabase('api/ready'),
    check({
      id: 'cache/round-trip',
      status: 'pass',
      title: 'Redis keeps what is written',
      summary: 'written and read back',
      flaky: true,
      attempts: [
        { number: 1, startMs: 1, durationMs: 3, status: 'fail', code: 'lost', actual: 'nil' },
        { number: 2, startMs: 104, durationMs: 2, status: 'pass' },
      ],
      durationMs: 105,
    }),
    check({
      id: 'observability/log-structure',
      status: 'fail',
      level: 'advisory',
      failureTitle: 'The log is not structured JSON',
      code: 'unstructured',
      expected: 'at least 99 % of the lines are JSON',
      actual: '3 of 120 lines are not (97.5 %)',
      hint: 'set LOG_FORMAT=json',
    }),
    check({
      id: 'observability/trace-propagates',
      status: 'fail',
      failureTitle: 'One request is not one trace',
      code: 'broken-trace',
      expected: 'one tree of spans under the sent span',
      actual: 'meatymusic-api starts a trace of its own',
      evidence: [
        {
          kind: 'spans',
          label: 'trace',
          expectedRootSpanId: 'aaaaaaaaaaaaaaaa',
          spans: [
            span('bbbbbbbbbbbbbbbb', 'aaaaaaaaaaaaaaaa', 'meatymusic-web', 'GET /dashboard', 1000, 40),
            span('cccccccccccccccc', 'bbbbbbbbbbbbbbbb', 'meatymusic-web', 'fetch', 1005, 30),
            span('dddddddddddddddd', 'eeeeeeeeeeeeeeee', 'meatymusic-api', 'GET /api/v1/me', 1010, 20),
          ],
        },
      ],
    }),
  ]),
  broken: run([
    health,
    check({
      id: 'shop/orders',
      status: 'error',
      code: 'threw',
      actual: "Cannot read properties of undefined (reading 'id')",
      hint: 'thrown at run (/srv/checks/shop/orders.ts:12:7)',
    }),
  ]),
  deadline: run(
    [
      check({
        id: 'api/health',
        status: 'fail',
        code: 'timeout',
        expected: "a verdict within the run's deadline of 1000 ms",
        actual: 'none was given',
        hint: 'give the run more time: --deadline',
      }),
      check({
        id: 'api/ready',
        status: 'skip',
        reason: "the run's deadline passed before it started",
        attempts: [],
        durationMs: 0,
      }),
    ],
    { endedBy: 'deadline' },
  ),
  'all-skipped': run([
    check({
      id: 'cache/round-trip',
      status: 'skip',
      effects: 'temporary',
      reason: 'it could write (temporary), and the run is read-only',
      enable: 'leave out --read-only',
      attempts: [],
    }),
    check({ id: 'web/build', status: 'skip', reason: 'no build command is configured' }),
  ]),
  'empty-shard': run([]),
  'left-out': run([health], {
    excluded: [
      { id: 'tenancy/over-http', reason: 'contract' },
      { id: 'auth/expired', reason: 'verify.skip' },
      { id: 'auth/no-token', reason: 'verify.skip' },
    ],
  }),
  waived: run(
    [
      health,
      waivedHere,
      check({
        id: 'api/ready',
        status: 'waived',
        blockedBy: ['database/connects'],
        waiver,
        attempts: [],
        durationMs: 0,
      }),
      check({
        id: 'cors/preflight',
        status: 'waived',
        failureTitle: 'The API does not answer a preflight request',
        code: 'no-cors',
        expected: 'access-control-allow-origin',
        actual: 'no such header',
        known: { in: 'main.json', startedAt: '2026-01-01T03:04:05.678Z' },
      }),
    ],
    {
      unusedWaivers: [
        {
          check: 'cache/*',
          reason: 'Redis moves',
          owner: 'ben',
          until: '2026-01-31',
          where: 'meatymusic.waivers.yaml:6',
          why: 'each of the 3 checks passes again',
        },
      ],
    },
  ),
  'waiver-ended': run([health, { ...connects, endedWaiver: { ...waiver, until: '2026-01-01' } }]),
  'all-waived': run([waivedHere]),
  hostile: run([
    check({ id: 'api/one', status: 'pass', title: hostileText, summary: hostileText }),
    check({
      id: `api/${hostileText}`,
      status: 'fail',
      failureTitle: hostileText,
      code: 'wrong',
      expected: hostileText,
      actual: hostileText,
      hint: hostileText,
      evidence: [
        { kind: 'fact', label: hostileText, value: hostileText },
        {
          kind: 'http',
          label: 'answer',
          exchange: {
            request: { method: 'GET', url: 'http://localhost:8000/', headers: {} },
            response: {
              status: 200,
              headers: { 'content-type': hostileText },
              rawHeaders: [['content-type', hostileText]],
              body: hostileText,
              bodyBytes: hostileText.length,
              address: '127.0.0.1:8000',
              durationMs: 3,
            },
          },
        },
        {
          kind: 'lines',
          label: 'log',
          source: hostileText,
          total: 1,
          lines: [{ number: 1, text: hostileText }],
        },
      ],
    }),
    check({ id: 'api/two', status: 'skip', reason: hostileText, enable: hostileText }),
    check({ id: 'api/three', status: 'blocked', blockedBy: [`api/${hostileText}`], attempts: [] }),
    check({ id: 'api/four', status: 'error', code: 'threw', actual: hostileText }),
  ]),
};
