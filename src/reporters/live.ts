import { Chalk } from 'chalk';
import { formatDuration } from '../base/duration.ts';
import { areaOf } from '../check/area-of.ts';
import type { RunEvent, RunListener } from '../engine/events.ts';
import { inertLine } from './inert.ts';

/** Where progress is drawn: a terminal. */
export interface Screen {
  write(text: string): Promise<void>;
  readonly columns: number;
  readonly color: boolean;
}

export interface LiveProgress {
  listener: RunListener;
  /** Takes the picture away, so that the report stands alone. Resolves once that is written. */
  end(): Promise<void>;
}

interface Area {
  total: number;
  done: number;
  failed: number;
  running: Map<string, string>;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;
/** More lines than a terminal has could not be taken away again. */
const mostAreas = 20;
/** A run that is over sooner is not worth a flicker. */
const delayMs = 150;

/** While a run lasts: a line for each area, how far it is, what runs in it, what failed. */
export function createLiveProgress(screen: Screen): LiveProgress {
  const paint = new Chalk({ level: screen.color ? 1 : 0 });
  const areas = new Map<string, Area>();
  const startedAt = performance.now();
  let drawn = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  let written: Promise<void> = Promise.resolve();
  const put = (text: string) => {
    written = written.then(() => screen.write(text)).catch(() => {});
  };
  const erase = () => (drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : '');

  const lineOf = (name: string, { total, done, failed, running }: Area, width: number): string => {
    const isDone = done === total;
    const spinner = frames[frame % frames.length] as string;
    const sign = failed > 0 ? paint.red('✖') : isDone ? paint.green('✔') : paint.cyan(spinner);
    const counts = `${done}/${total}${failed > 0 ? ` ${failed} failed` : ''}`;
    const titles = [...running.values()];
    const more = titles.length > 1 ? ` and ${titles.length - 1} more` : '';
    const room = Math.max(0, screen.columns - width - counts.length - more.length - 8);
    const what =
      titles.length > 0 && room > 10 ? paint.dim(`${inertLine(titles[0] as string, room)}${more}`) : '';
    return `${sign} ${name.padEnd(width)}  ${counts}  ${what}`;
  };
  const draw = () => {
    frame++;
    const width = Math.max(...[...areas.keys()].map((name) => name.length));
    const lines = [...areas].slice(0, mostAreas).map(([name, area]) => lineOf(name, area, width));
    lines.push(paint.dim(formatDuration(performance.now() - startedAt)));
    put(`${drawn === 0 ? '\x1b[?25l' : erase()}${lines.join('\n')}\n`);
    drawn = lines.length;
  };

  return {
    listener(event) {
      count(areas, event);
      if (event.type !== 'run-start') return;
      timer = setTimeout(() => {
        draw();
        timer = setInterval(draw, frameMs).unref();
      }, delayMs).unref();
    },
    end() {
      clearTimeout(timer);
      if (drawn > 0) put(`${erase()}\x1b[?25h`);
      drawn = 0;
      return written;
    },
  };
}

function count(areas: Map<string, Area>, event: RunEvent): void {
  if (event.type === 'run-start') {
    const names = event.checks.map(({ id }) => areaOf(id));
    for (const name of [...new Set(names)].sort()) {
      const total = names.filter((other) => other === name).length;
      areas.set(name, { total, done: 0, failed: 0, running: new Map() });
    }
  } else if (event.type === 'check-start') {
    areas.get(areaOf(event.check.id))?.running.set(event.check.id, event.check.title);
  } else if (event.type === 'check-end') {
    const area = areas.get(areaOf(event.check.id));
    if (!area) return;
    area.running.delete(event.check.id);
    area.done++;
    if (event.result.status === 'fail' || event.result.status === 'error') area.failed++;
  }
}
