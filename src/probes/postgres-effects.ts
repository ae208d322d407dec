import { includesEffects } from '../check/effects.ts';
import { type DeclaredEffects, refusal } from './effects.ts';

/** Statements that a read-only transaction runs, or refuses by itself. */
const confined = new Set(
  'select with values table show explain insert update delete merge create alter drop truncate grant revoke comment refresh'.split(
    ' ',
  ),
);
/** Statements that begin, end and divide transactions; the probe follows them. */
const transactional = new Set('begin start commit end rollback abort savepoint release set'.split(' '));

/** A block cannot end the transaction in which it runs, and so writes nothing that is not rolled back with it. */
const block = 'do';

/** Functions whose effect a rollback does not undo; a function of the database that calls one is not seen. */
const acting = new RegExp(
  `\\b(${[
    'dblink\\w*',
    'lo_export',
    'pg_(?:try_)?advisory_\\w+',
    'pg_(?:start|stop)_backup',
    'pg_(?:terminate|cancel)_backend',
    'pg_backup_\\w+',
    'pg_copy_\\w+',
    'pg_create_\\w+',
    'pg_drop_replication_slot',
    'pg_file_\\w+',
    'pg_logical_\\w+',
    'pg_promote',
    'pg_reload_conf',
    'pg_replication_\\w+',
    'pg_rotate_logfile\\w*',
    'pg_stat_reset\\w*',
    'pg_stat_statements_reset',
    'pg_switch_wal',
    'pg_sync_\\w+',
    'pg_wal_replay_\\w+',
    'query_to_xml\\w*',
  ].join('|')})"?(?:\\s|/\\*[^]*?\\*/|--[^\\n]*\\n)*\\(`,
  'i',
);
/** Identifiers in escapes, in which such a name could hide. */
const escapedIdentifier = /\bu&"/i;

export interface Statement {
  /** In lower case. */
  word: string;
  /** Without comments. */
  text: string;
}

/** A statement by its first word. Unknown: '', which is no statement that may run. */
export function statementOf(sql: string): Statement {
  const text = withoutLeadingComments(sql);
  return { word: /^[a-z]+/i.exec(text)?.[0].toLowerCase() ?? '', text };
}

/** Throws where a statement could have an effect that the end of its transaction does not undo. */
export function assertConfined(sql: string, context: DeclaredEffects, { inSession = false } = {}): Statement {
  const statement = statementOf(sql);
  const { word, text } = statement;
  const refuse = (what: string) =>
    refusal(
      context,
      `${what} could have effects outside its transaction; the check declares '${context.effects}'`,
    );
  const isBlock = inSession && word === block && includesEffects(context.effects, 'rolled-back');
  if (!confined.has(word) && !(inSession && transactional.has(word)) && !isBlock)
    throw refuse(word ? `SQL ${word.toUpperCase()}` : 'a statement that does not begin with a word');
  if (/^(commit|end|rollback|abort)\b/i.test(text) && /\bchain\b/i.test(text)) throw refuse('SQL AND CHAIN');
  const called = acting.exec(text)?.[1];
  if (called) throw refuse(`the SQL function ${called}`);
  if (escapedIdentifier.test(text)) throw refuse('an identifier in Unicode escapes');
  return statement;
}

/** True for `begin read only`, of which also a commit changes nothing. */
export function beginsReadOnly({ text }: Statement): boolean {
  return /\bread\s+only\b/i.test(text);
}

function withoutLeadingComments(sql: string): string {
  let at = 0;
  for (;;) {
    const rest = sql.slice(at);
    const blank = /^(?:[ \t\n\r\f\v(]+|--[^\n\r]*)/.exec(rest)?.[0].length;
    if (blank) at += blank;
    else if (rest.startsWith('/*')) at += commentLength(rest);
    else return rest;
  }
}

/** PostgreSQL's comments nest. */
function commentLength(text: string): number {
  let depth = 0;
  for (const { 0: mark, index } of text.matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return index + 2;
  }
  return text.length;
}
