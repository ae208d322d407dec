import { formatDuration } from '../../base/duration.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { FailureChange, ResultDiff } from '../../engine/diff.ts';

/** A part of a comparison: a heading and a line for each difference. */
export interface Section {
  title: string;
  /** New failures. */
  isBad?: boolean;
  rows: { id?: string; text: string }[];
}

/** Returns the parts of a comparison that are not empty. */
export function sectionsOf(diff: ResultDiff): Section[] {
  const all: Section[] = [
    { title: 'different stacks', rows: diff.stacks.map((text) => ({ text })) },
    { title: 'new failures', isBad: true, rows: diff.newFailures.map(failureRow) },
    { title: 'known failures', rows: diff.known.map(failureRow) },
    { title: 'fixed', rows: diff.fixed.map(({ id, was }) => ({ id, text: `was ${was}` })) },
    {
      title: 'not judged any more',
      rows: diff.notJudged.map(({ id, was, reason }) => ({ id, text: `was ${was}: ${reason}` })),
    },
    { title: 'flaky', rows: diff.flaky.map((id) => ({ id, text: 'passed after a failed attempt' })) },
    {
      title: 'slower',
      rows: diff.slower.map(({ id, beforeMs, afterMs }) => ({
        id,
        text: `${formatDuration(beforeMs)} → ${formatDuration(afterMs)}`,
      })),
    },
    {
      title: 'other evidence',
      rows: diff.evidence.flatMap(({ id, changes }) => changes.map((text) => ({ id, text }))),
    },
    { title: 'added checks', rows: diff.added.map((id) => ({ id, text: '' })) },
    { title: 'removed checks', rows: diff.removed.map((id) => ({ id, text: '' })) },
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

function failureRow({ id, level, is, was, actual }: FailureChange) {
  const advisory = level === 'advisory' ? 'advisory, ' : '';
  const found = actual === undefined ? '' : `: ${actual}`;
  return { id, text: is === was ? `${advisory}${is}${found}` : `${advisory}was ${was}, is ${is}${found}` };
}

/** Returns `2 new failures, 1 fixed`. */
export function countsWords(diff: ResultDiff): string {
  const parts = [
    [diff.newFailures.length, diff.newFailures.length === 1 ? 'new failure' : 'new failures'],
    [diff.known.length, 'known'],
    [diff.fixed.length, 'fixed'],
    [diff.notJudged.length, 'not judged any more'],
    [diff.flaky.length, 'flaky'],
    [diff.slower.length, 'slower'],
    [diff.evidence.length, 'with other evidence'],
    [diff.added.length, 'added'],
    [diff.removed.length, 'removed'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return shown.join(', ') || 'no difference';
}

const mostText = 300;

/** Returns a comparison as Markdown for a pull request. Text of a service is inert in it. */
export function markdownOf(diff: ResultDiff, names: { before: string; after: string }): string {
  const sign = diff.newFailures.length > 0 ? '❌' : '✅';
  const lines = sectionsOf(diff).flatMap(({ title, rows }) => [
    '',
    `### ${title}`,
    '',
    ...rows.map(({ id, text }) => `- ${[id && code(id), text && code(text)].filter(Boolean).join(' ')}`),
  ]);
  const head = `## ${sign} meatymusic: ${countsWords(diff)}`;
  return [head, '', `${code(names.after)} compared with ${code(names.before)}.`, ...lines, ''].join('\n');
}

/** As code, in which nothing is a link, an image, a tag or a mention. */
function code(text: string): string {
  const line = safeLine(text, mostText);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `\`${line}\``;
}
