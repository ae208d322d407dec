import { createHash } from 'node:crypto';
import { formatDuration } from '../../base/duration.ts';
import type { Look } from '../../check/reporter.ts';
import type { CheckResult, RunResult } from '../../check/result.ts';
import { byArea } from '../by-area.ts';
import { noteLines } from '../excluded-words.ts';
import type { Reporter } from '../reporter.ts';
import { closingWords } from '../summary-words.ts';
import { checkEntry, isOpen } from './check-entry.ts';
import { filters } from './filters.ts';
import { html, Markup } from './markup.ts';
import { script } from './script.ts';
import { style } from './style.ts';
import { timeline } from './timeline.ts';

/** One file that loads nothing. The policy allows its own script and style alone, by their hashes, and pictures that are in the file. */
export const htmlReport: Reporter = { render: (result, look) => page(result, look).text };

function page(result: RunResult, look: Look): Markup {
  const { checks, ok } = result;
  const words = closingWords(result);
  const failed = checks.filter(isOpen);
  const policy = `default-src 'none'; img-src data:; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${ok ? 'passed' : 'failed'}: ${words} · meatymusic</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header class="${ok ? 'pass' : 'fail'}">
<h1>${ok ? '✔' : '✖'} ${words}</h1>
<p>${runLine(result)}</p>${buildLine(result)}${noteLines(result).map((line) => html`<p>${line}</p>`)}
${stackTable(result)}
</header>
${filters(checks)}
<main>
${failed.length > 0 && section('What failed', failed, checks, look, 'failures')}
${byArea(checks.filter((check) => !isOpen(check))).map(([area, own]) => section(area, own, checks, look))}
${timeline(result)}
</main>
<script>${new Markup(script)}</script>
</body>
</html>
`;
}

function runLine({ stack, startedAt, durationMs, endedBy, tool }: RunResult): string {
  const ended = endedBy ? ` (ended by ${endedBy})` : '';
  return `${stack.runtime} stack · ${startedAt} · ${formatDuration(durationMs)}${ended} · meatymusic ${tool.version}`;
}

/** The environment, the commit and the page of the CI job. */
function buildLine({ environment, build = {} }: RunResult): Markup | undefined {
  const { commit, branch, ci, url } = build;
  const parts = [
    environment && html`environment ${environment}`,
    commit && html`commit <code>${commit.slice(0, 12)}</code>`,
    branch && html`branch ${branch}`,
    url && isPage(url) ? html`<a href="${url}">${ci ?? 'CI'} job</a>` : ci && html`${ci}`,
  ].filter((part) => part instanceof Markup);
  if (parts.length === 0) return undefined;
  return html`<p class="build">${parts.map((part, at) => html`${at > 0 && ' · '}${part}`)}</p>`;
}

/** A saved result could name any address. */
function isPage(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function stackTable({ stack, traceId }: RunResult): Markup {
  const services = Object.entries(stack.services).map(([name, service]) => {
    const absent = stack.absent?.[name]?.reason;
    return html`<dt>${name}</dt><dd>${absent ?? addressOf(service)}</dd>`;
  });
  return html`<details class="stack"><summary>Stack</summary><dl>${services}${
    stack.telemetry.otlpEndpoint && html`<dt>OTLP</dt><dd>${stack.telemetry.otlpEndpoint}</dd>`
  }${traceId && html`<dt>trace of this run</dt><dd>${traceId}</dd>`}</dl></details>`;
}

function addressOf(service: object): string {
  const { enabled, url, host, port, name } = service as Record<string, unknown>;
  if (enabled === false) return 'switched off';
  if (typeof url === 'string') return url;
  return host === undefined ? '' : `${host}:${port}${name ? `/${name}` : ''}`;
}

function section(
  title: string,
  own: readonly CheckResult[],
  all: readonly CheckResult[],
  look: Look,
  kind = 'area',
): Markup {
  return html`<section class="${kind}">
<h2>${title} <small>${own.length}</small></h2>
${own.map((check) => checkEntry(check, all, look))}</section>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
