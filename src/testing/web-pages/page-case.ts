/** What the rows of the table of pages are made of. */
export type PageCheck = 'web' | 'errors' | 'telemetry' | 'calls';

export interface PageCase {
  name: string;
  /** HTML of the page, or the path of one that the test serves itself. `API` is the address of the API on another origin. */
  html: string | { path: string };
  /** More files, by their names relative to the page. */
  files?: Record<string, string>;
  /** Name of the app. Default: MeatyMusic. */
  appName?: string;
  options?: Partial<Record<PageCheck, Record<string, unknown>>>;
  /** A code, or `pass`. Default: `web` and `errors` pass, `telemetry` is `not-initialised`, `calls` is `no-calls`. */
  verdicts?: Partial<Record<PageCheck, string>>;
}

export const usualVerdicts: Record<PageCheck, string> = {
  web: 'pass',
  errors: 'pass',
  telemetry: 'not-initialised',
  calls: 'no-calls',
};

/** A whole document, with an icon that needs no request. */
export const page = (body: string, { title = 'MeatyMusic', head = '' } = {}) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title>${head}</head><body>${body}</body></html>`;

export const script = (code: string) => `<script>${code}</script>`;

/** A page that shows the name and runs a script. */
export const running = (code: string) => page(`<h1>MeatyMusic</h1><p>Songs from seeds</p>${script(code)}`);

/** A page that its script alone renders. */
export const client = (html: string, { title = '', first = '' } = {}) =>
  page(
    `<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>${script(`${first};document.getElementById('root').innerHTML = ${JSON.stringify(html).replaceAll('</', '<\\/')}`)}`,
    { title },
  );

const header = `'00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'`;
export const call = (address: string, headers = `{ traceparent: ${header} }`) =>
  `fetch('${address}', { headers: ${headers} }).catch(() => {});`;
