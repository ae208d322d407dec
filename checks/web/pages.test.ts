import { describe, it } from 'vitest';
import { type HttpResponse, ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { withBrowser, withoutBrowser } from '../../src/testing/browser-visit.ts';
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
/** A page that its script renders, and what a browser shows of it. */
const rendered = (browser: ReturnType<typeof withBrowser> | typeof withoutBrowser) => ({
  ...answer('<!doctype html><html><div id=root></div><script src=/app.js></script>'),
  browser,
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
          probes: answer('<html><title>Tune &amp; Co</title><h1>Hello</h1>'),
        },
        {
          when: 'its scripts render it',
          probes: rendered(withBrowser()),
          summary: /rendered by its scripts$/,
        },
        {
          when: 'a page without text is right',
          options: { allowBlank: true },
          probes: answer('<html><title>MeatyMusic</title><canvas></canvas>'),
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
          actual: 'it answers 307 with Location: /sign-in',
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
          probes: answer('<html><title>Welcome to nginx!</title><h1>It works</h1>'),
        },
        {
          when: 'the name is in a comment and a style alone',
          code: 'name-missing',
          actual: 'a page without a title',
          probes: answer('<html><!-- MeatyMusic --><style>.meatymusic{}</style><h1>Hello</h1>'),
        },
        {
          when: 'its scripts render another app',
          code: 'name-missing',
          actual: 'in a browser: a page with the title "Grafana"',
          probes: rendered(withBrowser({ title: 'Grafana', text: 'Welcome' })),
        },
        {
          when: 'the browser cannot load it',
          code: 'not-loaded',
          actual: /did not finish/,
          probes: rendered(withBrowser(new ProbeError('LOAD_TIMEOUT', 'it did not finish loading'))),
        },
        {
          when: 'its source has no text',
          code: 'blank',
          actual: 'no text below the title "MeatyMusic"',
          probes: answer('<html><title>MeatyMusic</title><div></div>'),
        },
        {
          when: 'its scripts render nothing',
          code: 'blank',
          actual: /^in a browser: no text/,
          probes: rendered(withBrowser({ text: '' })),
        },
        {
          when: 'it says 404',
          code: 'not-found-page',
          actual: 'it shows "404"',
          probes: answer('<html><title>MeatyMusic</title><h1>404</h1>'),
        },
        {
          when: 'it shows an error',
          code: 'error-page',
          actual: 'it shows "internal server error"',
          probes: answer('<html><title>MeatyMusic</title><h1>Internal Server Error</h1>'),
        },
      ],
      skips: [
        {
          when: 'its scripts render it and there is no browser',
          probes: rendered(withoutBrowser),
          reason: /^scripts render .* \(its source: no text\), and there is no browser/,
          enable: 'apt-get install chromium',
        },
      ],
    },
    { describe, it },
  );
}
