import { client, type PageCase, page, running, script } from './page-case.ts';

const tune = "Tune & Co's";
const shows = (code: string, errors = code) => ({ web: code, errors });
/** What Next.js sends for a page of the app router: text in pieces, and the same again as data. */
const next = (body: string, data = '') =>
  page(
    `<div hidden=""><!--$--><!--/$--></div>${body}<script>self.__next_f=self.__next_f||[];self.__next_f.push([0]);self.__next_f.push([1,${JSON.stringify(`0:["$","h1",null,{"children":"${data}"}]`)}])</script>`,
    { title: 'App' },
  );

/** Pages by what they show. */
export const shownPages: PageCase[] = [
  { name: 'a static page', html: page('<h1>MeatyMusic</h1><p>Hello</p>') },
  { name: 'the name in the title, content below', html: page('<h1>Dashboard</h1><p>12 songs</p>') },
  { name: 'name with &#x27;', appName: tune, html: page('<h1>Tune &amp; Co&#x27;s</h1>', { title: '' }) },
  {
    name: 'name with &apos; and &#39;',
    appName: `${tune} 'x'`,
    html: page('Tune &#38; Co&apos;s &#39;x&#39;'),
  },
  { name: 'name with a curly apostrophe', appName: tune, html: page('<h1>Tune &amp; Co&rsquo;s</h1>') },
  {
    name: 'name with &nbsp;',
    appName: 'Meaty Music',
    html: page('<h1>Meaty&nbsp;Music</h1>', { title: '' }),
  },
  {
    name: 'name with &#160; and &shy;',
    appName: 'Meaty Music',
    html: page('Mea&shy;ty&#160;Music', { title: '' }),
  },
  { name: 'name with an accent', appName: 'Café Música', html: page('<h1>Caf&eacute; M&uacute;sica</h1>') },
  {
    name: 'name in inline tags',
    html: page('<h1><b>Meaty</b><span class="x">Music</span></h1>', { title: '' }),
  },
  { name: 'name over two lines of source', appName: 'Meaty Music', html: page('<h1>Meaty\n   Music</h1>') },
  {
    name: 'name parted by <br>',
    appName: 'Meaty Music',
    html: page('<h1>Meaty<br>Music</h1>', { title: '' }),
  },
  {
    name: 'Next.js: text in pieces',
    appName: tune,
    html: next('<main><h1>Tune &amp; <!-- -->Co&#x27;s</h1></main>'),
  },
  {
    name: 'Next.js: the name in the data alone',
    html: next('<main><h1>Welcome</h1></main>', 'MeatyMusic'),
    verdicts: { web: 'name-missing' },
  },
  {
    name: 'Next.js: streamed and put in place by a script',
    html: next(
      `<div id="here">Loading…</div><div hidden id="S:0"><h1>Meaty<!-- -->Music</h1></div>${script(`const from = document.getElementById('S:0'); document.getElementById('here').replaceWith(...from.childNodes)`)}`,
    ),
  },
  {
    name: 'Next.js: not found with 200',
    html: next(
      '<div><h1 class="next-error-h1" style="display:inline-block">404</h1><div><h2>This page could not be found.</h2></div></div>',
    ),
    verdicts: shows('not-found-page'),
  },
  {
    name: 'Next.js: an exception of the client',
    html: client('<h2>Application error: a client-side exception has occurred while loading localhost</h2>', {
      title: 'MeatyMusic',
    }),
    verdicts: shows('error-page'),
  },
  {
    name: 'pages router: __next root',
    html: page(
      '<div id="__next"><nav>Home</nav><h1>Meaty<!-- -->Music</h1></div><script id="__NEXT_DATA__" type="application/json">{"page":"/404"}</script>',
    ),
  },
  { name: 'rendered by the client', html: client('<h1>MeatyMusic</h1><p>12 songs</p>') },
  {
    name: 'the client sets the title',
    html: client('<h1>Songs</h1>', { first: `document.title = 'MeatyMusic'` }),
  },
  { name: 'another app, by the client', html: client('<h1>Grafana</h1>'), verdicts: { web: 'name-missing' } },
  {
    name: 'rendered into a shadow root',
    html: page(
      `<my-app></my-app>${script(`document.querySelector('my-app').attachShadow({ mode: 'open' }).innerHTML = '<style>h1 { color: red }</style><main><h1>MeatyMusic</h1></main>'`)}`,
      { title: '' },
    ),
  },
  {
    name: 'another server',
    html: '<!doctype html><html><title>Welcome to nginx!</title><link rel=icon href=data:,><body><h1>It works</h1></body></html>',
    verdicts: { web: 'name-missing' },
  },
  { name: 'blank', html: page('<div id="root"></div>'), verdicts: shows('blank') },
  {
    name: 'blank, with a script',
    html: page(`<div id="root"></div>${script('0')}`),
    verdicts: shows('blank'),
  },
  {
    name: 'blank, with markup and styles',
    html: client('<style>p { color: red }</style><div><p> </p><p>&nbsp;</p></div>', { title: 'MeatyMusic' }),
    verdicts: shows('blank'),
  },
  {
    name: 'rendered and then removed',
    html: page(`<h1>MeatyMusic</h1>${script('document.body.replaceChildren()')}`),
    verdicts: { errors: 'blank' },
  },
  {
    name: 'never made visible',
    html: page('<h1>MeatyMusic</h1>', { head: '<style>body { opacity: 0 }</style>' }),
    verdicts: { errors: 'blank' },
  },
  {
    name: 'one canvas, which is right',
    html: page('<canvas width="90" height="90"></canvas>'),
    options: { web: { allowBlank: true }, errors: { allowBlank: true } },
  },
  {
    name: 'SPA: "404" by the client',
    html: client('<h1>404</h1><a href="/">Back</a>', { title: 'MeatyMusic' }),
    verdicts: shows('not-found-page'),
  },
  {
    name: 'SPA: "Page not found" below its navigation',
    html: client(
      '<nav><a>MeatyMusic</a> <a>Songs</a> <a>Settings</a></nav><main><h2>404 – Page not found</h2><p>Go back</p><p>Or search</p></main>',
      { title: 'MeatyMusic' },
    ),
    verdicts: shows('not-found-page'),
  },
  {
    name: 'SPA: React Router',
    html: client('<h2>Unexpected Application Error!</h2><h3>404 Not Found</h3>', { title: 'MeatyMusic' }),
    verdicts: shows('not-found-page'),
  },
  {
    name: 'SPA: "Nothing"',
    html: client("<p>Sorry, we can't find the page you're looking for.</p>", { title: 'MeatyMusic' }),
    verdicts: shows('not-found-page'),
  },
  {
    name: 'not found in the title',
    html: page('<p>MeatyMusic</p><p>a</p><p>b</p><p>c</p><p>d</p>', { title: 'Not Found | MeatyMusic' }),
    verdicts: shows('not-found-page'),
  },
  {
    name: 'not found in German',
    html: page('<h1>Seite nicht gefunden</h1><p>MeatyMusic</p>'),
    verdicts: shows('not-found-page'),
  },
  {
    name: 'a page whose status is 404 by the options',
    html: page('<h1>404</h1><p>MeatyMusic</p>'),
    options: { web: { status: 200 } },
    verdicts: shows('not-found-page'),
  },
  {
    name: 'an error with 200',
    html: client('<h1>Something went wrong</h1><button>Retry</button>', { title: 'MeatyMusic' }),
    verdicts: shows('error-page'),
  },
  {
    name: '404 as a number',
    html: page('<h1>MeatyMusic</h1><p>Songs</p><p>404</p><p>Genres</p><p>12</p><p>Moods</p>'),
  },
  {
    name: '"No song was found" on a dashboard',
    html: page(
      '<h1>MeatyMusic</h1><p>No songs found.</p><p>File not found errors: 0</p><p>Not found</p><p>Cache misses</p><p>7</p>',
    ),
  },
  {
    name: 'an article about 404 pages',
    html: page(
      '<h1>How to write a good 404 page</h1><p>MeatyMusic blog</p><p>A page that was not found should say so.</p>',
      { title: '404 pages that help – MeatyMusic' },
    ),
  },
  {
    name: 'a hidden view says "not found"',
    html: page(`<main><h1>MeatyMusic</h1></main><section hidden><h1>404</h1><p>Page not found</p></section>`),
  },
  {
    name: 'nothing but a script that throws',
    html: running('throw new Error("broken")'),
    verdicts: { errors: 'page-error' },
  },
];
