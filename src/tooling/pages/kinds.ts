import { dump } from 'js-yaml';
import { entriesOf, v } from '../../base/schema.ts';
import { findKind, kindNames } from '../../services/schema.ts';
import type { Kind } from '../../sources/declared/kind.ts';
import { kindExamples } from '../../sources/declared/kinds/examples.ts';
import { kinds } from '../../sources/declared/kinds/index.ts';
import { cell, codeCell, generated, page, table } from './text.ts';

/** Returns the pages of the kinds of declared checks and of services, by their paths. */
export function kindPages(): [path: string, text: string][] {
  return [
    ['kinds/README.md', indexPage()],
    ...[...kinds.values()].map((kind): [string, string] => [`kinds/${kind.name}.md`, kindPage(kind)]),
    ['kinds/services.md', servicesPage()],
  ];
}

function indexPage(): string {
  return page([
    '# Declared checks',
    '',
    generated,
    '',
    'A declared check is an entry of a YAML or JSON file that `checkFiles` of the configuration or `verify --check-file` names. Every entry has an `id` and a `kind`;',
    'the other keys name what is observed and what is expected of it, with [matchers](../matchers.md). `title`, `why`, `hint`, `after`, `level`, `tags`,',
    '`timeout`, `skip` and `for` are possible for every kind. The JSON Schema is `meatymusic/schema/checks.schema.json`.',
    '',
    ...[...kinds.values()].map(({ name, about }) => `- [${name}](${name}.md): ${about}`),
    '',
    'The kinds of the services of a stack have a [page of their own](services.md).',
    '',
  ]);
}

function kindPage({ name, about, target, attributes, needs, presence }: Kind): string {
  const settings = Object.entries(target).map(([key, schema]) => {
    const generic = schema as v.GenericSchema;
    const isOptional = 'wrapped' in generic;
    return [
      `\`${key}\``,
      cell(v.getDescription(generic) ?? ''),
      isOptional ? codeCell(v.getDefault(generic)) : 'required',
    ];
  });
  const expectations = Object.entries(attributes).map(([key, means]) => [`\`${key}\``, cell(means)]);
  return page([
    `# ${name}`,
    '',
    `${about}.`,
    '',
    generated,
    '',
    `Probes: ${needs.join(', ') || 'none'}.${presence ? ` Where \`${presence}\` is false and expected to be, nothing else is judged.` : ''}`,
    '',
    '```yaml',
    dump({ checks: [kindExamples[name]] }, { lineWidth: 120 }).trim(),
    '```',
    '',
    '## What is observed',
    '',
    ...table(['key', 'meaning', 'default'], settings),
    '',
    '## What can be expected',
    '',
    ...table(['key', 'meaning'], expectations),
    '',
  ]);
}

function servicesPage(): string {
  const sections = kindNames().flatMap((name) => {
    const kind = findKind(name);
    if (!kind) return [];
    const rows = Object.entries(entriesOf(kind.schema))
      .filter(([key]) => key !== 'kind')
      .map(([key, schema]) => [
        `\`${key}\``,
        cell(v.getDescription(schema) ?? ''),
        codeCell(v.getDefault(schema as v.GenericSchema)),
      ]);
    const health = { http: 'an HTTP request', tcp: 'a connection' } as Record<string, string>;
    return [
      `## ${name}`,
      '',
      `${kind.about}. ${kind.health ? `It is healthy when its own process or container answers ${health[kind.health.kind] ?? 'a query'}.` : 'It is healthy while it runs.'}`,
      '',
      '```yaml',
      dump({ services: { [`my-${name}`]: serviceExamples[name] } }, { flowLevel: 3 }).trim(),
      '```',
      '',
      ...table(['setting', 'meaning', 'default'], rows),
      '',
    ];
  });
  return page([
    '# Kinds of services',
    '',
    generated,
    '',
    'The services of a stack are under `services` of the configuration, by name. `api`, `web`, `database` and `cache` imply their kind (`api`, `web`, `postgres`, `redis`),',
    'every other name has a `kind`. Checks that judge one service run for each service of its kind: `api/health@payments`.',
    '',
    ...sections,
  ]);
}

/** One service of each kind. */
export const serviceExamples: Readonly<Record<string, unknown>> = {
  api: {
    kind: 'api',
    url: 'http://localhost:8100',
    healthPath: '/healthz',
    start: { command: 'node server.js' },
  },
  web: { kind: 'web', url: 'http://localhost:3100', dependsOn: ['api'] },
  postgres: { kind: 'postgres', url: 'postgresql://app@localhost:5433/orders' },
  redis: { kind: 'redis', url: 'redis://localhost:6380/0' },
  process: { kind: 'process', start: { command: 'npm run worker', ready: { log: 'listening for jobs' } } },
  tcp: { kind: 'tcp', url: 'tcp://localhost:5672' },
};
