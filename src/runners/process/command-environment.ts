import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { learnEnvironment } from '../../base/learn-environment.ts';
import { envFileNames } from '../../config/environment.ts';
import { projectName } from '../../config/project-name.ts';
import { isStandard, settingsOf } from '../../services/index.ts';
import { standardKinds } from '../../services/schema.ts';
import type { CommandStart } from '../../services/start.ts';
import type { CommandContext } from './commands.ts';
import type { ServicePlan } from './plan.ts';

type Variables = Record<string, string>;

/** Adds the secrets in the variables of a command to those that are never printed. */
export function learnCommandSecrets(start: CommandStart, cwd: string): void {
  const files = envFilesOf(start, cwd).filter((file) => existsSync(file));
  for (const file of files) learnEnvironment(readEnvFile(file));
  learnEnvironment(start.env);
}

/**
 * Returns the environment of a command. Each wins over those before it: usual values, the environment with the `.env`
 * files of the project, the files of its folder, the environment of this call, the addresses of services as they really
 * run, and the configured variables.
 */
export function environmentOf(
  context: CommandContext,
  { name, start, cwd, listens }: { name: string; start: CommandStart; cwd: string; listens: boolean },
): Pick<ServicePlan, 'inherited' | 'env'> {
  const given = defined(context.env);
  const ofThisCall = Object.fromEntries(
    Object.entries(given).filter(([key]) => process.env[key] === given[key]),
  );
  const literal = { ...given, ...readEnvFiles(start, cwd), ...ofThisCall };
  const usual = Object.entries(usualVariables(context, name)).filter(([key]) => literal[key] === undefined);
  const searchPath = [...programFolders(cwd, context.root), literal.PATH]
    .filter(Boolean)
    .join(path.delimiter);
  return {
    inherited: { ...literal, PATH: searchPath },
    env: {
      ...Object.fromEntries(usual),
      ...addressesOfServices(context),
      ...(listens && { PORT: '{port}' }),
      ...start.env,
    },
  };
}

/** Returns the name by which checks know the service; one that is not configured follows the project's. */
function serviceNameOf({ config, root }: CommandContext, name: string): string {
  const { serviceName = name } = settingsOf(config.services, name) as { serviceName?: string };
  return serviceName === `meatymusic-${name}` ? `${projectName(root)}-${name}` : serviceName;
}

/** Values for variables that nothing else sets. */
function usualVariables(context: CommandContext, name: string): Variables {
  const { config, addressed, managed } = context;
  const { otlpEndpoint } = config.services.telemetry;
  const external = Object.entries(variablesOfAddresses).filter(
    ([, service]) => !managed.has(service) && addressed.has(service) && isConfigured(config, service),
  );
  return {
    OTEL_SERVICE_NAME: serviceNameOf(context, name),
    ...(otlpEndpoint && { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint }),
    ...Object.fromEntries(external.map(([key, service]) => [key, `\${services.${service}.url}`])),
  };
}

const variablesOfAddresses = {
  DATABASE_URL: 'database',
  REDIS_URL: 'cache',
  NEXT_PUBLIC_API_URL: 'api',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'telemetry',
} as const;

/** The addresses of services that meatymusic starts: their ports may be others than the configured ones. */
function addressesOfServices({ config, managed }: CommandContext): Variables {
  const found = Object.entries(variablesOfAddresses)
    .filter(([, service]) => managed.has(service))
    .map(([key, service]) => [key, `\${services.${service}.url}`]);
  const application = managed.has('database') ? applicationAddress(config.services.database) : undefined;
  return { ...Object.fromEntries(found), ...(application && { DATABASE_URL: application }) };
}

/** The application's own connection, where it leads to the same server. */
function applicationAddress({
  url,
  applicationUrl,
}: CommandContext['config']['services']['database']): string | undefined {
  if (!applicationUrl) return undefined;
  const [server, own] = [new URL(url), new URL(applicationUrl)];
  if (server.host !== own.host) return applicationUrl;
  const { username, password, pathname, search } = own;
  const credentials = `${username}${password && `:${password}`}@`;
  return `postgresql://${credentials}\${services.database.host}:\${services.database.port}${pathname}${search}`;
}

function isConfigured({ services }: CommandContext['config'], name: string): boolean {
  return !isStandard(name) || settingsOf(services, name).url !== standardKinds[name].usualUrl;
}

function envFilesOf({ envFile }: CommandStart, cwd: string): string[] {
  const names = envFile === undefined ? envFileNames : [envFile].flat();
  return names.map((name) => path.resolve(cwd, name));
}

function readEnvFiles(start: CommandStart, cwd: string): Variables {
  const { envFile } = start;
  const files = envFilesOf(start, cwd);
  const missing = envFile === undefined ? undefined : files.find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new Fault({
      code: 'env-file-missing',
      message: `there is no file ${missing}, which start.envFile names`,
      hint: 'correct start.envFile; its paths are relative to start.cwd',
      exitCode: ExitCode.config,
    });
  }
  return Object.assign({}, ...files.filter((file) => existsSync(file)).map(readEnvFile));
}

function readEnvFile(file: string): Variables {
  return defined(parseEnv(readFileSync(file, 'utf8').replace(/^\ufeff/, '')));
}

function defined(variables: Readonly<Record<string, string | undefined>>): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Folders of installed programs, from the command's folder up to the project's, as for npm scripts. */
function programFolders(cwd: string, root: string): string[] {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    folders.push(path.join(folder, 'node_modules', '.bin'));
    if (folder === root || path.dirname(folder) === folder) break;
  }
  return folders.filter((folder) => existsSync(folder));
}
