import { number } from '../base/schema.ts';
import { type CheckDefinition, defineCheck } from '../check/define-check.ts';
import { roleOfKind } from '../check/instance.ts';
import { option } from '../check/option.ts';
import type { LogSummary } from '../check/probes.ts';

export interface LogStructureTexts {
  /** `API` */
  what: string;
  /** Kind of the services whose log it is. */
  judges: string;
  after?: readonly string[];
}

const options = {
  minStructured: option(number(0, 1), 0.99, 'Minimum share of lines that are JSON objects, 0 to 1'),
};

/** Returns a check that services of a kind log one JSON object a line. Raw lines of a server, banners and tracebacks in between make it fail. */
export function logStructureCheck({
  what,
  judges,
  after = [],
}: LogStructureTexts): CheckDefinition<typeof options, 'logs', 'empty' | 'plain-text' | 'mixed'> {
  const service = roleOfKind(judges);
  return defineCheck({
    title: `The log of the ${what} is structured JSON`,
    failureTitle: `The log of the ${what} is not structured JSON throughout`,
    why: 'A line that is not JSON is lost to every query: its level, time and trace cannot be searched for.',
    after,
    judges,
    needs: ['logs'],
    uses: [service],
    tags: ['contract', 'logs'],
    options,
    codes: {
      empty: {
        headline: `The log of the ${what} is empty`,
        means: 'the log has no lines, so its structure cannot be judged',
        hint: `meatymusic logs ${service}; a log that is written elsewhere is named by services.${service}.log in the configuration`,
      },
      'plain-text': {
        headline: `The log of the ${what} is plain text`,
        means: 'no line of the log is a JSON object',
        hint: 'switch the logger to JSON; often a variable such as LOG_FORMAT=json',
      },
      mixed: {
        headline: `The log of the ${what} mixes JSON with other lines`,
        means: 'JSON lines are mixed with lines that are not',
        hint: 'send the server’s own lines through the same logger; meatymusic logs check <file> lists all of them',
      },
    },
    sabotage: [
      {
        name: 'the lines are plain text',
        code: 'plain-text',
        kind: 'logs',
        service,
        change: 'plain-text',
      },
      {
        name: 'every second line is plain text',
        code: 'mixed',
        kind: 'logs',
        service,
        change: 'plain-text-in-part',
      },
      { name: 'the log is empty', code: 'empty', kind: 'logs', service, change: 'drop' },
    ],
    async run({ logs, options, pass, fail, skip }) {
      const access = await logs.available({ service });
      if (!access.available) return skip(`the log of the ${what} cannot be read from here`, access.enable);
      const summary = await logs.summarize({ service });
      const share = summary.lines === 0 ? 0 : summary.structured / summary.lines;
      const expected = `at least ${percent(options.minStructured)} of the lines of ${summary.source} are JSON objects`;
      const { wrapperLines = 0 } = summary;
      const apart = wrapperLines > 0 ? `; ${wrapperLines} of the program that started it apart` : '';
      if (summary.lines === 0) return fail('empty', { expected, actual: `the log holds no line${apart}` });
      const frame = summary.frame ? `, in ${summary.frame}` : '';
      const found = `${summary.structured} of ${summary.lines} lines are (${percent(share)}, shape ${summary.shape}${frame})${apart}`;
      if (share < options.minStructured) {
        const code = summary.structured === 0 ? 'plain-text' : 'mixed';
        return fail(code, { expected, actual: found, evidence: [offendingLines(summary)] });
      }
      return pass(
        `${percent(share)} of ${summary.lines} lines, ${summary.shape}${frame}${apart}`,
        { count: summary.lines, what: 'log lines' },
        summary.offending.length > 0 ? [offendingLines(summary)] : [],
      );
    },
  });
}

function offendingLines(summary: LogSummary) {
  return {
    kind: 'lines' as const,
    label: 'first lines that are not JSON',
    source: summary.source,
    lines: summary.offending.map(({ number, raw }) => ({ number, text: raw })),
    total: summary.lines - summary.structured,
  };
}

/** Rounded down, so that 99.99 % is never shown as 100 %. */
function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
