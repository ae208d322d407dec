import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { nearest } from '../../base/nearest.ts';
import { safeLine } from '../../base/safe-text.ts';
import { besideText } from '../../base/wrap-text.ts';
import type { Check } from '../../check/define-check.ts';
import { effectsOf } from '../../check/effects.ts';
import { optInTag, selectChecks } from '../../engine/select.ts';
import { loadAllChecks } from '../../session/all-checks.ts';
import { openProject } from '../context.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { several } from '../option-values.ts';
import { lineFor, styleFor } from '../style.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .summary('list the checks from every source')
    .description('List the checks: built-in ones, and those of your folders, declared files and plugins.')
    .argument('[patterns...]', 'check IDs, areas or globs: api/health, database, web/*')
    .option('--tag <tag>', 'run only checks with this tag; repeatable', several)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic checks list
  $ meatymusic checks list database --tag contract
  $ meatymusic checks list --json | jq -r '.checks[] | select(.effects == "disruptive").id'`,
    );
  act(command, list);
};

const list: Action = async (invocation, { tag, json }, patterns) => {
  const project = await openProject(invocation);
  const { checks, notices } = await loadAllChecks(project, {}, invocation.signal);
  const tags = (tag as string[] | undefined) ?? [];
  const chosen = narrow(checks, patterns, tags);
  if (json) {
    await invocation.stdout.write(`${JSON.stringify({ checks: chosen.map(plain) }, null, 2)}\n`);
    return ExitCode.ok;
  }
  for (const notice of notices) {
    await invocation.stderr.write(lineFor(invocation.stderr, `note: ${safeLine(notice)}`));
  }
  const style = styleFor(invocation.stdout);
  const width = Math.max(...chosen.map(({ id }) => id.length));
  const lines = chosen.flatMap((check, index) => {
    const isFirst = areaOf(chosen[index - 1]) !== areaOf(check);
    const remarks = remarksOf(check);
    const tail = remarks.length > 0 ? `  (${remarks.join(', ')})` : '';
    const start = `${style.bold(check.id.padEnd(width))}  `;
    const line = besideText(start, `${safeLine(check.title)}${tail}`, invocation.stdout.columns);
    return isFirst && index > 0 ? ['', ...line] : line;
  });
  const count = chosen.length === 1 ? '1 check' : `${chosen.length} checks`;
  const of = chosen.length < checks.length ? ` of ${checks.length}` : '';
  const more = 'more: meatymusic checks explain <id>';
  const end = lineFor(invocation.stdout, `${count}${of}; ${more}`, style.dim);
  await invocation.stdout.write(`${lines.join('\n')}\n\n${end}`);
  return ExitCode.ok;
};

/** Without the checks that others are after: a list is no run. */
function narrow(checks: readonly Check[], patterns: string[], tags: string[]): Check[] {
  if (patterns.length === 0 && tags.length === 0) return [...checks];
  const alone = checks.map(({ after: _, blockedBy: __, ...check }) => check);
  const ids = new Set(selectOrRefuse(alone, patterns, tags).map(({ id }) => id));
  return checks.filter(({ id }) => ids.has(id));
}

/** `checks explian …` arrives here, because `list` may be left out. */
function selectOrRefuse(checks: readonly Check[], patterns: string[], tags: string[]): Check[] {
  try {
    return selectChecks(checks, { patterns, tags, skip: [] });
  } catch (error) {
    const [first = ''] = patterns;
    const meant = nearest(first, ['list', 'explain', 'prove', 'new']);
    if (!meant) throw error;
    throw new Fault({
      code: 'unknown-command',
      message: `unknown command 'checks ${first}'`,
      hint: `Did you mean checks ${meant}? See: meatymusic checks --help`,
      exitCode: ExitCode.usage,
    });
  }
}

function remarksOf(check: Check): string[] {
  const { level, tags = [], source } = check;
  const effects = effectsOf(check);
  return [
    level === 'advisory' ? 'advisory' : '',
    effects === 'none' ? '' : effects,
    tags.includes(optInTag) ? 'only when named' : '',
    source.startsWith('checks/') ? '' : safeLine(source, 60),
  ].filter(Boolean);
}

/** A check as data, for scripts. */
export function plain(check: Check) {
  const { id, title, why, level = 'required', tags = [], after = [], blockedBy = {} } = check;
  const { needs, uses = [], timeoutMs, codes, sabotage = [], source } = check;
  return {
    id,
    area: areaOf(check),
    title,
    why,
    level,
    effects: effectsOf(check),
    tags,
    after,
    blockedBy,
    needs,
    uses,
    timeoutMs,
    codes,
    sabotage,
    source,
  };
}

function areaOf(check: Check | undefined): string | undefined {
  return check?.id.split('/')[0];
}
