/** Judges what came of the attempts on the rows of another tenant. Pure. */
import type { Evidence } from '../check/evidence.ts';
import type { SqlOutcome } from '../check/probes.ts';
import type { Attempt, AttemptKind } from './tenant-attempt.ts';
import type { BatchOutcome } from './tenant-batch.ts';
import type { TenantSession } from './tenant-session.ts';

export type TenantFailure =
  | 'own-rows-hidden'
  | 'reads-foreign'
  | 'changes-foreign'
  | 'inserts-foreign'
  | 'privilege-bypasses'
  | 'shows-without-tenant'
  | 'raises-without-tenant';

export interface TenantProblem {
  code: TenantFailure;
  text: string;
  /** Relation or function. */
  target: string;
  evidence: Evidence;
}

export interface TenantJudgement {
  problems: TenantProblem[];
  attempts: number;
  /** Attempts that ended without an effect, by reason. */
  refused: { policy: number; privilege: number; error: number; none: number };
  /** Relations and functions of which rows of tenant B were aimed at. */
  judged: Set<string>;
  notes: string[];
}

const deeds: Record<AttemptKind, string> = {
  own: 'tenant A does not see its own rows',
  read: 'tenant A reads rows of tenant B',
  'read-after-change': 'after a change to tenant B, rows of tenant A are still read',
  change: 'tenant A changes rows of tenant B',
  'take-over': 'tenant A takes over rows of tenant B',
  'give-away': 'tenant A moves its rows to tenant B',
  insert: 'tenant A inserts a row into tenant B',
  upsert: 'tenant A takes over a row of tenant B by ON CONFLICT',
  delete: 'tenant A removes rows of tenant B',
  truncate: 'TRUNCATE, to which policies do not apply, removes rows of tenant B',
  trigger: 'the privilege TRIGGER lets the role run its own function on the rows of every tenant',
  reference: 'the privilege REFERENCES shows by a foreign key which rows of tenant B exist',
  call: 'a call reads or changes rows of tenant B',
};

/** Errors after which it is not known what the attempt would have done. */
const undecided = /^(55P03|57014|40P01|40001|53\d\d\d|25P02|XX\d\d\d)$/;
/** Errors of constraints, which PostgreSQL checks after the policies of a row: another row might have been accepted. */
const constraint = /^23\d\d\d$/;
/** Errors of values that do not fit, which come before the policies of a row: other values might have been accepted. */
const unfit = /^22\w{3}$/;
/** Errors of the attempt's own SQL: no policy and no privilege refused it. */
const malformed = /^42(?!501|809|8C9|P17)\w{3}$/;
/** Errors of a statement that this database or relation does not support. */
const unsupported = /^(55000|0A000|42809|428C9)$/;

export function judgeSession(
  session: TenantSession,
  outcomes: readonly SqlOutcome[],
  mayRaise: boolean,
): TenantJudgement {
  const problems: TenantProblem[] = [];
  const notes: string[] = [...session.notes];
  const refused = { policy: 0, privilege: 0, error: 0, none: 0 };
  const judged = new Set<string>(session.called.map((name) => `function ${name}`));
  let attempts = 0;
  const unmade = session.readProblems(outcomes);
  for (const { trial, result } of session.readResults(outcomes)) {
    if (typeof result === 'string') {
      notes.push(`${trial.target}: ${result}`);
      continue;
    }
    const isAimed = trial.subject === undefined || countOf(result.base) > 0;
    if (result.error) notes.push(`${trial.target}: ${result.error}`);
    const byId = new Map(trial.plan.attempts.map((attempt) => [attempt.id, attempt]));
    if (trial.subject) {
      if (isAimed) judged.add(trial.target);
      else {
        const reason = unmade.find(({ table, tenant }) => table === trial.target && tenant !== 'a');
        const isKnown =
          judged.has(trial.target) || byId.get(result.outcomes[0]?.id ?? '')?.caller === 'unset';
        if (!isKnown)
          notes.push(`${trial.target}: no row of a second tenant${reason ? `: ${reason.problem}` : ''}`);
      }
    } else if (trial.target !== 'functions') judged.add(trial.target);
    for (const outcome of result.outcomes) {
      const attempt = byId.get(outcome.id);
      if (!attempt) continue;
      attempts++;
      if (outcome.code && isUndecided(attempt, outcome.code)) {
        notes.push(`${attempt.target}: ${attempt.kind}: ${outcome.message} (${outcome.code})`);
        continue;
      }
      const found = judgeOutcome(attempt, outcome, Number(result.sets.held ?? 0) > 0, mayRaise);
      if (found) {
        const by = session.trials[0]?.role === trial.role ? '' : `, as ${trial.role} by SET ROLE`;
        problems.push({
          ...found,
          target: attempt.target,
          text: `${attempt.target}: ${found.text}${by}`,
          evidence: evidenceOf(attempt, outcome),
        });
      } else if (!outcome.code) refused.none++;
      else if (outcome.code !== '42501') refused.error++;
      else refused[/row-level security/.test(outcome.message ?? '') ? 'policy' : 'privilege']++;
    }
  }
  return { problems, attempts, refused, judged, notes: [...new Set(notes)] };
}

/** True for an error that does not show what the attempt would have done. */
function isUndecided({ kind, isRead, caller }: Attempt, code: string): boolean {
  if (undecided.test(code) || (!isRead && constraint.test(code))) return true;
  // Without a tenant the error may be that of the setting, and own rows are hidden by any error.
  if (caller !== 'a' || kind === 'own') return false;
  return malformed.test(code) || (!isRead && unfit.test(code));
}

function judgeOutcome(
  { kind, caller, isRead, looks }: Attempt,
  { code, message, rows, before, after }: BatchOutcome,
  holdsOwn: boolean,
  mayRaise: boolean,
): Omit<TenantProblem, 'evidence' | 'target'> | undefined {
  const isWithout = caller === 'empty' || caller === 'unset';
  const withWhat = caller === 'empty' ? 'with an empty setting' : 'with the setting unset';
  if (kind === 'own') {
    if (!holdsOwn || (!code && rows > 0)) return undefined;
    return { code: 'own-rows-hidden', text: code ? `${deeds.own}: ${message} (${code})` : deeds.own };
  }
  if (code) {
    const raises = isWithout && isRead && code !== '42501' && !unsupported.test(code) && !mayRaise;
    return raises ? { code: 'raises-without-tenant', text: `${withWhat}: ${message} (${code})` } : undefined;
  }
  if (kind === 'truncate' || kind === 'trigger' || kind === 'reference') {
    if (kind === 'truncate' && before.length === 0) return undefined;
    return { code: 'privilege-bypasses', text: deeds[kind] };
  }
  if (isRead && rows > 0) {
    if (isWithout) return { code: 'shows-without-tenant', text: `${withWhat} there are rows` };
    return { code: 'reads-foreign', text: kind === 'call' ? 'the result has rows of tenant B' : deeds[kind] };
  }
  if (isRead && !looks) return undefined;
  if (before.length === 0) return undefined;
  const count = (looksOf: string[]) => looksOf.reduce((sum, look) => sum + countOf(look), 0);
  if (isWithout) {
    return { code: 'shows-without-tenant', text: `${withWhat}, ${kind} reaches rows of a tenant` };
  }
  const deed = deeds[kind];
  return { code: count(after) > count(before) ? 'inserts-foreign' : 'changes-foreign', text: deed };
}

function evidenceOf(attempt: Attempt, { variant, rows, before, after, message }: BatchOutcome): Evidence {
  return {
    kind: 'query',
    label: attempt.kind,
    statement: attempt.sqls[variant] ?? '',
    rows: [
      attempt.isRead
        ? { rows, ...(message ? { error: message } : {}) }
        : { 'rows of tenant B before': before.join(' '), after: after.join(' ') },
    ],
    rowCount: rows,
  };
}

/** Returns the number of rows that a look found. */
function countOf(look: string | null): number {
  return Number(look?.split(':')[0] ?? 0);
}
