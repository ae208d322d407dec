import { type Evidence, fact } from '../check/index.ts';
import { misunderstoodLine } from '../check/misunderstood-command.ts';
import type { CommandMigrationState } from '../check/probes/migrations.ts';

export type CommandVerdict =
  | { kind: 'pass'; summary: string; evidence: Evidence[] }
  | { kind: 'skip'; reason: string; enable: string }
  | { kind: 'fail'; expected: string; actual: string; evidence: Evidence[] };

/** Judges the migrations of another tool by the exit code of `migrations.check`. */
export function judgeMigrationCommand(state: CommandMigrationState): CommandVerdict {
  const { command, description, check, suggested } = state;
  if (!check) {
    return {
      kind: 'skip',
      reason: `${description}; whether a migration is pending is not judged, because migrations.check is not set`,
      enable: `migrations.check: ${suggested ?? 'a command of the tool that fails while a migration is pending'}`,
    };
  }
  const misunderstood = misunderstoodLine(check);
  if (misunderstood !== undefined) {
    return {
      kind: 'skip',
      reason: `${description}; whether a migration is pending is not judged, because \`${check.command}\` is not understood here: ${misunderstood}`,
      enable:
        'migrations.check: a command that this version of the tool has, and that fails while a migration is pending',
    };
  }
  const evidence: Evidence[] = [
    fact('migrations.command', command),
    fact('migrations.check', check.command),
    fact('exit code', String(check.exitCode ?? 'ended by a signal')),
    fact('database', description),
    {
      kind: 'lines',
      label: 'output of the check',
      source: 'migrations.check',
      lines: check.lines.slice(-20).map((text, index) => ({ number: index + 1, text })),
      total: check.lines.length,
    },
  ];
  if (check.exitCode === 0) {
    const summary = `${description}; ${check.command} found nothing pending; drift is not judged`;
    return { kind: 'pass', summary, evidence };
  }
  return {
    kind: 'fail',
    expected: `\`${check.command}\` ends with 0`,
    actual: `it ended with ${check.exitCode ?? 'a signal'}; ${description}`,
    evidence,
  };
}
