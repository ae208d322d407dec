import { integer, v } from '../base/schema.ts';
import { type CheckDefinition, defineCheck } from '../check/define-check.ts';
import { exchange } from '../check/exchange.ts';
import { option } from '../check/option.ts';
import { serviceUrl } from '../check/service-url.ts';

const codes = {
  unreachable: {
    means: 'nothing answers at the address of the web app',
    hint: 'meatymusic status; meatymusic logs web',
  },
  'wrong-status': { means: 'the page answers, with another status', hint: 'meatymusic logs web --since 5m' },
  'not-html': {
    means: 'what is answered is not an HTML page',
    hint: 'is it the web app that listens there? compare services.web.url',
  },
  'name-missing': {
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
});

/** Returns a check that a page of the web app answers: status, HTML, the name of the app. The checks in browser/ judge it in a browser. */
export function pageCheck({
  title,
  failureTitle,
  why,
  path,
}: PageTexts): CheckDefinition<ReturnType<typeof optionsFor>, 'http', keyof typeof codes> {
  return defineCheck({
    title,
    failureTitle,
    why,
    judges: 'web',
    needs: ['http'],
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
    ],
    async run({ http, stack, options, pass, fail }) {
      const url = serviceUrl(stack.services.web, options.path);
      const { appName } = stack.services.web;
      const { response, actual, evidence } = await exchange(
        http,
        { url, headers: { accept: 'text/html' } },
        'page',
      );
      const expected = `GET ${url} answers ${options.status} with an HTML page that shows "${appName}"`;
      const found = { expected, evidence: [evidence] };
      if (!response) return fail('unreachable', { ...found, actual });
      const { status, headers, body } = response;
      const { location } = headers;
      if (status !== options.status) {
        return fail('wrong-status', {
          ...found,
          actual: location && status >= 300 && status < 400 ? `${actual}, to ${location}` : actual,
          ...(location && { hint: 'does the page ask for a login? name a public one in the option path' }),
        });
      }
      const type = headers['content-type'] ?? 'no content type';
      if (!/^text\/html\b/i.test(type) || !/<(?:!doctype\s+html|html)\b/i.test(body)) {
        return fail('not-html', { ...found, actual: `${type}, ${response.bodyBytes} bytes` });
      }
      if (!shownText(body).includes(appName.toLowerCase())) {
        const title = /<title\b[^>]*>([^<]*)/i.exec(body)?.[1]?.trim();
        return fail('name-missing', {
          ...found,
          actual: title ? `a page with the title "${title}"` : 'a page without a title',
        });
      }
      return pass(
        `${status}, ${response.bodyBytes} bytes of HTML in ${Math.round(response.durationMs)} ms`,
        { count: 1, what: 'page' },
        [evidence],
      );
    },
  });
}

/** Title and text of the page, without scripts, styles and comments: a name in a script's data is not shown to anybody. */
function shownText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<(script|style|template)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .toLowerCase();
}
