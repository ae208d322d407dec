import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';

/**
 * The one schema of the configuration: types, errors and the published JSON Schema come from it.
 * Every field has a description; a default that is a fact of the contract stands here and nowhere else.
 */
const duration = (fallback: string) =>
  z
    .union([z.string(), z.number().nonnegative()])
    .default(fallback)
    .transform((value, context) => {
      const ms = typeof value === 'number' ? value : parseDuration(value);
      if (ms !== undefined) return ms;
      context.addIssue({ code: 'custom', message: `is not a duration: "${value}" (write 250ms, 5s, 2m)` });
      return z.NEVER;
    });

const logSource = z.union([
  z.strictObject({ file: z.string().describe('Path of a log file; rotation is followed') }),
  z.strictObject({ command: z.string().describe('Command whose output is the log') }),
]);

const toggle = z.boolean().default(true).describe('Whether the stack has this service');

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('Address of the JSON Schema, for editors'),
  runtime: z
    .enum(['auto', 'compose', 'embedded', 'external'])
    .default('auto')
    .describe('What holds the stack; auto: compose where a Docker daemon answers, else embedded'),
  services: z
    .strictObject({
      api: z
        .strictObject({
          enabled: toggle,
          url: z.url().default('http://localhost:8000').describe('Address of the API'),
          serviceName: z.string().default('meatymusic-api').describe('Name that the API gives itself'),
          log: logSource.optional().describe('Where the log of an external API is'),
        })
        .prefault({}),
      web: z
        .strictObject({
          enabled: toggle,
          url: z.url().default('http://localhost:3000').describe('Address of the web app'),
          serviceName: z.string().default('meatymusic-web').describe('Name that the web app gives itself'),
          appName: z.string().default('MeatyMusic').describe('Name that its pages show'),
          log: logSource.optional().describe('Where the log of an external web app is'),
          build: z
            .strictObject({
              command: z.string().describe('Production build, run by web/build'),
              cwd: z.string().default('.').describe('Folder in which it runs'),
            })
            .optional(),
        })
        .prefault({}),
      database: z
        .strictObject({
          enabled: toggle,
          url: z
            .string()
            .default('postgresql://postgres:postgres@localhost:5432/meatymusic')
            .describe('Connection that migrates and inspects'),
          applicationUrl: z
            .string()
            .optional()
            .describe('Connection of the application, where it has its own'),
          applicationRole: z
            .string()
            .default('meatymusic_app')
            .describe(
              'Role of the application, taken with SET LOCAL ROLE where it has no connection of its own',
            ),
        })
        .prefault({}),
      cache: z
        .strictObject({
          enabled: toggle,
          url: z.string().default('redis://localhost:6379').describe('Address of Redis'),
        })
        .prefault({}),
      telemetry: z
        .strictObject({
          otlpEndpoint: z
            .string()
            .optional()
            .describe('Where the services send spans by OTLP; unset: to the console'),
        })
        .prefault({}),
    })
    .prefault({}),
  auth: z
    .strictObject({
      token: z.string().optional().describe('A token that the API accepts, for the positive cases (secret)'),
      issuer: z.string().optional().describe('Issuer that the API expects'),
      audience: z.string().optional().describe('Audience that the API expects'),
      signingKeyFile: z.string().optional().describe('PEM of an RS256 key that the API trusts'),
    })
    .prefault({}),
  compose: z
    .strictObject({
      file: z
        .union([z.string(), z.array(z.string())])
        .optional()
        .describe('Compose file; default: docker-compose.yml'),
      project: z.string().optional().describe('Project name; default: the one of the file or folder'),
      services: z
        .strictObject({
          api: z.string().default('api'),
          web: z.string().default('web'),
          database: z.string().default('postgres'),
          cache: z.string().default('redis'),
        })
        .prefault({})
        .describe("The file's names for the contract's services"),
      profiles: z.array(z.string()).default([]).describe('Profiles to enable'),
      env: z.record(z.string(), z.string()).default({}).describe('Variables for the file'),
    })
    .prefault({}),
  migrations: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether `up` migrates'),
      folder: z
        .string()
        .optional()
        .describe('Folder of the migrations; default: the migrations of the reference stack'),
      schema: z.string().default('public').describe("Schema of Kysely's history tables"),
      lockTimeout: duration('30s').describe('How long to wait for another migrator'),
      timeout: duration('5m').describe('Longest time of a batch'),
    })
    .prefault({}),
  checks: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .describe('Folders of checks of your own'),
  checkFiles: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .describe('YAML files of declared checks'),
  plugins: z.array(z.string()).default([]).describe('npm packages that bring checks'),
  options: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('Options of checks, by check id'),
  verify: z
    .strictObject({
      timeout: duration('5s').describe('Longest time of one attempt of a check'),
      deadline: duration('2m').describe('Longest time of the whole run'),
      retryFor: duration('0s').describe('How long a failing check is tried again'),
      concurrency: z.number().int().min(1).max(256).default(16).describe('Checks at the same time'),
      skip: z.array(z.string()).default([]).describe('Patterns of checks that do not run'),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;
/** What a person writes: everything optional. */
export type ConfigInput = z.input<typeof configSchema>;
