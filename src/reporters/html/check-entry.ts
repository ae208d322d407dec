import { formatDuration } from '../../base/duration.ts';
import type { Look } from '../../check/reporter.ts';
import type { CheckResult, Status } from '../../check/result.ts';
import { detailsOf, reasonOf } from '../failure-text.ts';
import { evidenceMarkup } from './evidence.ts';
import { html, type Markup } from './markup.ts';

const signs: Record<Status, string> = {
  pass: '✔',
  fail: '✖',
  error: '!',
  skip: '○',
  blocked: '◌',
  waived: '~',
};

/** True for what a person must look at; it is at the top of the page and open. */
export function isOpen({ status }: CheckResult): boolean {
  return status === 'fail' || status === 'error';
}

/** One check: its verdict on a line, and below it what it rests on. */
export function checkEntry(check: CheckResult, all: readonly CheckResult[], look: Look): Markup {
  const { id, status, title, failureTitle, level, flaky, evidence } = check;
  const open = isOpen(check);
  const tags = [level === 'advisory' && 'advisory', flaky && 'flaky'].filter((tag) => tag !== false && tag);
  return html`<details class="check ${status}" id="check-${id}" data-status="${status}"${flaky && html` data-flaky`}${open && html` open`}>
<summary><b>${signs[status]}<span class="word">${status}</span></b> <span class="title">${open ? failureTitle : title}</span> <code>${id}</code>${tags.map(
    (tag) => html` <i>${tag as string}</i>`,
  )} <small>${reasonOf(check)}</small></summary>
<div class="body">
<dl>${detailsOf(check).map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>
${blockedList(check, all)}${attempts(check)}${history(check, look)}${evidence.map((item) => evidenceMarkup(item, look))}
<p class="again"><code>meatymusic verify ${id}</code> <button type="button" data-copy="meatymusic verify ${quoted(id)}">Copy</button></p>
</div>
</details>
`;
}

/** The checks that this one blocked. */
function blockedList({ id }: CheckResult, all: readonly CheckResult[]): Markup | undefined {
  const blocked = all.filter(({ blockedBy }) => blockedBy?.includes(id));
  if (blocked.length === 0) return undefined;
  return html`<p>Blocks ${blocked.length}: ${blocked.map((other) => html`<a href="#check-${other.id}">${other.id}</a> `)}</p>`;
}

function attempts({ attempts }: CheckResult): Markup | undefined {
  if (attempts.length < 2) return undefined;
  const rows = attempts.map(
    ({ number, startMs, durationMs, status, code, actual }) =>
      html`<tr><td>${number}</td><td>${formatDuration(startMs)}</td><td>${formatDuration(durationMs)}</td><td>${status}${code && ` [${code}]`}</td><td>${actual}</td></tr>`,
  );
  return html`<table><caption>Attempts</caption><thead><tr><th scope="col">No.</th><th scope="col">Start</th><th scope="col">Time</th><th scope="col">Verdict</th><th scope="col">Found</th></tr></thead><tbody>${rows}</tbody></table>`;
}

/** More runs than these are not shown. */
const mostRuns = 20;

/** The verdicts of the last runs, oldest first. */
function history({ id }: CheckResult, look: Look): Markup | undefined {
  const runs = (look.history?.(id) ?? []).slice(-mostRuns);
  if (runs.length === 0) return undefined;
  const passed = runs.filter(({ status }) => status === 'pass').length;
  const signsOf = runs.map(
    ({ status, startedAt }) =>
      html`<li class="${status}" title="${startedAt}"><b>${signs[status] ?? '?'}<span class="word">${status} ${startedAt}</span></b></li>`,
  );
  return html`<p class="fact"><span>${passed} of the last ${runs.length} runs passed</span></p><ol class="history">${signsOf}</ol>`;
}

/** As a word of a shell. */
function quoted(id: string): string {
  return /^[\w./@-]+$/.test(id) ? id : `'${id.replaceAll("'", String.raw`'\''`)}'`;
}
