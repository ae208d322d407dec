import { isStandard, localPortOf } from '../../services/index.ts';
import { standardKinds } from '../../services/schema.ts';
import type { RuntimeContext } from '../context.ts';
import { ensureServicePassword, ensureStackKeys } from '../keys.ts';
import type { ServicePlan } from '../process/plan.ts';
import { isFree } from '../process/ports.ts';
import { findRedis } from './find-redis.ts';
import { type ReceiverWish, receiverWish } from './receiver.ts';
import { type EmbeddedFacts, embeddedPlans } from './reference-services.ts';

/** Settings of the services that a user may want to change; nothing else of the environment is passed on. */
const inherited =
  /^(PATH|HOME|LANG|LC_\w+|TZ|TMPDIR|NODE_ENV|OTEL_\w+|LOG_\w+|RATE_LIMIT_\w+|CACHE_\w+|CORS_ORIGINS|NEXT_PUBLIC_APP_NAME)$/;

export interface EmbeddedPart {
  services: ServicePlan[];
  notices: string[];
}

/** Returns the part of an environment that the embedded services and the supervisor inherit. */
export function inheritedEnvironment(env: RuntimeContext['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => {
      return entry[1] !== undefined && inherited.test(entry[0]);
    }),
  );
}

export interface Surroundings {
  /** Names of all services of the stack that have an address. */
  addressed: ReadonlySet<string>;
  /** True if the stack runs and has a receiver of spans, which then is what listens on its port. */
  hasReceiver: boolean;
}

/** Resolves to how these services are run, with the receiver of spans where it is wanted. */
export async function planEmbedded(
  { config, root, env }: RuntimeContext,
  names: readonly string[],
  { addressed, hasReceiver }: Surroundings,
): Promise<EmbeddedPart> {
  const { services, auth } = config;
  const { wish, notices } = await receiver(receiverWish(services.telemetry), hasReceiver);
  const all = [...names, ...(wish ? ['telemetry'] : [])];
  if (all.length === 0) return { services: [], notices };
  const [keys, redis] = await Promise.all([ensureStackKeys(root), findRedis(env.PATH)]);
  const otlpEndpoint = wish ? '${services.telemetry.url}' : services.telemetry.otlpEndpoint;
  const wanted = (name: string) =>
    isStandard(name) ? (localPortOf(services[name].url) ?? standardKinds[name].defaultPort ?? 0) : 0;
  const facts: EmbeddedFacts = {
    root,
    ports: {
      api: wanted('api'),
      web: wanted('web'),
      database: wanted('database'),
      cache: wanted('cache'),
      telemetry: wish?.httpPort ?? 0,
      grpc: wish?.grpcPort ?? 0,
    },
    databaseName: decodeURIComponent(new URL(services.database.url).pathname.slice(1)) || 'meatymusic',
    password: ensureServicePassword(root),
    redis,
    applicationRole: services.database.applicationRole,
    apiServiceName: services.api.serviceName,
    webServiceName: services.web.serviceName,
    appName: services.web.appName,
    ...(otlpEndpoint && { otlpEndpoint }),
    auth: {
      issuer: auth.issuer ?? keys.issuer,
      audience: auth.audience ?? keys.audience,
      jwks: keys.jwks,
    },
    environment: inheritedEnvironment(env),
    addressed,
  };
  return { services: embeddedPlans(all, facts), notices };
}

/** A configured address at which something listens already is a collector's: it gets the spans. */
async function receiver(wish: ReceiverWish | undefined, isOurs: boolean) {
  if (!wish) return { wish, notices: [] };
  const { asked, instead } = wish;
  if (!asked && instead && !isOurs && !(await isFree(Number(new URL(instead).port || 80)))) {
    const notice = `spans go to ${instead}, where a server is listening already; --otlp takes them in here`;
    return { wish: undefined, notices: [notice] };
  }
  const passedBy = asked && instead ? [`spans are taken in here and not sent to ${instead}`] : [];
  return { wish, notices: passedBy };
}
