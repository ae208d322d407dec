import { createHash } from 'node:crypto';

/**
 * The live page: a line about the runs, and the report in a frame. The report keeps its own policy; a new one replaces
 * it once it is loaded, with the search, the filters, what was open and the position of the one before.
 */
const script = `
const line = document.getElementById('line');
const main = document.querySelector('main');
let shown = -1;
let state;
let receivedAt = 0;
function age(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? seconds + ' s' : Math.floor(seconds / 60) + ' min';
}
function describe() {
  if (!state) return;
  const words = [state.words];
  if (state.number > 0) words.push('verified ' + age(state.ageMs + Date.now() - receivedAt) + ' ago');
  if (state.isRunning) words.push('verifying …');
  document.body.className = state.ok ? 'pass' : 'fail';
  document.title = (state.ok ? '✔ ' : '✖ ') + state.words;
  line.textContent = words.join(' · ');
}
function keep(from, to) {
  const before = from.contentDocument;
  const after = to.contentDocument;
  if (!before || !after) return;
  const search = before.getElementById('search');
  const next = after.getElementById('search');
  if (search && next && search.value) {
    next.value = search.value;
    next.dispatchEvent(new Event('input'));
  }
  for (const button of before.querySelectorAll('[data-filter][aria-pressed=true]')) {
    const same = [...after.querySelectorAll('[data-filter]')].find((each) => each.dataset.filter === button.dataset.filter);
    if (same) same.click();
  }
  for (const node of before.querySelectorAll('details[id]')) {
    const same = after.getElementById(node.id);
    if (same && same.dataset.status === node.dataset.status) same.open = node.open;
  }
  to.contentWindow.scrollTo(from.contentWindow.scrollX, from.contentWindow.scrollY);
}
function load(number) {
  shown = number;
  const next = document.createElement('iframe');
  next.title = 'Report';
  next.className = 'next';
  next.addEventListener('load', () => {
    const before = main.querySelector('iframe:not(.next)');
    if (shown !== number) return next.remove();
    if (before) keep(before, next);
    next.className = '';
    if (before) before.remove();
  }, { once: true });
  next.src = '/report';
  main.append(next);
}
const events = new EventSource('/events');
events.addEventListener('state', ({ data }) => {
  state = JSON.parse(data);
  receivedAt = Date.now();
  describe();
  if (state.number !== shown) load(state.number);
});
events.addEventListener('error', () => {
  state = undefined;
  document.body.className = 'fail';
  document.title = '✖ not connected';
  line.textContent = 'not connected to meatymusic serve: what is shown may be out of date';
});
setInterval(describe, 1000);
`;

const style = `
:root{color-scheme:light dark;--back:#fff;--text:#1f2328;--pass:#1a7f37;--fail:#cf222e}
@media(prefers-color-scheme:dark){:root{--back:#0d1117;--text:#e6edf3;--pass:#3fb950;--fail:#ff7b72}}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column;font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
#line{margin:0;padding:.4rem 1rem;border-bottom:.2rem solid var(--pass);overflow-wrap:anywhere}
body.fail #line{border-color:var(--fail)}
main{flex:1;position:relative}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0;background:var(--back)}
iframe.next{visibility:hidden}
`;

export const livePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>meatymusic</title>
<style>${style}</style>
</head>
<body>
<p id="line" role="status">connecting …</p>
<main></main>
<noscript>This page needs JavaScript. <a href="/report">The latest report</a> does not.</noscript>
<script>${script}</script>
</body>
</html>
`;

/** The policy of the live page. */
export const livePolicy = `default-src 'none'; connect-src 'self'; frame-src 'self'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
