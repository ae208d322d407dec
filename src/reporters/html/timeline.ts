import { formatDuration } from '../../base/duration.ts';
import type { CheckResult, RunResult } from '../../check/result.ts';
import { html, type Markup } from './markup.ts';

const rowHeight = 18;
const labelWidth = 320;
const barWidth = 660;

/** What ran when: a row for each check that was attempted, in the order of their starts, with a bar for each attempt. */
export function timeline({ checks, durationMs }: RunResult): Markup | undefined {
  const ran = checks
    .filter(({ attempts }) => attempts.length > 0)
    .sort((one, other) => startOf(one) - startOf(other));
  if (ran.length === 0) return undefined;
  const end = Math.max(
    durationMs,
    ...ran.flatMap(({ attempts }) => attempts.map((each) => each.startMs + each.durationMs)),
    1,
  );
  const scale = barWidth / end;
  const rows = ran.map(({ id, attempts }, index) => {
    const y = index * rowHeight;
    const bars = attempts.map(
      ({ number, startMs, durationMs, status }) =>
        html`<rect class="${status}" x="${(labelWidth + startMs * scale).toFixed(1)}" y="${y + 3}" width="${Math.max(2, durationMs * scale).toFixed(1)}" height="12"><title>${id}, attempt ${number}: ${status}, ${formatDuration(durationMs)} from ${formatDuration(startMs)}</title></rect>`,
    );
    return html`<g><text x="0" y="${y + 13}">${id.length > 44 ? `${id.slice(0, 43)}…` : id}</text>${bars}</g>`;
  });
  const height = ran.length * rowHeight;
  return html`<section class="timeline"><h2>Timeline <small>${formatDuration(end)}</small></h2>
<details><summary>${ran.length} checks by their start</summary><div class="scroll" tabindex="0" role="group" aria-label="Timeline"><svg role="img" aria-label="${ran.length} checks by their start, ${formatDuration(end)} in all" viewBox="0 0 ${labelWidth + barWidth} ${height}">${rows}</svg></div></details></section>
`;
}

const startOf = ({ attempts, startMs }: CheckResult) => attempts[0]?.startMs ?? startMs;
