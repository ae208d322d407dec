import { safeLine } from '../base/safe-text.ts';
import type { RunResult } from '../check/result.ts';
import type { Reporter } from './reporter.ts';

const statuses = ['pass', 'fail', 'skip', 'error', 'blocked', 'waived', 'excluded'] as const;

/** The text format of Prometheus, for the textfile collector: what passed, how long it took, when it ran. */
export const prometheus: Reporter = {
  render(result) {
    const { checks, summary } = result;
    const lines = [
      ...family(
        'meatymusic_check_ok',
        'gauge',
        'Whether the check passed (1) or not (0); skipped checks are left out.',
      ),
      ...checks
        .filter(({ status }) => status !== 'skip')
        .map((check) => sample('meatymusic_check_ok', labels(check), check.status === 'pass' ? 1 : 0)),
      ...family(
        'meatymusic_check_duration_seconds',
        'gauge',
        'How long the check took, its attempts together.',
      ),
      ...checks
        .filter(({ attempts }) => attempts.length > 0)
        .map((check) => sample('meatymusic_check_duration_seconds', labels(check), check.durationMs / 1000)),
      ...family('meatymusic_checks', 'gauge', 'Number of checks by their status.'),
      ...statuses.map((status) => sample('meatymusic_checks', { status }, summary[status])),
      ...family('meatymusic_run_ok', 'gauge', 'Whether the run found nothing wrong.'),
      sample('meatymusic_run_ok', runLabels(result), result.ok ? 1 : 0),
      ...family(
        'meatymusic_run_examined',
        'gauge',
        'Whether a check has a verdict; 0: all skipped, or none.',
      ),
      sample('meatymusic_run_examined', runLabels(result), result.nothingExamined ? 0 : 1),
      ...family('meatymusic_run_duration_seconds', 'gauge', 'How long the run took.'),
      sample('meatymusic_run_duration_seconds', runLabels(result), result.durationMs / 1000),
      ...family('meatymusic_run_timestamp_seconds', 'gauge', 'When the run started.'),
      sample('meatymusic_run_timestamp_seconds', runLabels(result), Date.parse(result.startedAt) / 1000),
    ];
    return `${lines.join('\n')}\n`;
  },
};

/** Returns the labels of a check. */
export function labels({ id, area, level }: RunResult['checks'][number]): Record<string, string> {
  return { id, area, level };
}

function runLabels({ stack }: RunResult): Record<string, string> {
  return { runtime: stack.runtime };
}

/** Returns the head of a metric. */
export function family(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

/** Returns one sample. */
export function sample(name: string, values: Record<string, string>, value: number): string {
  const pairs = Object.entries(values).map(([label, text]) => `${label}="${escaped(text)}"`);
  const set = pairs.length > 0 ? `{${pairs.join(',')}}` : '';
  return `${name}${set} ${Number(value.toFixed(6))}`;
}

function escaped(text: string): string {
  return safeLine(text).replace(/\\/g, '\\\\').replace(/"/g, '\\"');
}
