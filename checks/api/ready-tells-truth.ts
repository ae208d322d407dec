import { defineCheck, exchange, fact, integer, option, serviceUrl } from '../../src/check/index.ts';

/** Verifies that readiness is an observation: with the database taken away it is not 200, with the database back it is. */
export default defineCheck({
  title: 'Readiness reflects the state of the database',
  failureTitle: 'Readiness does not reflect the state of the database',
  why: 'An endpoint that says 200 with the database stopped sends users to a service that can only fail.',
  after: ['api/ready'],
  needs: ['http', 'control', 'ids'],
  uses: ['api', 'database'],
  effects: 'disruptive',
  stops: 'database',
  timeoutMs: 60_000,
  tags: ['contract', 'health', 'disruptive'],
  options: {
    status: option(integer(), 200, 'Status that means ready'),
    withinMs: option(
      integer(),
      10_000,
      'How long the API may take to notice that the database stopped, and that it is back, in milliseconds',
    ),
  },
  codes: {
    'not-ready-before': {
      headline: 'The API is not ready to begin with',
      means: 'the API was not ready to begin with',
      hint: 'meatymusic verify api/ready',
    },
    lies: {
      headline: 'The API reports that it is ready while its database is stopped',
      means: 'the API reports that it is ready while its database is stopped',
      hint: 'let the readiness endpoint query the database, with its own timeout',
    },
    'does-not-recover': {
      headline: 'The API does not become ready again once its database is back',
      means: 'the database is back and the API is still not ready',
      hint: 'meatymusic logs api: does its pool replace broken connections?',
    },
  },
  sabotage: [
    {
      name: 'readiness always says 200',
      code: 'lies',
      kind: 'http',
      service: 'api',
      change: { path: '/health/ready', status: 200 },
      options: { withinMs: 1500 },
    },
    {
      name: 'readiness always says 503',
      code: 'not-ready-before',
      kind: 'http',
      service: 'api',
      change: { path: '/health/ready', status: 503 },
    },
    {
      name: 'readiness answers 503 forever once it has noticed',
      code: 'does-not-recover',
      kind: 'http',
      service: 'api',
      change: { path: '/health/ready', afterRequests: 1, status: 503 },
      options: { withinMs: 1500 },
    },
  ],
  async run({ http, control, ids, stack, options, pass, fail, skip, remainingMs }) {
    const can = await control.available({ service: 'database' });
    if (!can.available) return skip('the database of this stack cannot be stopped from here', can.enable);
    const url = serviceUrl(stack.services.api, stack.services.api.readyPath);
    const ask = (label: string) => exchange(http, { url, timeoutMs: 5_000 }, label);
    const until = async (label: string, wanted: (status: number | undefined) => boolean) => {
      const end = (await ids.now()) + Math.min(options.withinMs, remainingMs() - 2_000);
      for (;;) {
        const asked = await ask(label);
        const ok = wanted(asked.response?.status);
        if (ok || (await ids.now()) >= end) return { ok, ...asked };
        await ids.pause({ ms: 100 });
      }
    };

    const before = await ask('before');
    if (before.response?.status !== options.status) {
      return fail('not-ready-before', {
        expected: `GET ${url} answers ${options.status}`,
        actual: before.actual,
        evidence: [before.evidence],
      });
    }
    await control.stop({ service: 'database' });
    const away = await until('database away', (status) => status !== options.status);
    await control.start({ service: 'database' });
    if (!away.ok) {
      return fail('lies', {
        expected: `not ${options.status} while the database is stopped`,
        actual: away.actual,
        evidence: [before.evidence, away.evidence],
      });
    }
    const back = await until('database back', (status) => status === options.status);
    const evidence = [
      before.evidence,
      away.evidence,
      back.evidence,
      fact('database', 'stopped and started again'),
    ];
    if (!back.ok) {
      return fail('does-not-recover', {
        expected: `${options.status} within ${options.withinMs} ms once the database is back`,
        actual: back.actual,
        evidence,
      });
    }
    return pass(
      `${before.response.status} before, ${away.response?.status ?? 'no answer'} without the database, ${back.response?.status} after`,
      { count: 3, what: 'responses' },
      evidence,
    );
  },
});
