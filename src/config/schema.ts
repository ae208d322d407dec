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
      'PEM file of a private key that the API trusts (RSA, EC, Ed25519), or a file with a shared secret',
    ),
    keyId: unset(v.string(), '`kid` of that key in the JWKS of the API'),
    algorithm: unset(
      v.string(),
      'Signature algorithm; default: that of auth.token, otherwise derived from the key',
    ),
  },
  'How the checks prove who they are',
);

const up = group(
  {
    ports: setting(
      v.picklist(['auto', 'fixed']),
      'auto',
      'What to do if a default port is taken; auto: use another port; fixed: fail',
    ),
    timeout: duration('3m', 'Maximum time until every service is healthy'),
    stableFor: duration('0s', 'How long every service must stay healthy'),
    verify: setting(v.boolean(), true, 'Whether `up` verifies what it started'),
  },
  'Starting the stack',
);

const compose = group(
  {
    engine: setting(v.picklist(['docker', 'podman']), 'docker', 'Program whose `compose` command is called'),
    file: unset(oneOrMore, 'Compose file; default: docker-compose.yml'),
    project: unset(v.string(), 'Project name; default: that of the file or folder'),
    services: composeServices,
    profiles: setting(texts, [], 'Profiles to enable'),
    env: setting(mapOf(v.string()), {}, 'Variables for interpolation in the file'),
  },
  'The compose runtime',
);

const migrations = group(
  {
    enabled: setting(v.boolean(), true, 'Whether `up` migrates'),
    folder: unset(
      v.string(),
      'Folder of the migrations; default: migrations/ next to this file; on the reference stack, its own',
    ),
    command: unset(
      name,
      'Command of another migration tool, run in a shell with DATABASE_URL: alembic upgrade head',
    ),
    cwd: unset(v.string(), 'Folder in which the command and its check run; default: that of this file'),
    check: unset(
      name,
      'Command that exits with 0 if nothing is pending, and with another code otherwise: alembic current --check-heads',
    ),
    url: unset(
      databaseUrl,
      'Address of the server itself, for migrating a database behind a pooler; default: services.database.url',
    ),
    schema: setting(name, 'public', "Schema of Kysely's history tables"),
    lockTimeout: duration('30s', 'How long to wait for another migrator'),
    timeout: duration('5m', 'Maximum time for a batch'),
    scratchUrl: unset(
      databaseUrl,
      'Server on which `migrate verify` creates a scratch database; unset: a temporary PGlite',
    ),
  },
  'Migrations of the database',
);

const verify = group(
  {
    timeout: duration('5s', 'Maximum time for one attempt of a check'),
    deadline: duration('2m', 'Maximum time for the whole run'),
    retryFor: duration('0s', 'How long a failing check is retried'),
    concurrency: unset(
      integer(1, 256),
      'Maximum number of checks that run at the same time; default: 16, and two per processor (4 to 16) for a stack on this machine',
    ),
    tags: setting(texts, [], 'Run only checks with one of these tags'),
    skip: setting(texts, [], 'Patterns of checks not to run'),
    bail: setting(v.boolean(), false, 'Whether the run stops at the first failure'),
    readOnly: setting(v.boolean(), false, 'Run only checks that write nothing'),
    failOnFlaky: setting(v.boolean(), false, 'Whether a flaky check fails the run'),
    flakyAfter: setting(
      integer(1),
      1,
      'How often a check must have been flaky, this run included, to fail the run',
    ),
    reporters: setting(
      texts,
      [],
      'Reporters: name or name=file; the name may be the path of a file in the project',
    ),
  },
  'Running the checks',
);

const logs = group(
  {
    rules: setting(mapOf(v.boolean()), {}, 'Rules of the log engine to disable (false)'),
  },
  'Judging logs',
);

const browser = group(
  { path: unset(v.string(), 'Path of the Chromium to use; default: the one installed on the system') },
  'The browser checks',
);

export const configSchema = strictMap({
  $schema: unset(v.string(), 'Address of the JSON Schema, for editors'),
  runtime: setting(
    v.picklist(runtimeChoices),
    'auto',
    'What runs the stack; auto: compose if a Docker daemon answers, otherwise embedded',
  ),
  services: servicesSchema,
  auth,
  up,
  compose,
  migrations,
  checks: setting(oneOrMore, [], 'Folders with your own checks'),
  checkFiles: setting(oneOrMore, [], 'YAML files of declared checks'),
  gossfiles: setting(oneOrMore, [], 'Gossfiles to run as checks'),
  plugins: setting(
    texts,
    [],
    'npm packages and files that provide checks, reporters, kinds of services and runners',
  ),
  vars: setting(mapOf(v.unknown()), {}, 'Variables for declared checks'),
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
    'Failures that do not fail a run until they end: { check, service, code, reason, owner, until }; added to those of meatymusic.waivers.yaml next to this file',
  ),
  logs,
  environments: setting(
    mapOf(v.looseObject({})),
    {},
    'Settings that `--env <name>` merges over the others; an environment with addresses describes a stack that runs elsewhere',
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
