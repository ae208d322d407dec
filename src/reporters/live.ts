import { formatDuration } from '../base/duration.ts';
import { areaOf } from '../check/area-of.ts';
import type { RunEvent, RunListener } from '../engine/events.ts';
import { createRows, type Row } from './rows.ts';
import type { Screen } from './screen.ts';

export interface LiveProgress {
  listener: RunListener;
  /** Removes the picture before the report. Resolves once that is written. */
  end(): Promise<void>;
}

interface Area {
  row: Row;
  total: number;
  done: number;
  failed: number;
  running: Map<string, string>;
  /** The last progress line of a check's long call. */
  progress?: { id: string; line: string } | undefined;
}

const delayMs = 150;

/** While a run lasts: a line for each area, how far it is, what runs in it, what failed. */
export function createLiveProgress(screen: Screen): LiveProgress {
  const startedAt = performance.now();
  const footer = () => formatDuration(performance.now() - startedAt);
  const rows = createRows(screen, { keep: false, delayMs, footer });
  const areas = new Map<string, Area>();
  const show = (name: string) => {
    const { row, total, done, failed, running, progress } = areas.get(name)!;
    const width = Math.max(...[...areas.keys()].map((each) => each.length));
    const counts = `${done}/${total}${failed > 0 ? ` ${failed} failed` : ''}`;
    const [title, ...others] = running.values();
    const first = progress ? `${progress.id.slice(name.length + 1)}: ${progress.line}` : title;
    const more = others.length > 0 ? `(${running.size}) ` : '';
    const state = failed > 0 ? 'failed' : done === total ? 'done' : 'running';
    row.show(state, `${name.padEnd(width)}  ${counts}`, first && `${more}${first}`);
  };
  return {
    listener(event) {
      if (event.type === 'run-start') {
        const names = event.checks.map(({ id }) => areaOf(id));
        for (const name of [...new Set(names)].sort()) {
          const total = names.filter((other) => other === name).length;
          areas.set(name, { row: rows.add(), total, done: 0, failed: 0, running: new Map() });
        }
        for (const name of areas.keys()) show(name);
      } else if (event.type !== 'attempt' && event.type !== 'run-end') {
        const name = areaOf(event.check.id);
        const area = areas.get(name);
        if (!area) return;
        count(area, event);
        show(name);
      }
    },
    end: () => rows.end(),
  };
}

function count(
  area: Area,
  event: Extract<RunEvent, { type: 'check-start' | 'progress' | 'check-end' }>,
): void {
  const { id, title } = event.check;
  if (event.type === 'check-start') {
    area.running.set(id, title);
    return;
  }
  if (event.type === 'progress') {
    if (event.line.trim() !== '') area.progress = { id, line: event.line };
    return;
  }
  area.running.delete(id);
  if (area.progress?.id === id) area.progress = undefined;
  area.done++;
  if (event.result.status === 'fail' || event.result.status === 'error') area.failed++;
}
