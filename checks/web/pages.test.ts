import { describe, it } from 'vitest';
import { type HttpResponse, ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import dashboard from './dashboard.ts';
import home from './home.ts';

const answer = (body: string, over: Partial<HttpResponse> = {}) => ({
  http: {
    request: {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      rawHeaders: [],
      body,
      bodyBytes: body.length,
      address: '127.0.0.1:3000',
      durationMs: 12,
      ...over,
    },
  },
});
const page =
  '<!doctype html><html><head><title>Home · MeatyMusic</title></head><body><h1>Hello</h1></body></html>';

for (const check of [home, dashboard]) {
  testCheck(
    check,
    {
      passes: [
        {
          when: 'the page shows the name',
          probes: answer(page),
          summary: /^200, \d+ bytes of HTML in 12 ms$/,
        },
        { when: 'the name is in the text, in capitals', probes: answer('<HTML><body>MEATYMUSIC') },
        {
          when: 'the page leaves out the tags that HTML does not need',
          probes: answer('<!DOCTYPE HTML><title>MeatyMusic</title><p>Hello'),
        },
        {
          when: 'the stack has another name',
          stack: { services: { web: { appName: 'Tune & Co' } } },
          probes: answer('<html><title>Tune &amp; Co</title>'),
        },
        {
          when: 'the options want another status',
          options: { status: 401 },
          probes: answer(page, { status: 401 }),
        },
      ],
      fails: [
        {
          when: 'nothing listens',
          code: 'unreachable',
          actual: /nothing listens/,
          probes: { http: { request: new ProbeError('ECONNREFUSED', 'nothing listens there') } },
        },
        {
          when: 'it answers 500',
          code: 'wrong-status',
          actual: 'it answers 500',
          probes: answer(page, { status: 500 }),
        },
        {
          when: 'it sends to a login',
          code: 'wrong-status',
          actual: 'it answers 307, to /sign-in',
          hint: /login/,
          probes: answer('', { status: 307, headers: { location: '/sign-in' } }),
        },
        {
          when: 'it answers JSON',
          code: 'not-html',
          actual: 'application/json, 2 bytes',
          probes: answer('{}', { headers: { 'content-type': 'application/json' } }),
        },
        { when: 'the body is empty', code: 'not-html', probes: answer('') },
        {
          when: 'it has no content type',
          code: 'not-html',
          actual: /no content type/,
          probes: answer(page, { headers: {} }),
        },
        {
          when: 'another server answers',
          code: 'name-missing',
          actual: 'a page with the title "Welcome to nginx!"',
          probes: answer('<html><title>Welcome to nginx!</title>'),
        },
        {
          when: 'the name is in a script and a comment alone',
          code: 'name-missing',
          actual: 'a page without a title',
          probes: answer(
            '<html><!-- MeatyMusic --><script>let MeatyMusic</script><style>.meatymusic{}</style>',
          ),
        },
      ],
    },
    { describe, it },
  );
}
