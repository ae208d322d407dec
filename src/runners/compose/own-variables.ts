import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { realPath } from '../../base/folder-identity.ts';
import { distFolder, packageRoot } from '../../base/package-root.ts';
import type { ServiceName } from '../../check/stack.ts';
import { kindOf, localPortOf, settingsOf } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import { ensureStackKeys } from '../keys.ts';
import { bundleDigest } from './images.ts';

/**
 * What the configuration means for the reference stack's compose file: addresses, names, keys, where spans go.
 * A variable that the environment has is left alone, and one that would be the file's default is not given, so that
 * the same stack comes out as by hand.
 */
export async function ownVariables({ config, root, env }: RuntimeContext): Promise<Record<string, string>> {
  const { services, auth } = config;
  const database = new URL(services.database.url);
  const keys = await ensureStackKeys(root);
  const endpoint = services.telemetry.otlpEndpoint ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const port = (service: ServiceName) => localPortOf(settingsOf(services, service).url)?.toString();
  const usual = (service: ServiceName) => String(kindOf(services, service).defaultPort);
  const wanted: [name: string, value: string | undefined, fallback?: string][] = [
    ['POSTGRES_USER', decodeURIComponent(database.username), 'postgres'],
    ['POSTGRES_PASSWORD', decodeURIComponent(database.password), 'postgres'],
    ['POSTGRES_DB', decodeURIComponent(database.pathname.slice(1)), 'meatymusic'],
    ['POSTGRES_PORT', port('database'), usual('database')],
    ['REDIS_PORT', port('cache'), usual('cache')],
    ['API_PORT', port('api'), usual('api')],
    ['WEB_PORT', port('web'), usual('web')],
    ['API_SERVICE_NAME', services.api.serviceName, 'meatymusic-api'],
    ['WEB_SERVICE_NAME', services.web.serviceName, 'meatymusic-web'],
    ['NEXT_PUBLIC_APP_NAME', services.web.appName, 'MeatyMusic'],
    ['DATABASE_APP_ROLE', services.database.applicationRole, 'meatymusic_app'],
    ['AUTH_ISSUER', auth.issuer ?? keys.issuer],
    ['AUTH_AUDIENCE', auth.audience],
    ['AUTH_JWKS', env.AUTH_JWKS_URL ? undefined : keys.jwks],
    ['MEATYMUSIC_ROOT', realPath(root), realPath(packageRoot)],
    ['API_BUNDLE', digest('api')],
    ['WEB_BUNDLE', digest('web')],
  ];
  const variables = Object.fromEntries(
    wanted.flatMap(([name, value, fallback]) =>
      !value || value === fallback || env[name] !== undefined ? [] : [[name, value]],
    ),
  );
  const password = env.POSTGRES_PASSWORD ?? variables.POSTGRES_PASSWORD;
  if (password !== undefined && encodeURIComponent(password) !== password && !env.POSTGRES_PASSWORD_URL) {
    variables.POSTGRES_PASSWORD_URL = encodeURIComponent(password);
  }
  // Within a container `localhost` is the container.
  if (endpoint)
    variables.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint.replace(
      /\/\/(localhost|127\.0\.0\.1)(?=[:/]|$)/,
      '//host.docker.internal',
    );
  return variables;
}

function digest(name: 'api' | 'web'): string {
  const found = bundleDigest(`${distFolder}/stack/${name}`);
  if (found !== undefined) return found;
  throw new Fault({
    code: 'stack-not-built',
    message: `the reference stack is not built: there is no ${distFolder}/stack/${name}`,
    hint: 'npm run build',
    exitCode: ExitCode.unavailable,
  });
}
