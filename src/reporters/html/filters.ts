import type { CheckResult, Status } from '../../check/result.ts';
import { html, type Markup } from './markup.ts';

const words: readonly [Status, string][] = [
  ['fail', 'failed'],
  ['error', 'broken'],
  ['blocked', 'blocked'],
  ['pass', 'passed'],
  ['skip', 'skipped'],
  ['waived', 'waived'],
];

/** The counts, each a button that shows those checks alone, and the search. Hidden until the script runs. */
export function filters(checks: readonly CheckResult[]): Markup {
  const buttons = words.flatMap(([status, word]) => {
    const found = checks.filter((check) => check.status === status);
    const count = found.length;
    const advisory = status === 'fail' ? found.filter(({ level }) => level === 'advisory').length : 0;
    const note = advisory > 0 ? ` (${advisory} advisory)` : '';
    if (count === 0) return [];
    return [
      html`<button type="button" class="${status}" data-filter="${status}" aria-pressed="false">${count} ${word}${note}</button>`,
    ];
  });
  const flaky = checks.filter((check) => check.flaky).length;
  if (flaky > 0) {
    buttons.push(
      html`<button type="button" data-filter="flaky" aria-pressed="false">${flaky} flaky</button>`,
    );
  }
  return html`<nav class="filters" aria-label="Filters" hidden>${buttons}<label>Search <input type="search" id="search" placeholder="id, title, text"></label><span id="shown" role="status"></span></nav>`;
}
