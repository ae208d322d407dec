import { type HttpResponse, ProbeError } from '../check/index.ts';
import type { CheckCases } from '../check/tester.ts';
import type { pageCheck } from '../suites/index.ts';
import { browserAt, withoutBrowser } from './browser-visit.ts';
import { response } from './responses.ts';
import { serving } from './stub-probes.ts';

/** A web app that has one page, which it serves to those who accept HTML. */
export const answerAt =
  (path: string) =>
  (body: string | Error, over: Partial<HttpResponse> = {}) =>
    serving(
      {
        [`GET http://localhost:3000${path}`]:
          body instanceof Error
            ? body
            : {
                ...response(200, body, { 'content-type': 'text/html; charset=utf-8' }),
                durationMs: 12,
                ...over,
              },
      },
      { headers: { accept: 'text/html' } },
    );

/** A page that its script renders, and what a browser shows of it. */
export const renderedAt =
  (path: string) => (browser: ReturnType<ReturnType<typeof browserAt>> | typeof withoutBrowser) => ({
    ...answerAt(path)('<!doctype html><html><div id=root></div><script src=/app.js></script>'),
    browser,
  });

export const page =
  '<!doctype html><html><head><title>Home · MeatyMusic</title></head><body><h1>Hello</h1></body></html>';

/** The cases of a check of a page at this path. */
export function pageCases(path: string): CheckCases<keyof ReturnType<typeof pageCheck>['codes'] & string> {
  const answer = answerAt(path);
  const rendered = renderedAt(path);
  const withBrowser = browserAt(path);
  return {
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
        when: 'the name of the app is not known',
        stack: { services: { web: { appName: undefined as never } } },
        probes: answer('<!DOCTYPE  html><title>Shop</title><h1>Hello</h1>'),
        summary: /ms; services\.web\.appName is unset, and no name was looked for$/,
      },
      {
        when: 'the name of the app is not known, and its scripts render it',
        stack: { services: { web: { appName: undefined as never } } },
        probes: rendered(withBrowser({ title: 'Shop', text: 'Hello' })),
        summary: /rendered by its scripts; services\.web\.appName is unset/,
      },
      ...[400, 404].map((status) => ({
        when: `the options want ${status}, and the page says so`,
        options: { status },
        probes: answer('<html><title>MeatyMusic</title><h1>404</h1>', { status }),
      })),
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
        probes: answer(new ProbeError('ECONNREFUSED', 'nothing listens there')),
      },
      {
        when: 'it answers 500',
        code: 'wrong-status',
        expected: `GET http://localhost:3000${path} answers 200 with an HTML page that shows "MeatyMusic"`,
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
      {
        when: 'the name of the app is not known, and it answers 500',
        code: 'wrong-status',
        stack: { services: { web: { appName: undefined as never } } },
        expected: `GET http://localhost:3000${path} answers 200 with an HTML page`,
        probes: answer(page, { status: 500 }),
      },
      {
        when: 'another content type names HTML',
        code: 'not-html',
        probes: answer(page, { headers: { 'content-type': 'multipart/related; type=text/html' } }),
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
  };
}
