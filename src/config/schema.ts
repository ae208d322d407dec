import { integer, mapOf, strictMap, v } from '../base/schema.ts';
import { composeServices, servicesSchema } from '../services/schema.ts';
import { databaseUrl, duration, group, name, setting, unset } from '../services/setting.ts';
import { contractSchema } from './contract.ts';
import { runtimeChoices } from './runner-names.ts';
import { waiversSchema } from './waivers.ts';

/**
 * The one schema of the configuration: types, errors and the published JSON Schema are derived from it.
 * Every field has a description; each default is defined once, here or in the kind of a service.
 * Messages complete the sentence "<path> …" and never repeat the value, which may be a secret.
 */
const texts = v.array(v.string());
const oneOrMore = v.union([v.string(), texts]);

const auth = group(
  {
    token: unset(name, 'A token that the API accepts, for the positive cases (secret)'),
    issuer: unset(v.string(), 'Issuer that the API expects'),
    audience: unset(v.string(), 'Audience that the API expects'),
    signingKeyFile: unset(
      v.string(),
      'PEM of a private key that the API trusts (RSA, EC, Ed25519), or a file with the secret that it shares',
    ),
    keyId: unset(v.string(), '`kid` of that key in the JWKS of the API'),
    algorithm: unset(
      v.string(),
      'Algorithm of its signatures; default: the one of auth.token, else by the key',
    ),
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
    services: composeServices,
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
    command: unset(
      name,
      'Command of another tool that migrates the database, in a shell with DATABASE_URL: alembic upgrade head',
    ),
    cwd: unset(v.string(), 'Folder in which the command and its check run; default: the one of this file'),
    check: unset(
      name,
      'Command that ends with 0 if nothing is pending, and with another code if something is: alembic current --check-heads',
    ),
    url: unset(
      databaseUrl,
      'Address of the server itself, for migrations of a database behind a pooler; default: services.database.url',
    ),
    schema: setting(name, 'public', "Schema of Kysely's history tables"),
    lockTimeout: duration('30s', 'How long to wait for another migrator'),
    timeout: duration('5m', 'Longest time of a batch'),
    scratchUrl: unset(
      databaseUrl,
      'Server on which `migrate verify` makes a scratch database; unset: a temporary PGlite',
    ),
  },
  'Migrations of the database',
);

const verify = group(
  {
    timeout: duration('5s', 'Longest time of one attempt of a check'),
    deadline: duration('2m', 'Longest time of the whole run'),
    retryFor: duration('0s', 'How long a failing check is tried again'),
    concurrency: unset(
      integer(1, 256),
      'Checks at the same time; default: 16, and on a stack of this machine two for each processor (4 to 16)',
    ),
    tags: setting(texts, [], 'Only checks with one of these tags'),
    skip: setting(texts, [], 'Patterns of checks that do not run'),
    bail: setting(v.boolean(), false, 'Whether the first failure ends the run'),
    readOnly: setting(v.boolean(), false, 'Only checks that write nothing'),
    failOnFlaky: setting(v.boolean(), false, 'Whether a check that is flaky fails the run'),
    flakyAfter: setting(
      integer(1),
      1,
      'How often a check must be flaky on record, this run included, to fail it',
    ),
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
    v.picklist(runtimeChoices),
    'auto',
    'What holds the stack; auto: compose where a Docker daemon answers, else embedded',
  ),
  services: servicesSchema,
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
  contract: contractSchema,
  verify,
  waivers: setting(
    waiversSchema,
    [],
    'Failures that do not fail a run until their end: { check, service, code, reason, owner, until }; those of meatymusic.waivers.yaml beside this file are added',
  ),
  logs,
  environments: setting(
    mapOf(v.looseObject({})),
    {},
    'Settings that `--env <name>` merges over the others; one that names addresses describes a stack that runs elsewhere',
  ),
  browser,
});

/**
 * The configuration of a project with every default filled in. Durations are milliseconds. docs/configuration.md describes its settings.
 *
 * @interface
 */
export type Config = v.InferOutput<typeof configSchema>;
/**
 * The configuration as it is written in a file: every setting is optional, durations may be texts (`500ms`, `2s`).
 *
 * @interface
 */
export type ConfigInput = v.InferInput<typeof configSchema>;

/** The configuration that these settings make, defaults filled in. Throws where they do not fit; `judgeSettings` says why. */
export function configOf(settings: ConfigInput = {}): Config {
  return v.parse(configSchema, settings);
}
