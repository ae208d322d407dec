/** The session in which rows of two tenants are made and attacked, and that is rolled back. Pure. */
import type { SqlOutcome, SqlStep } from '../check/probes.ts';
import { planAttacks } from './tenant-attacks.ts';
import type { AttackPlan, AttackSource, Attempt } from './tenant-attempt.ts';
import {
  type Batch,
  type BatchFrame,
  type BatchResult,
  batchStatement,
  makingStatement,
  settingOfResult,
} from './tenant-batch.ts';
import { planCalls } from './tenant-calls.ts';
import { planDerived } from './tenant-derived.ts';
import { nameOf, type Reach, reaches, type Subject } from './tenant-reach.ts';
import { madeRows, supportRows } from './tenant-rows.ts';
import { qualified } from './tenant-sql.ts';

/** Attempts on one relation, or the calls of functions, in the name of one role. */
export interface Trial {
  role: string;
  /** Absent: of a derived relation or of functions. */
  subject?: Subject;
  target: string;
  plan: AttackPlan;
}

export interface TenantSession {
  steps: SqlStep[];
  trials: Trial[];
  notes: string[];
  /** Functions that are called. */
  called: string[];
  readResults(outcomes: readonly SqlOutcome[]): { trial: Trial; result: BatchResult | string }[];
  /** What kept rows from being made. */
  readProblems(outcomes: readonly SqlOutcome[]): { table: string; tenant?: string; problem: string }[];
}

/** In one statement: to read and plan it once costs more than to run it. */
const trialsAtOnce = 10;

const limits = [
  ['lock_timeout', '2s'],
  ['synchronize_seqscans', 'off'],
  ['jit', 'off'],
  ['max_parallel_workers_per_gather', '0'],
] as const;

export function buildSession(
  source: AttackSource,
  reach: Reach,
  frame: BatchFrame & { canBecome: boolean },
  trusted: readonly string[],
): TenantSession {
  const trials: Trial[] = [];
  const notes: string[] = [];
  const called: string[] = [];
  const steps: SqlStep[] = [
    { sql: 'begin' },
    { sql: `select ${limits.map(([name, value]) => `set_config('${name}', '${value}', true)`).join(', ')}` },
  ];
  const readAt: { step: number; trials: Trial[] }[] = [];
  const madeAt: number[] = [];
  let results = 0;
  const make = (isSet: boolean) => {
    const index = results++;
    const stale = reach.derived.filter(({ relation }) => relation.kind === 'm');
    const rows = [
      ...supportRows(source),
      ...madeRows(source, source.tenants),
      ...stale.map(({ relation }) => ({
        table: nameOf(relation),
        variants: [`refresh materialized view ${qualified(relation)}`],
      })),
    ];
    steps.push({ sql: 'savepoint made' }, { sql: makingStatement(rows, frame, index, isSet) });
    madeAt.push(steps.length);
    steps.push({ sql: `select current_setting('${settingOfResult(index)}', true) as result` });
  };
  const run = (isWanted: (attempt: Attempt) => boolean) => {
    const wanted = trials.flatMap((trial) => {
      const attempts = trial.plan.attempts.filter(isWanted);
      return attempts.length > 0 ? [{ trial, batch: batchOf(trial, attempts) }] : [];
    });
    for (let at = 0; at < wanted.length; at += trialsAtOnce) {
      const index = results++;
      const together = wanted.slice(at, at + trialsAtOnce);
      const batches = together.map(({ batch }) => batch);
      steps.push({ sql: 'savepoint attempts' }, { sql: batchStatement(batches, frame, index) });
      readAt.push({ step: steps.length, trials: together.map(({ trial }) => trial) });
      steps.push(
        { sql: `select current_setting('${settingOfResult(index)}', true) as result` },
        { sql: 'rollback to savepoint attempts' },
      );
    }
  };
  const batchOf = ({ role, plan }: Trial, attempts: Attempt[]): Batch => ({
    ...(frame.canBecome ? { role } : {}),
    sets: plan.sets,
    looks: plan.looks,
    attempts,
  });

  const roles = frame.canBecome ? source.tenancy.roles : source.tenancy.roles.slice(0, 1);
  for (const { name: role } of roles) {
    for (const subject of reach.subjects.filter(({ relation }) => reaches(relation, role))) {
      const plan = planAttacks(source, subject, role);
      trials.push({ role, subject, target: nameOf(subject.relation), plan });
    }
    for (const derived of reach.derived.filter(({ relation }) => reaches(relation, role))) {
      trials.push({ role, target: nameOf(derived.relation), plan: planDerived(source, derived, role) });
    }
    const calls = planCalls(source, source.tenancy.functions, role, trusted);
    notes.push(...calls.notes);
    called.push(...calls.called);
    if (calls.called.length > 0) trials.push({ role, target: 'functions', plan: calls.plan });
  }

  const isUnset = ({ caller }: Attempt) => caller === 'unset';
  if (frame.inspectorSeesAll) {
    make(false);
    run(isUnset);
  }
  make(true);
  run((each) => !isUnset(each));
  steps.push({ sql: 'rollback' });

  const textAt = (outcomes: readonly SqlOutcome[], step: number) => {
    const outcome = outcomes[step];
    if (!outcome?.ok) {
      const error = outcomes[step - 1];
      const shown = error && !error.ok ? error : outcome;
      return { problem: shown && !shown.ok ? `${shown.message} (${shown.code})` : 'no result' };
    }
    return { text: String(outcome.rows[0]?.result ?? '') };
  };
  return {
    steps,
    trials,
    notes: [...new Set(notes)],
    called: [...new Set(called)],
    readResults: (outcomes) =>
      readAt.flatMap(({ step, trials: together }) => {
        const { text, problem } = textAt(outcomes, step);
        const found = text ? (JSON.parse(text) as BatchResult[]) : [];
        return together.map((trial, index) => ({ trial, result: found[index] ?? problem ?? 'no result' }));
      }),
    readProblems: (outcomes) =>
      madeAt.slice(-1).flatMap((step) => {
        const { text, problem } = textAt(outcomes, step);
        return text ? JSON.parse(text) : [{ table: 'rows', problem: problem ?? 'no result' }];
      }),
  };
}
