import { http } from './templates/http.ts';
import { logs } from './templates/logs.ts';
import type { Parts } from './templates/parts.ts';
import { postgres } from './templates/postgres.ts';
import { redis } from './templates/redis.ts';

/** The texts of `checks new`: a check that works, and a test that shows it pass and fail. */
export const templateProbes = ['http', 'postgres', 'redis', 'logs'] as const;
export type TemplateProbe = (typeof templateProbes)[number];

interface Template {
  id: string;
  probe: TemplateProbe;
  /** What the file imports from. */
  from: string;
}

const parts: Record<TemplateProbe, Parts> = { http, postgres, redis, logs };

export function checkTemplate({ id, probe, from }: Template): string {
  const { uses, after, options, codes, sabotage, run } = parts[probe];
  const title = titleOf(id);
  const names = [
    'defineCheck',
    'option',
    ...(probe === 'logs' ? [] : ['ProbeError']),
    ...(probe === 'http' ? ['serviceUrl'] : []),
    'v',
  ].join(', ');
  const handed = ['options', probe === 'http' ? 'stack' : '', 'pass', 'fail', probe === 'logs' ? 'skip' : ''];
  return `import { ${names} } from '${from}';

/** Verifies that … (what it looks at). It fails when … */
export default defineCheck({
  title: '${title}',
  failureTitle: 'Not so: ${title.toLowerCase()}',
  why: 'Say here in one sentence what breaks for whom when this does not hold.',
  after: ['${after}'],
  needs: ['${probe}'],
  uses: ['${uses}'],
  options: {
    ${options}
  },
  codes: {
    ${codes}
  },
  sabotage: [
    ${sabotage}
  ],
  async run({ ${[probe, ...handed.filter(Boolean)].join(', ')} }) {
    ${run}
  },
});
`;
}

export function testTemplate({ id, probe, from }: Template): string {
  const { passes, fails, helpers } = parts[probe];
  const name = id.split('/').at(-1);
  const index = from.endsWith('.ts') ? from.replace(/tester\.ts$/, 'index.ts') : 'meatymusic';
  const imports = [
    ...(probe === 'logs' ? [] : [`import { ProbeError } from '${index}';`]),
    `import { testCheck } from '${from}';`,
    `import check from './${name}.ts';`,
  ];
  return `import { describe, it } from 'vitest';
${imports.join('\n')}
${helpers}
testCheck(
  check,
  {
    passes: [
      ${passes},
    ],
    fails: [
      ${fails}
    ],
  },
  { describe, it },
);
`;
}

function titleOf(id: string): string {
  const words = id.split('/').join(': ').replaceAll('-', ' ');
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}
