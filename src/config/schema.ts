import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';

/**
 * The one schema of the configuration: types, errors and the published JSON Schema come from it.
 * Every field has a description; a default that is a fact of the contract stands here and nowhere else.
 * Messages complete the sentence "<path> …" and never repeat the value, which may be a secret.
 */
const duration = (fallback: string, description: string) =>
  z
    .union([z.string(), z.number().nonnegative()])
    .default(fallback)
    .transform((value, context) => {
      const ms = typeof value === 'number' ? value : parseDuration(value);
      if (ms !== undefined) return ms;
      context.addIssue({ code: 'custom', message: 'is not a duration (write 250ms, 5s or 2m)' });
      return z.NEVER;
    })
    .describe(`${description} (250ms, 5s, 2m; a bare number is milliseconds)`);

const httpUrl = () =>
  z.url({ protocol: /^https?$/, error: 'is not an address that starts with http:// or https://' });

const urlPath = (fallback: string) =>
  z.string().regex(/^\//, 'is not a path that starts with /').default(fallback);

const databaseUrl = () =>
  z
    .string()
    .regex(/^postgres(ql)?(\+\w+)?:\/\//, 'is not an address that starts with postgresql://')
    // `postgresql+asyncpg://` is how Python services write it in the DATABASE_URL that we share with them.
    .transform((url) => url.replace(/^(postgres(?:ql)?)\+\w+:/, '$1:'));

const cacheUrl = () =>
  z.string().regex(/^rediss?:\/\//, 'is not an address that starts with redis:// or rediss://');

const oneOrMore = (description: string) =>
  z
    .union([z.string(), z.array(z.string())])
    .default([])
    .describe(description);

const logSource = z
  .union([
    z.strictObject({ file: z.string().describe('Path of a log file; rotation is followed') }),
    z.strictObject({ command: z.string().describe('Command whose output is the log') }),
  ])
  .optional()
  .describe('Where the log of an external service is: { file } or { command }');

const enabled = z.boolean().default(true).describe('Whether the stack has this service');

const services = z.strictObject({
  api: z
    .strictObject({
      enabled,
      url: httpUrl().default('http://localhost:8000').describe('Address of the API'),
      serviceName: z.string().min(1).default('meatymusic-api').describe('Name that the API gives itself'),
      healthPath: urlPath('/health').describe('Its liveness endpoint: answers as long as the process does'),
      readyPath: urlPath('/health/ready').describe('Its readiness endpoint: looks behind itself'),
      log: logSource,
    })
    .prefault({}),
  web: z
    .strictObject({
      enabled,
      url: httpUrl().default('http://localhost:3000').describe('Address of the web app'),
      serviceName: z.string().min(1).default('meatymusic-web').describe('Name that the web app gives itself'),
      appName: z.string().min(1).default('MeatyMusic').describe('Name that its pages show'),
      log: logSource,
      build: z
        .strictObject({
          command: z.string().min(1).describe('Production build, run by web/build'),
          cwd: z.string().default('.').describe('Folder in which it runs'),
        })
        .optional()
        .describe('The production build; absent: web/build is skipped'),
    })
    .prefault({}),
  database: z
    .strictObject({
      enabled,
      url: databaseUrl()
        .prefault('postgresql://postgres:postgres@localhost:5432/meatymusic')
        .describe('Connection that migrates and inspects'),
      applicationUrl: databaseUrl()
        .optional()
        .describe('Connection of the application, where it has one of its own'),
      applicationRole: z
        .string()
        .min(1)
        .default('meatymusic_app')
        .describe('Role of the application, taken with SET LOCAL ROLE where it has no connection of its own'),
      log: logSource,
    })
    .prefault({}),
  cache: z
    .strictObject({
      enabled,
      url: cacheUrl().default('redis://localhost:6379').describe('Address of Redis'),
      log: logSource,
    })
    .prefault({}),
  telemetry: z
    .strictObject({
      otlpEndpoint: httpUrl()
        .optional()
        .describe('Where the services send spans by OTLP; unset: to the console'),
      receiver: z
        .strictObject({
          enabled: z
            .boolean()
            .optional()
            .describe('Whether the tool takes spans in itself; unset: where otlpEndpoint is of this machine'),
          httpPort: z
            .int()
            .min(0)
            .max(65535)
            .default(4318)
            .describe('Port for OTLP over HTTP; 0: a free one'),
          grpcPort: z
            .int()
            .min(0)
            .max(65535)
            .default(4317)
            .describe('Port for OTLP over gRPC; 0: a free one'),
        })
        .prefault({}),
    })
    .prefault({}),
});

const auth = z.strictObject({
  token: z
    .string()
    .min(1)
    .optional()
    .describe('A token that the API accepts, for the positive cases (secret)'),
  issuer: z.string().optional().describe('Issuer that the API expects'),
  audience: z.string().optional().describe('Audience that the API expects'),
  signingKeyFile: z.string().optional().describe('PEM of an RS256 key that the API trusts'),
  keyId: z.string().optional().describe('`kid` of that key in the JWKS of the API'),
});

const up = z.strictObject({
  ports: z
    .enum(['auto', 'fixed'])
    .default('auto')
    .describe('auto: another port where the default one is taken; fixed: an error'),
  timeout: duration('3m', 'Longest time until everything is healthy'),
  stableFor: duration('0s', 'How long everything has to stay healthy'),
  verify: z.boolean().default(true).describe('Whether `up` verifies what it started'),
});

const compose = z.strictObject({
  engine: z.enum(['docker', 'podman']).default('docker').describe('Program whose `compose` is called'),
  file: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Compose file; default: docker-compose.yml'),
  project: z.string().optional().describe('Project name; default: the one of the file or folder'),
  services: z
    .strictObject({
      api: z.string().default('api').describe('Name of the API in the file'),
      web: z.string().default('web').describe('Name of the web app in the file'),
      database: z.string().default('postgres').describe('Name of the database in the file'),
      cache: z.string().default('redis').describe('Name of Redis in the file'),
    })
    .prefault({})
    .describe("The file's names for the contract's services"),
  profiles: z.array(z.string()).default([]).describe('Profiles to enable'),
  env: z.record(z.string(), z.string()).default({}).describe('Variables for the file'),
});

const migrations = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether `up` migrates'),
  folder: z.string().optional().describe('Folder of the migrations; default: those of the reference stack'),
  schema: z.string().min(1).default('public').describe("Schema of Kysely's history tables"),
  lockTimeout: duration('30s', 'How long to wait for another migrator'),
  timeout: duration('5m', 'Longest time of a batch'),
  scratchUrl: databaseUrl()
    .optional()
    .describe('Server on which `migrate verify` makes a scratch database; unset: PGlite in memory'),
});

const verify = z.strictObject({
  timeout: duration('5s', 'Longest time of one attempt of a check'),
  deadline: duration('2m', 'Longest time of the whole run'),
  retryFor: duration('0s', 'How long a failing check is tried again'),
  concurrency: z.int().min(1).max(256).default(16).describe('Checks at the same time'),
  tags: z.array(z.string()).default([]).describe('Only checks with one of these tags'),
  skip: z.array(z.string()).default([]).describe('Patterns of checks that do not run'),
  bail: z.boolean().default(false).describe('Whether the first failure ends the run'),
  readOnly: z.boolean().default(false).describe('Only checks that write nothing'),
  reporters: z.array(z.string()).default([]).describe('Reporters: name or name=file'),
});

const logs = z.strictObject({
  rules: z
    .record(z.string(), z.boolean())
    .default({})
    .describe('Rules of the log engine that are switched off (false)'),
});

const browser = z.strictObject({
  path: z.string().optional().describe('Chromium to drive; default: the one of the system'),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('Address of the JSON Schema, for editors'),
  runtime: z
    .enum(['auto', 'compose', 'embedded', 'external'])
    .default('auto')
    .describe('What holds the stack; auto: compose where a Docker daemon answers, else embedded'),
  services: services.prefault({}).describe('The stack: where it is and what it calls itself'),
  auth: auth.prefault({}).describe('How the checks prove who they are'),
  up: up.prefault({}).describe('Starting the stack'),
  compose: compose.prefault({}).describe('The compose runtime'),
  migrations: migrations.prefault({}).describe('Migrations of the database'),
  checks: oneOrMore('Folders of checks of your own'),
  checkFiles: oneOrMore('YAML files of declared checks'),
  gossfiles: oneOrMore('Gossfiles that are read as checks'),
  plugins: z.array(z.string()).default([]).describe('npm packages that bring checks'),
  vars: z.record(z.string(), z.unknown()).default({}).describe('Variables of declared checks'),
  options: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('Options of checks, by check id, area or glob: api/health, auth, observability/*'),
  verify: verify.prefault({}).describe('Running the checks'),
  logs: logs.prefault({}).describe('Judging logs'),
  browser: browser.prefault({}).describe('The browser checks'),
});

export type Config = z.output<typeof configSchema>;
/** What a person writes: everything optional. */
export type ConfigInput = z.input<typeof configSchema>;
