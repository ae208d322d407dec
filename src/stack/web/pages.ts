import type { BrowserConfig } from './browser-config.ts';

/** Names of the built assets, with the hash of their contents. */
export interface Assets {
  script: string;
  style: string;
}

export interface Page {
  path: string;
  title: string;
  main(config: BrowserConfig): string;
}

const wave = Array.from({ length: 100 }, (_, index) => {
  const height = 14 + 46 * Math.abs(Math.sin(index * 0.37) * Math.cos(index * 0.113 + 0.6));
  return `<rect x="${index * 10}" y="${(60 - height / 2).toFixed(1)}" width="4" height="${height.toFixed(1)}" rx="2"/>`;
}).join('');

export const homePage: Page = {
  path: '/',
  title: 'Home',
  main: ({ apiUrl }) => `
    <section class="hero">
      <p class="eyebrow">Agentic Music Creation System</p>
      <h1>From a seed to a song, the same one every time.</h1>
      <p class="lead">This is the reference stack: a web app, an API, a database and a cache that are wired together the way
        production is. Whatever you build next starts from something that is known to work.</p>
      <p class="actions"><a class="button" href="/dashboard">Open the dashboard</a>
        <a class="quiet" href="${attribute(apiUrl)}/openapi.json">API description</a></p>
      <svg class="wave" viewBox="0 0 994 120" aria-hidden="true" focusable="false">${wave}</svg>
    </section>
    <section class="grid three" aria-label="What is in it">
      <article class="card"><h2>One trace</h2><p>A click here, the API's log line and the database query behind it carry the same
        trace ID. The dashboard shows it.</p></article>
      <article class="card"><h2>One tenant at a time</h2><p>Row-level security decides in the database what a request may see,
        for every connection.</p></article>
      <article class="card"><h2>One honest answer</h2><p>Health reports what is down. Errors have one shape. Without the cache the
        API continues, and reports it.</p></article>
    </section>
    <section class="card next"><h2>Next</h2>
      <ol class="ruled"><li><code>meatymusic verify</code> <span>checks all of this and shows its evidence</span></li>
        <li><code>meatymusic logs api --follow</code> <span>shows what the API is doing</span></li>
        <li><code>meatymusic checks list</code> <span>names every claim that is checked</span></li></ol>
    </section>`,
};

export const dashboardPage: Page = {
  path: '/dashboard',
  title: 'Dashboard',
  main: ({ apiUrl }) => `
    <header class="page-head"><div><p class="eyebrow">Dashboard</p><h1>Compose</h1></div>
      <p class="pill" id="telemetry" data-state="pending" role="status">telemetry starting</p></header>
    <form class="card compose" id="compose">
      <label for="seed">Seed <span class="hint">the same seed gives the same song, byte for byte</span></label>
      <div class="row"><input id="seed" name="seed" value="meatymusic" maxlength="64" pattern="[\\w.:\\-]+" required
        autocomplete="off" spellcheck="false"><button class="button" type="submit">Compose</button>
        <button class="ghost" type="button" id="surprise">Surprise me</button></div>
    </form>
    <div class="grid two">
      <section class="card song" id="song" aria-live="polite" data-state="pending"><p class="muted">Asking ${text(apiUrl)}…</p></section>
      <div class="stack">
        <section class="card" aria-labelledby="trace-title"><h2 id="trace-title">This request</h2>
          <dl id="trace"><div><dt>Waiting for the API</dt><dd>…</dd></div></dl></section>
        <section class="card" aria-labelledby="services-title"><h2 id="services-title">Services</h2>
          <ul class="services ruled" id="services"><li class="muted">Asking…</li></ul></section>
      </div>
    </div>
    <noscript><p class="card">The dashboard needs JavaScript.</p></noscript>`,
};

export const notFoundPage: Page = {
  path: '',
  title: 'Not found',
  main: () => `<section class="hero"><p class="eyebrow">404</p><h1>There is nothing here.</h1>
    <p class="actions"><a class="button" href="/">Back to the start</a></p></section>`,
};

export function renderPage(page: Page, config: BrowserConfig, assets: Assets): string {
  const link = (path: string, label: string) =>
    `<a href="${path}"${page.path === path ? ' aria-current="page"' : ''}>${label}</a>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${attribute(config.appName)}: Agentic Music Creation System">
${config.traceparent ? `<meta name="traceparent" content="${config.traceparent}">\n` : ''}<title>${text(page.title)} · ${text(config.appName)}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/${assets.style}">
<script id="config" type="application/json">${JSON.stringify(config).replaceAll('<', '\\u003c')}</script>
<script type="module" src="/assets/${assets.script}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<nav class="top" aria-label="Main"><a class="brand" href="/"><svg viewBox="0 0 32 32" aria-hidden="true"><rect x="3" y="12" width="4" height="8" rx="2"/><rect x="10" y="6" width="4" height="20" rx="2"/><rect x="17" y="10" width="4" height="12" rx="2"/><rect x="24" y="3" width="4" height="26" rx="2"/></svg>${text(config.appName)}</a>
<div class="links">${link('/', 'Home')}${link('/dashboard', 'Dashboard')}</div></nav>
<main id="main">${page.main(config)}
</main>
<footer><span>${text(config.appName)} · ${text(config.serviceName)}</span><span>API <code>${text(config.apiUrl)}</code></span></footer>
</body>
</html>
`;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function attribute(value: string): string {
  return text(value).replaceAll('"', '&quot;');
}
