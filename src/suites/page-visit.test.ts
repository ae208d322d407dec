import { describe, expect, test } from 'vitest';
import { ProbeError } from '../check/probes.ts';
import { exampleStack } from '../check/stack.ts';
import { apiRequest, visited } from '../testing/browser-visit.ts';
import { apiAddress, apiCalls, findCorsMessage, visitPage } from './page-visit.ts';

describe('the calls of a page to the API', () => {
  const isCall = (url: string, api: string, over = {}, ignore: string[] = []) =>
    apiCalls(visited({ requests: [apiRequest({ url, ...over })] }), api, ignore).length === 1;

  test.each([
    ['https://api.example/v1', 'https://api.example/v1', true],
    ['https://api.example/v1/songs?x=1', 'https://api.example/v1/', true],
    ['https://api.example/v1/songs', 'https://api.example', true],
    ['https://api.example//v1/songs', 'https://api.example///', true],
    ['https://api.example/v1/a', 'https://api.example/v1//', true],
    ['https://api.example/v1songs', 'https://api.example/v1', false],
    ['https://api.example/v2', 'https://api.example/v1', false],
    ['https://api.example/songs', 'https://api.example/v1/x', false],
    ['http://api.example/v1', 'https://api.example/v1', false],
    ['https://api.example:8443/v1', 'https://api.example/v1', false],
    ['https://www.example/v1', 'https://api.example/v1', false],
    // Loopback has several names, other hosts have not.
    ['http://127.0.0.1:8000/x', 'http://localhost:8000', true],
    ['http://127.10.20.30:8000/x', 'http://[::1]:8000', true],
    ['http://localhost.example:8000/x', 'http://localhost:8000', false],
    ['http://my-localhost:8000/x', 'http://localhost:8000', false],
    ['blob:http://localhost:8000/x', 'http://localhost:8000', false],
    ['http://localhost:8000/x', 'data:text/plain,x', false],
  ])('%s below %s: %s', (url, api, expected) => {
    expect(isCall(url, api)).toBe(expected);
  });

  const api = 'http://localhost:8000';
  test.each([
    [{ resourceType: 'xhr' }, true],
    [{ resourceType: 'prefetch' }, false],
    [{ resourceType: 'xhr2' }, false],
    [{ method: 'OPTIONS' }, false],
    [{ failure: 'net::ERR_ABORTED' }, false],
    [{ failure: 'net::ERR_FAILED' }, true],
  ])('%j: %s', (over, expected) => {
    expect(isCall(`${api}/x`, api, over)).toBe(expected);
  });

  test('are none whose address has a part that is ignored', () => {
    expect(isCall(`${api}/_next/x`, api, {}, ['/songs', '/_next/'])).toBe(false);
    expect(isCall(`${api}/x`, api, {}, ['/songs', '/_next/'])).toBe(true);
  });

  test('have the trace of their header, or none', () => {
    const of = (headers: Record<string, string>) =>
      apiCalls(visited({ requests: [apiRequest({ headers })] }), api)[0];
    expect(of({})).toMatchObject({ header: undefined, trace: undefined });
    expect(of({ traceparent: 'x' })).toMatchObject({ header: 'x', trace: undefined });
  });
});

test.each([
  ['', 'http://localhost:8000'],
  ['/api', 'http://localhost:3000/api'],
  ['https://api.example/v1', 'https://api.example/v1'],
])('the option %s names the API at %s', (option, address) => {
  expect(apiAddress(option, exampleStack)).toBe(address);
});

test('a message about CORS names the policy and the whole address', () => {
  const messages = [
    "Access to fetch at 'http://x/songs/1' has been blocked by CORS policy",
    "Failed to load 'http://x/songs'",
    "Access to fetch at 'http://x/songs' has been blocked by CORS policy",
  ];
  const visit = visited({ console: messages.map((text) => ({ type: 'error', text })) });
  expect(findCorsMessage(visit, { url: 'http://x/songs#top' })).toBe(messages[2]);
  expect(findCorsMessage(visit, { url: 'http://x/other' })).toBeUndefined();
});

describe('the evidence of a visit', () => {
  const url = 'http://localhost:3000/';
  const visit = (given: object | Error) =>
    visitPage(
      {
        available: async () => ({ available: true, browser: 'chromium' }),
        visit: async () => {
          if (given instanceof Error) throw given;
          return visited(given);
        },
      },
      { url },
    );

  test('is the page, its errors, its console, its requests and its picture', async () => {
    const { evidence } = await visit({ pageErrors: ['x'], requests: [] });
    expect(evidence).toMatchObject([
      { label: 'page', value: `${url} → 200 "MeatyMusic"` },
      {
        label: 'uncaught errors',
        source: `uncaught errors of ${url}`,
        lines: [{ number: 1, text: 'x' }],
        total: 1,
      },
      { label: 'console', lines: [{ number: 1, text: 'info: OpenTelemetry initialized: meatymusic-web' }] },
      { label: 'screenshot', path: '/artifacts/page.png' },
    ]);
  });

  test('has forty lines of each, and no picture where there is none', async () => {
    const pageErrors = Array.from({ length: 41 }, (_, at) => `${at}`);
    const { evidence } = await visit({ pageErrors, screenshot: undefined, requests: [], console: [] });
    expect(evidence).toHaveLength(2);
    expect(evidence[1]).toMatchObject({ total: 41 });
    expect((evidence[1] as { lines: unknown[] }).lines).toHaveLength(40);
  });

  test('is what was observed until the page failed', async () => {
    const details = { console: 'error: a\nerror: b', screenshot: '/p.png' };
    const { failure, evidence } = await visit(new ProbeError('LOAD_TIMEOUT', 'late', details));
    expect(failure?.message).toBe('late');
    expect(evidence).toMatchObject([
      { label: 'browser', value: 'chromium' },
      { label: 'address', value: url },
      { label: 'console', total: 2 },
      { label: 'screenshot', path: '/p.png' },
    ]);
  });
});
