import type { RunResult } from '../check/result.ts';
import { family, labels, sample } from '../reporters/prometheus.ts';
import type { Keeper, Outcome } from './keeper.ts';

/** Returns what a result alone says: the `prometheus` report, and the state of each check. */
export function resultMetrics(report: string, { checks }: RunResult): string {
  const lines = [
    ...family('meatymusic_check_state', 'gauge', 'The state of the check, as a label; always 1.'),
    ...checks.map((check) => sample('meatymusic_check_state', { ...labels(check), state: check.status }, 1)),
  ];
  return `${report}${lines.join('\n')}\n`;
}

/** Returns the metrics of the server itself. */
export function serverMetrics(
  keeper: Keeper,
  { number, result, fault, endedAtMs }: Outcome,
  version: string,
): string {
  const lines = [
    ...family('meatymusic_build_info', 'gauge', 'The version, as a label; always 1.'),
    sample('meatymusic_build_info', { version, node: process.versions.node }, 1),
    ...family('meatymusic_up', 'gauge', 'Whether the latest run has a result (1), or could not be made (0).'),
    sample('meatymusic_up', {}, result && !fault ? 1 : 0),
    ...family('meatymusic_runs_total', 'counter', 'Number of runs since the start, by their end.'),
    ...Object.entries(keeper.counts).map(([end, count]) => sample('meatymusic_runs_total', { end }, count)),
    ...family('meatymusic_running', 'gauge', 'Whether a run is in progress.'),
    sample('meatymusic_running', {}, keeper.isRunning ? 1 : 0),
  ];
  if (fault) {
    lines.push(
      ...family('meatymusic_run_fault', 'gauge', 'Why there is no result, as a label; always 1.'),
      sample('meatymusic_run_fault', { code: fault.code }, 1),
    );
  }
  if (number > 0) {
    lines.push(
      ...family('meatymusic_result_timestamp_seconds', 'gauge', 'When the latest run ended.'),
      sample('meatymusic_result_timestamp_seconds', {}, endedAtMs / 1000),
    );
  }
  return `${lines.join('\n')}\n`;
}
