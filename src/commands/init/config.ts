import { entriesOf, v } from '../../base/schema.ts';
import { configSchema } from '../../config/schema.ts';

/** Settings that most projects look at; the others are for `--full`. */
const common = [
  'runtime',
  'services.api.url',
  'services.api.serviceName',
  'services.api.healthPath',
  'services.api.readyPath',
  'services.api.log',
  'services.web.url',
  'services.web.appName',
  'services.web.build',
  'services.database.url',
  'services.database.applicationUrl',
  'services.cache.url',
  'services.telemetry.otlpEndpoint',
  'auth.token',
  'compose.file',
  'compose.services',
  'migrations.folder',
  'checks',
  'checkFiles',
  'options',
  'verify.timeout',
  'verify.deadline',
  'verify.retryFor',
  'verify.skip',
];

/** Examples where a default says little. */
const examples: Readonly<Record<string, string>> = {
  'services.api.log': "{ file: './logs/api.log' }",
  'services.web.log': "{ file: './logs/web.log' }",
  'services.database.log': "{ command: 'docker logs -f db' }",
  'services.cache.log': "{ command: 'docker logs -f redis' }",
  'services.web.build': "{ command: 'npm run build', cwd: './web' }",
  'services.database.applicationUrl': "'postgresql://app:…@localhost:5432/meatymusic'",
  'services.telemetry.otlpEndpoint': "'http://localhost:4318'",
  'auth.token': 'process.env.API_TOKEN',
  'auth.issuer': "'https://your-instance.clerk.accounts.dev'",
  'auth.audience': "'meatymusic-api'",
  'auth.signingKeyFile': "'./keys/test.pem'",
  'auth.keyId': "'test-1'",
  'auth.algorithm': "'PS256'",
  'compose.file': "'./docker-compose.yml'",
  'compose.project': "'meatymusic'",
  'compose.env': "{ API_PORT: '8001' }",
  'migrations.folder': "'./migrations'",
  'migrations.scratchUrl': "'postgresql://postgres:postgres@localhost:5432/postgres'",
  'browser.path': "'/usr/bin/chromium'",
  $schema: "''",
  checks: "'./ops/checks'",
  checkFiles: "'./checks.yaml'",
  gossfiles: "'./goss.yaml'",
  plugins: "['meatymusic-plugin-x']",
  vars: "{ region: 'eu' }",
  options: "{ auth: { path: '/v2/account' } }",
  'logs.rules': "{ 'email-address': false }",
  'verify.tags': "['contract']",
  'verify.skip': "['web/*']",
  'verify.reporters': "['pretty', 'junit=report.xml']",
};

/** A configuration file without a setting in force; made from the schema, so that it never lags behind. */
export function commentedConfig(full: boolean): string {
  const wanted = (path: string) =>
    path !== '$schema' && (full || common.some((each) => each === path || each.startsWith(`${path}.`)));
  return `import { defineConfig } from 'meatymusic';

/**
 * Every setting is optional. Stronger than this file are .env, .env.local, environment variables and flags;
 * \`meatymusic config\` shows what is in force, and where it comes from. Secrets belong into the environment.
 */
export default defineConfig({
${settings(configSchema, '', 1, wanted).join('\n')}
});
`;
}

function settings(
  schema: v.GenericSchema,
  prefix: string,
  depth: number,
  wanted: (path: string) => boolean,
): string[] {
  const indent = '  '.repeat(depth);
  return Object.entries(entriesOf(schema)).flatMap(([name, child], index) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (!wanted(path)) return [];
    const about = v.getDescription(child);
    const comment = about ? [`${indent}// ${about}`] : [];
    if (Object.keys(entriesOf(child)).length > 0 && !(path in examples)) {
      const inner = settings(child, path, depth + 1, (at) => wanted(at) || path === 'compose.services');
      return [
        ...(index > 0 && depth === 1 ? [''] : []),
        ...comment,
        `${indent}${name}: {`,
        ...inner,
        `${indent}},`,
      ];
    }
    return [...comment, `${indent}// ${name}: ${examples[path] ?? literal(v.getDefault(child))},`];
  });
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return value === undefined ? 'undefined' : JSON.stringify(value);
}
