import { integer, v } from '../base/schema.ts';
import { type CheckDefinition, defineCheck } from '../check/define-check.ts';
import { exchange } from '../check/exchange.ts';
import { option } from '../check/option.ts';
import { serviceUrl } from '../check/service-url.ts';
import { headingsOf, readHtml, type ShownPage } from './html-text.ts';
import { visitPage } from './page-visit.ts';
import { findShownProblem, shownCodes, showsName } from './shown-page.ts';

const codes = {
  unreachable: {
    headline: 'The web app cannot be reached',
    means: 'nothing answers at the address of the web app',
    hint: 'meatymusic status; meatymusic logs web',
  },
  'wrong-status': {
    headline: 'A page answers with an unexpected status',
    means: 'the page answers with an unexpected status',
    hint: 'meatymusic logs web --since 5m',
  },
  'not-html': {
    headline: 'The response is not a page',
    means: 'the response is not an HTML page',
    hint: 'is it the web app that listens there? compare services.web.url',
  },
  'not-loaded': {
    headline: 'A browser cannot load a page',
    means: 'scripts render the page, and the browser could not load it',
    hint: 'meatymusic verify browser/no-errors',
  },
  ...shownCodes,
  'name-missing': {
    headline: 'A page does not show the name of the app',
    means: 'the page does not show the name of the app',
    hint: 'compare NEXT_PUBLIC_APP_NAME with services.web.appName; an error page of a proxy shows no name either',
  },
} as const;

export interface PageTexts {
  title: string;
  failureTitle: string;
  why: string;
  path: string;
}

const optionsFor = (path: string) => ({
  path: option(v.string(), path, 'Path of the page'),
  status: option(integer(), 200, 'Status of a page that loads'),
  allowBlank: option(
    v.boolean(),
    false,
    'Whether a page without text is accepted, such as one with only pictures',
  ),
});

/**
 * Returns a check that a page of the web app answers: status, HTML, content, the name of the app. Where the source does not show
 * them and the page has scripts, they may render it, and what a browser shows decides.
 */
export function pageCheck({
  title,
  failureTitle,
  why,
  path,
}: PageTexts): CheckDefinition<ReturnType<typeof optionsFor>, 'http' | 'browser', keyof typeof codes> {
  return defineCheck({
    title,
    failureTitle,
    why,
    judges: 'web',
    needs: ['http', 'browser'],
    uses: ['web'],
    tags: ['contract', 'web'],
    options: optionsFor(path),
    codes,
    sabotage: [
      { name: 'the web app is stopped', code: 'unreachable', kind: 'stop', service: 'web' },
      {
        name: 'it answers 500',
        code: 'wrong-status',
        kind: 'http',
        service: 'web',
        change: { path, status: 500 },
      },
      {
        name: 'it answers JSON',
        code: 'not-html',
        kind: 'http',
        service: 'web',
        change: { path, body: '{}', setHeaders: { 'content-type': 'application/json' } },
      },
      {
        name: 'it answers the page of another app',
        code: 'name-missing',
        kind: 'http',
        service: 'web',
        change: {
          path,
          body: '<!doctype html><html><title>Welcome to nginx!</title><body>It works</body></html>',
        },
      },
      {
        name: 'it answers a page without content',
        code: 'blank',
        kind: 'http',
        service: 'web',
        change: {
          path,
          body: '<!doctype html><html><title>MeatyMusic</title><body><div id=root></div></body></html>',
        },
      },
      {
        name: 'it answers its "not found" page',
        code: 'not-found-page',
        kind: 'http',
        service: 'web',
        change: {
          path,
          body: '<!doctype html><html><title>MeatyMusic</title><body><h1>404</h1><p>Page not found</p></body></html>',
        },
      },
      {
        name: 'it answers an error page',
        code: 'error-page',
        kind: 'http',
        service: 'web',
        change: {
          path,
          body: '<!doctype html><html><title>MeatyMusic</title><body><h1>Internal Server Error</h1></body></html>',
        },
      },
    ],
    async run({ http, browser, stack, options, pass, fail, skip }) {
      const url = serviceUrl(stack.services.web, options.path);
      const { appName } = stack.services.web;
      const { response, actual, evidence } = await exchange(
        http,
        { url, headers: { accept: 'text/html' } },
        'page',
      );
      const expected = `GET ${url} answers ${options.status} with an HTML page${appName === undefined ? '' : ` that shows "${appName}"`}`;
      const found = { expected, evidence: [evidence] };
      if (!response) return fail('unreachable', { ...found, actual });
      const { status, headers, body } = response;
      const { location } = headers;
      if (status !== options.status) {
        return fail('wrong-status', {
          ...found,
          actual,
          ...(location && { hint: 'does the page ask for a login? name a public one in the option path' }),
        });
      }
      const type = headers['content-type'] ?? 'no content type';
      if (!/^text\/html\b/i.test(type) || !/<(?:!doctype\s+html|html)\b/i.test(body)) {
        return fail('not-html', { ...found, actual: `${type}, ${response.bodyBytes} bytes` });
      }
      const judge = (page: ShownPage): { code: keyof typeof codes; actual: string } | undefined => {
        const problem = status < 400 ? findShownProblem(page, options) : undefined;
        if (problem || appName === undefined || showsName(page, appName)) return problem;
        const { title } = page;
        return {
          code: 'name-missing',
          actual: title ? `a page with the title "${title}"` : 'a page without a title',
        };
      };
      const summary = `${status}, ${response.bodyBytes} bytes of HTML in ${Math.round(response.durationMs)} ms`;
      const unseen =
        appName === undefined ? '; services.web.appName is unset, and no name was looked for' : '';
      const counts = { count: 1, what: 'page' };
      const ofSource = judge(readHtml(body));
      if (!ofSource) return pass(`${summary}${unseen}`, counts, [evidence]);
      if (!/<script\b/i.test(body)) return fail(ofSource.code, { ...found, actual: ofSource.actual });

      const seen = await visitPage(browser, { url, screenshot: `web/${options.path.replace(/\W+/g, '-')}` });
      const all = [evidence, ...seen.evidence];
      if (seen.unavailable) {
        const { reason, enable } = seen.unavailable;
        return skip(`scripts render ${url} (its source: ${ofSource.actual}), and ${reason}`, enable);
      }
      if (!seen.visit) {
        return fail('not-loaded', { expected, actual: seen.failure?.message ?? '', evidence: all });
      }
      const ofBrowser = judge({ ...seen.visit, headings: headingsOf(seen.visit.html) });
      if (!ofBrowser) return pass(`${summary}, rendered by its scripts${unseen}`, counts, all);
      return fail(ofBrowser.code, { expected, actual: `in a browser: ${ofBrowser.actual}`, evidence: all });
    },
  });
}
