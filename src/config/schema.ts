import { parseDuration } from '../base/duration.ts';
import { described, integer, mapOf, number, strictMap, v } from '../base/schema.ts';

/**
 * The one schema of the configuration: types, errors and the published JSON Schema come from it.
 * Every field has a description; a default that is a fact of the contract is defined here alone.
 * Messages complete the sentence "<path> …" and never repeat the value, which may be a secret.
 */
const setting = <Schema extends v.GenericSchema, const Fallback extends v.Default<Schema, undefined>>(
  schema: Schema,
  fallback: Fallback,
  about: string,
) => described(v.optional(schema, fallback), about);

/** A setting without a default. */
const unset = <Schema extends v.GenericSchema>(schema: Schema, about: string) =>
  described(v.optional(schema), about);

/** Settings that each have a default, or may be left out. */
const group = <const Entries extends v.ObjectEntries>(entries: Entries, about: string) => {
  const map = strictMap(entries);
  return setting(map, {} as v.InferInput<typeof map>, about);
};

const name = v.pipe(v.string(), v.minLength(1));
const texts = v.array(v.string());
const oneOrMore = v.union([v.string(), texts]);
const port = integer(0, 65_535);

const duration = (fallback: string, about: string) =>
  setting(
    v.pipe(
      v.union([v.string(), number(0)]),
      v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
        const ms = typeof value === 'number' ? value : parseDuration(value);
        if (ms !== undefined) return ms;
        addIssue({ message: 'is not a duration (write 250ms, 5s or 2m)' });
        return NEVER;
      }),
    ),
    fallback,
    `${about} (250ms, 5s, 2m; a bare number is milliseconds)`,
  );

const noHttpUrl = 'is not an address that starts with http:// or https://';
const httpUrl = v.pipe(v.string(), v.trim(), v.url(noHttpUrl), v.regex(/^https?:\/\//, noHttpUrl));

/** Passwords are the usual reason: what is special in a URL has to be escaped in them. */
const unreadableUrl = 'cannot be read as an address: its port, or a character to be written as %2F, %40, %23';

const databaseUrl = v.pipe(
  v.string(),
  v.regex(/^postgres(ql)?(\+\w+)?:\/\//, 'is not an address that starts with postgresql://'),
  v.url(unreadableUrl),
  // `postgresql+asyncpg://` is how Python services write it in the DATABASE_URL that we share with them.
  v.transform((url) => url.replace(/^(postgres(?:ql)?)\+\w+:/, '$1:')),
);

const cacheUrl = v.pipe(
  v.string(),
  v.regex(/^rediss?:\/\//, 'is not an address that starts with redis:// or rediss://'),
  v.url(unreadableUrl),
);

const urlPath = v.pipe(v.string(), v.regex(/^\//, 'is not a path that starts with /'));

const enabled = setting(v.boolean(), true, 'Whether the stack has this service');

const log = unset(
  v.union([
    strictMap({ file: described(v.string(), 'Path of a log file; rotation is followed') }),
    strictMap({ command: described(v.string(), 'Command whose output is the log') }),
  ]),
  'Where the log of an external service is: { file } or { command }',
);

const api = group(
  {
    enabled,
    url: setting(httpUrl, 'http://localhost:8000', 'Address of the API'),
    serviceName: setting(name, 'meatymusic-api', 'Name that the API gives itself'),
    healthPath: setting(urlPath, '/health', 'Its liveness endpoint: answers as long as the process does'),
    readyPath: setting(urlPath, '/health/ready', 'Its readiness endpoint: looks behind itself'),
    log,
  },
  'The service that answers over HTTP',
);

const web = group(
  {
    enabled,
    url: setting(httpUrl, 'http://localhost:3000', 'Address of the web app'),
    serviceName: setting(name, 'meatymusic-web', 'Name that the web app gives itself'),
    appName: setting(name, 'MeatyMusic', 'Name that its pages show'),
    log,
    build: unset(
      strictMap({
        command: described(name, 'Production build, run by web/build'),
        cwd: setting(v.string(), '.', 'Folder in which it runs'),
      }),
      'The production build; absent: web/build is skipped',
    ),
  },
  'The pages that call it',
);

const database = group(
  {
    enabled,
    url: setting(
      databaseUrl,
      'postgresql://postgres:postgres@localhost:5432/meatymusic',
      'Connection that migrates and inspects',
    ),
    applicationUrl: unset(databaseUrl, 'Connection of the application, where it has one of its own'),
    applicationRole: setting(
      name,
      'meatymusic_app',
      'Role of the application, taken with SET LOCAL ROLE where it has no connection of its own',
    ),
    log,
  },
  'PostgreSQL',
);

const cache = group(
  { enabled, url: setting(cacheUrl, 'redis://localhost:6379', 'Address of Redis'), log },
  'Redis',
);

const telemetry = group(
  {
    otlpEndpoint: unset(httpUrl, 'Where the services send spans by OTLP; unset: to the console'),
    receiver: group(
      {
        enabled: unset(
          v.boolean(),
          'Whether the tool takes spans in itself; unset: where otlpEndpoint is of this machine',
        ),
        httpPort: setting(port, 4318, 'Port for OTLP over HTTP; 0: a free one'),
        grpcPort: setting(port, 4317, 'Port for OTLP over gRPC; 0: a free one'),
      },
      "The tool's own receiver",
    ),
  },
  'Where spans go',
);

const auth = group(
  {
    token: unset(name, 'A token that the API accepts, for the positive cases (secret)'),
    issuer: unset(v.string(), 'Issuer that the API expects'),
    audience: unset(v.string(), 'Audience that the API expects'),
    signingKeyFile: unset(v.string(), 'PEM of an RS256 key that the API trusts'),
    keyId: unset(v.string(), '`kid` of that key in the JWKS of the API'),
  },
  'How the checks prove who they are',
);

const up = group(
  {
    ports: setting(
      v.picklist(['auto', 'fixed']),
      'auto',
      'auto: another port where the default one is taken; fixed: an error',
    ),
    timeout: duration('3m', 'Longest time until everything is healthy'),
    stableFor: duration('0s', 'How long everything has to stay healthy'),
    verify: setting(v.boolean(), true, 'Whether `up` verifies what it started'),
  },
  'Starting the stack',
);

const compose = group(
  {
    engine: setting(v.picklist(['docker', 'podman']), 'docker', 'Program whose `compose` is called'),
    file: unset(oneOrMore, 'Compose file; default: docker-compose.yml'),
    project: unset(v.string(), 'Project name; default: the one of the file or folder'),
    services: group(
      {
        api: setting(v.string(), 'api', 'Name of the API in the file'),
        web: setting(v.string(), 'web', 'Name of the web app in the file'),
        database: setting(v.string(), 'postgres', 'Name of the database in the file'),
        cache: setting(v.string(), 'redis', 'Name of Redis in the file'),
      },
      "The file's names for the contract's services",
    ),
    profiles: setting(texts, [], 'Profiles to enable'),
    env: setting(mapOf(v.string()), {}, 'Variables for the file'),
  },
  'The compose runtime',
);

const migrations = group(
  {
    enabled: setting(v.boolean(), true, 'Whether `up` migrates'),
    folder: unset(
      v.string(),
      'Folder of the migrations; default: migrations/ beside this file, else on the reference stack its own',
    ),
    schema: setting(name, 'public', "Schema of Kysely's history tables"),
    lockTimeout: duration('30s', 'How long to wait for another migrator'),
    timeout: duration('5m', 'Longest time of a batch'),
    scratchUrl: unset(
      databaseUrl,
      'Server on which `migrate verify` makes a scratch database; unset: PGlite in memory',
    ),
  },
  'Migrations of the database',
);

const verify = group(
  {
    timeout: duration('5s', 'Longest time of one attempt of a check'),
    deadline: duration('2m', 'Longest time of the whole run'),
    retryFor: duration('0s', 'How long a failing check is tried again'),
    concurrency: setting(integer(1, 256), 16, 'Checks at the same time'),
    tags: setting(texts, [], 'Only checks with one of these tags'),
    skip: setting(texts, [], 'Patterns of checks that do not run'),
    bail: setting(v.boolean(), false, 'Whether the first failure ends the run'),
    readOnly: setting(v.boolean(), false, 'Only checks that write nothing'),
    reporters: setting(texts, [], 'Reporters: name or name=file; the name may be a file of the project'),
  },
  'Running the checks',
);

const logs = group(
  {
    rules: setting(mapOf(v.boolean()), {}, 'Rules of the log engine that are switched off (false)'),
  },
  'Judging logs',
);

const browser = group(
  { path: unset(v.string(), 'Chromium to drive; default: the one of the system') },
  'The browser checks',
);

export const configSchema = strictMap({
  $schema: unset(v.string(), 'Address of the JSON Schema, for editors'),
  runtime: setting(
    v.picklist(['auto', 'compose', 'embedded', 'external']),
    'auto',
    'What holds the stack; auto: compose where a Docker daemon answers, else embedded',
  ),
  services: group(
    { api, web, database, cache, telemetry },
    'The stack: where it is and what it calls itself',
  ),
  auth,
  up,
  compose,
  migrations,
  checks: setting(oneOrMore, [], 'Folders of checks of your own'),
  checkFiles: setting(oneOrMore, [], 'YAML files of declared checks'),
  gossfiles: setting(oneOrMore, [], 'Gossfiles that are read as checks'),
  plugins: setting(texts, [], 'npm packages and files that bring checks and reporters'),
  vars: setting(mapOf(v.unknown()), {}, 'Variables of declared checks'),
  options: setting(
    mapOf(mapOf(v.unknown())),
    {},
    'Options of checks, by check id, area or glob: api/health, auth, observability/*',
  ),
  verify,
  logs,
  browser,
});

/** The configuration of a project with every default filled in. Durations are milliseconds. */
export type Config = v.InferOutput<typeof configSchema>;
/** The configuration as it is written in a file: every setting is optional, durations may be texts (`500ms`, `2s`). */
export type ConfigInput = v.InferInput<typeof configSchema>;

/** The configuration that these settings make, defaults filled in. Throws where they do not fit; `judgeSettings` says why. */
export function configOf(settings: ConfigInput = {}): Config {
  return v.parse(configSchema, settings);
}
