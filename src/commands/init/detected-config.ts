import type { DetectedProject, DetectedService } from './detect/index.ts';

/** Returns a configuration file of what was detected, with the reason of each guess in a comment. */
export function detectedConfig({ services, migrations, open }: DetectedProject): string {
  const entries = [...services].flatMap(([name, service]) => [
    `    // ${oneLine(service.why)}`,
    `    ${/^[a-z]\w*$/.test(name) ? name : quoted(name)}: ${entry(service)},`,
  ]);
  const { tool, why, command, cwd, check } = migrations ?? {};
  return `import { defineConfig } from 'meatymusic';

/**
 * Stronger than this file are .env, .env.local, environment variables and flags; \`meatymusic config\` shows every
 * setting with its origin. Secrets belong into the environment. All settings: \`meatymusic init --full\`.
 */
export default defineConfig({
  services: {
${entries.join('\n')}
  },
${migrations ? `  // ${tool}, because of ${oneLine(why ?? '')}\n  migrations: ${object({ command, cwd, check })},\n` : ''}${open
  .map((each) => `  // Not decided: ${oneLine(each)}\n`)
  .join('')}});
`;
}

function entry({ kind, start, port, healthPath, dependsOn }: DetectedService): string {
  const isProcess = 'command' in start;
  const url = isProcess && port !== undefined ? `http://localhost:${port}` : undefined;
  return object({
    kind,
    url,
    healthPath: kind === 'api' ? healthPath : undefined,
    start,
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

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 160);
}
