import { defineCheck, exchange, integer, option, serviceUrl, v } from '../../src/check/index.ts';

/** Verifies that the API still answers with Redis taken away, and uses it again by itself once it is back. */
export default defineCheck({
  title: 'The API answers without Redis and recovers by itself',
  failureTitle: 'The API does not answer without Redis, or does not recover',
  why: 'A cache makes a service faster; it must not be able to take the service down.',
  after: ['api/health', 'cache/ping'],
  needs: ['http', 'redis', 'control', 'ids'],
  uses: ['api', 'cache'],
  effects: 'disruptive',
  stops: 'cache',
  timeoutMs: 60_000,
  tags: ['contract', 'disruptive'],
  options: {
    path: option(v.string(), '/', 'Path of a request that passes through the cache'),
    status: option(integer(), 200, 'Status of its answer'),
    readyPath: option(
      v.string(),
      '',
      'Path of the endpoint that names the state of the cache. Default: services.api.readyPath',
    ),
    withinMs: option(integer(), 10_000, 'How long the API may take to recover, in milliseconds'),
  },
  codes: {
    'fails-before': {
      headline: 'The request fails even while Redis runs',
      means: 'the request fails while Redis runs',
      hint: "name one that passes through the cache in options['cache/degrades'].path",
    },
    'fails-without': {
      headline: 'The API does not answer without Redis',
      means: 'the request fails while Redis is stopped',
      hint: 'catch errors of the cache and continue without it; give its commands a short timeout',
    },
    'does-not-recover': {
      headline: 'The API does not recover once Redis is back',
      means: 'Redis is back and the API does not recover',
      hint: 'meatymusic logs api: does the client reconnect?',
    },
  },
  sabotage: [
    {
      name: 'the request answers 500',
      code: 'fails-before',
      kind: 'http',
      service: 'api',
      change: { path: '/', status: 500 },
    },
    {
      name: 'nothing but errors once Redis is stopped',
      code: 'fails-without',
      kind: 'http',
      service: 'api',
      // Behind the two requests that find it healthy.
      change: { afterRequests: 2, status: 500 },
    },
    {
      name: 'nothing but errors once Redis is back',
      code: 'does-not-recover',
      kind: 'http',
      service: 'api',
      // Behind the two that find it healthy and the two without Redis.
      change: { afterRequests: 4, status: 500 },
      options: { withinMs: 1500 },
    },
  ],
  async run({ http, control, ids, stack, options, pass, fail, skip, remainingMs }) {
    const can = await control.available({ service: 'cache' });
    if (!can.available) return skip('the cache of this stack cannot be stopped from here', can.enable);
    const url = serviceUrl(stack.services.api, options.path);
    const ready = serviceUrl(stack.services.api, options.readyPath || stack.services.api.readyPath);
    const expected = `GET ${url} answers ${options.status}`;
    const before = await exchange(http, { url }, 'before');
    const readyBefore = await exchange(http, { url: ready }, 'readiness before');
    if (before.response?.status !== options.status) {
      return fail('fails-before', { expected, actual: before.actual, evidence: [before.evidence] });
    }
    await control.stop({ service: 'cache' });
    const without = await exchange(http, { url, timeoutMs: 5_000 }, 'without Redis');
    const readyWithout = await exchange(http, { url: ready, timeoutMs: 5_000 }, 'readiness without Redis');
    await control.start({ service: 'cache' });
    if (without.response?.status !== options.status) {
      return fail('fails-without', {
        expected: `${expected} without Redis`,
        actual: without.actual,
        evidence: [before.evidence, without.evidence],
      });
    }
    const same = (body: string | undefined) =>
      withoutNumbers(body) === withoutNumbers(readyBefore.response?.body);
    const end = (await ids.now()) + Math.min(options.withinMs, remainingMs() - 2_000);
    for (;;) {
      const after = await exchange(http, { url }, 'after');
      const readyAfter = await exchange(http, { url: ready }, 'readiness after');
      const evidence = [before, without, readyWithout, after, readyAfter].map((asked) => asked.evidence);
      const recovered =
        readyAfter.response?.status === readyBefore.response?.status && same(readyAfter.response?.body);
      if (after.response?.status === options.status && recovered) {
        return pass(
          'answered without Redis, and as before after it came back',
          { count: 3, what: 'responses' },
          evidence,
        );
      }
      if ((await ids.now()) >= end) {
        const seen = recovered
          ? after.actual
          : `readiness: ${readyAfter.response?.body.slice(0, 300) ?? readyAfter.actual}`;
        return fail('does-not-recover', {
          expected: `as before within ${options.withinMs} ms`,
          actual: seen,
          evidence,
        });
      }
      await ids.pause({ ms: 100 });
    }
  },
});

/** Latencies and times differ in every answer; states do not. */
function withoutNumbers(body: string | undefined): string {
  return (body ?? '').replace(/[\d.:-]+|[\da-f]{16,32}/g, '#');
}
