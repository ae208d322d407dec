import type { DetectedMigrations, DetectedProject, DetectedService } from './detect/index.ts';

/** Returns a configuration file of what was detected, with the reason of each guess in a comment. */
export function detectedConfig({ services, migrations, candidates, open }: DetectedProject): string {
  const entries = [...services].flatMap(([name, service]) => [
    `    // ${oneLine(service.why)}${service.answers ? `; answers now: ${oneLine(service.answers)}` : ''}`,
    `    ${/^[a-z]\w*$/.test(name) ? name : quoted(name)}: ${entry(service)},`,
  ]);
  const isExternal = [...services.values()].every(({ start }) => 'url' in start);
  const lines = [
    ...(isExternal ? [`runtime: 'external',`] : []),
    'services: {',
    ...entries.map((line) => line.slice(2)),
    '},',
    ...(migrations ? [`// ${reasonOf(migrations)}`, `migrations: ${settingsOf(migrations)},`] : []),
    ...candidates.flatMap((each) => [
      `// ${reasonOf(each)}. Not certain: ${oneLine(each.doubt ?? '')}. To have \`up\` run it:`,
      `// migrations: ${settingsOf(each)},`,
    ]),
    ...open.map((each) => `// Not decided: ${oneLine(each)}`),
  ];
  return `import { defineConfig } from 'meatymusic';

/**
 * Stronger than this file are .env, .env.local, environment variables and flags; \`meatymusic config\` shows every
 * setting with its origin. Secrets belong into the environment. All settings: \`meatymusic init --full\`.
 */
export default defineConfig({
${lines.map((line) => `  ${line}`).join('\n')}
});
`;
}

function reasonOf({ tool, why }: DetectedMigrations): string {
  return `${oneLine(tool)}, because of ${oneLine(why)}`;
}

function settingsOf({ command, cwd, check }: DetectedMigrations): string {
  return oneLine(object({ command, cwd, check }), Number.POSITIVE_INFINITY);
}

function entry({ kind, start, port, healthPath, dependsOn }: DetectedService): string {
  const ofProcess = 'command' in start && port !== undefined ? `http://localhost:${port}` : undefined;
  return object({
    kind,
    url: 'url' in start ? start.url : ofProcess,
    healthPath: kind === 'api' ? healthPath : undefined,
    start: 'url' in start ? undefined : start,
    dependsOn,
  });
}

function object(value: object): string {
  const parts = Object.entries(value).flatMap(([name, each]) => {
    if (each === undefined) return [];
    const text = Array.isArray(each)
      ? `[${each.map((item) => quoted(String(item))).join(', ')}]`
      : typeof each === 'object'
        ? object(each)
        : quoted(String(each));
    return [`${name}: ${text}`];
  });
  return `{ ${parts.join(', ')} }`;
}

/** As a literal of TypeScript; what a file says may not end it. */
function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function oneLine(text: string, longest = 160): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, longest);
}
