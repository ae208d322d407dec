import type { StandardName } from '../../check/stack.ts';
import { isStandard, kindOf, localPortOf, type Services, servicesStartedBy } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import { ensureServicePassword, ensureStackKeys } from '../keys.ts';
import type { PortName } from '../state.ts';
import { isFree } from './ports.ts';
import { type ReceiverWish, receiverWish } from './receiver.ts';

/** All that the supervisor needs to know, as JSON on its standard input. */
export interface StackPlan {
  root: string;
  /** 0: a free one. */
  wantedPorts: Partial<Record<PortName, number>>;
  databaseName: string;
  /** Of the database and the cache. */
  password: string;
  applicationRole: string;
  apiServiceName: string;
  webServiceName: string;
  appName: string;
  /** Where the services send spans, unless the stack has a receiver of its own. */
  otlpEndpoint?: string;
  auth: { issuer: string; audience?: string; jwks: string };
  /** What the services inherit of the environment. */
  environment: Record<string, string>;
  /** What a person should know of this plan. */
  notices: string[];
}

/** Settings of the services that a person may want to change; anything else of the environment stays here. */
const inherited =
  /^(PATH|HOME|LANG|LC_\w+|TZ|TMPDIR|NODE_ENV|OTEL_\w+|LOG_\w+|RATE_LIMIT_\w+|CACHE_\w+|CORS_ORIGINS|NEXT_PUBLIC_APP_NAME)$/;

/** Returns the services that the embedded stack runs; it can run no others than the contract's. */
export function embeddedServices(services: Services): StandardName[] {
  return servicesStartedBy(services, 'embedded').filter(isStandard);
}

export async function makePlan({ config, root, env }: RuntimeContext): Promise<StackPlan> {
  const { services, auth } = config;
  const keys = await ensureStackKeys(root);
  const { wish, notices } = await receiver(receiverWish(services.telemetry));
  return {
    root,
    wantedPorts: {
      ...Object.fromEntries(
        embeddedServices(services).map((name) => [
          name,
          localPortOf(services[name].url) ?? kindOf(services, name).defaultPort,
        ]),
      ),
      ...(wish ? { telemetry: wish.httpPort, 'telemetry-grpc': wish.grpcPort } : {}),
    },
    databaseName: decodeURIComponent(new URL(services.database.url).pathname.slice(1)) || 'meatymusic',
    password: ensureServicePassword(root),
    applicationRole: services.database.applicationRole,
    apiServiceName: services.api.serviceName,
    webServiceName: services.web.serviceName,
    appName: services.web.appName,
    ...(services.telemetry.otlpEndpoint ? { otlpEndpoint: services.telemetry.otlpEndpoint } : {}),
    auth: {
      issuer: auth.issuer ?? keys.issuer,
      ...(auth.audience ? { audience: auth.audience } : {}),
      jwks: keys.jwks,
    },
    environment: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => {
        return entry[1] !== undefined && inherited.test(entry[0]);
      }),
    ),
    notices,
  };
}

/** An address that is configured and where somebody listens is a collector's: it gets the spans. */
async function receiver(wish: ReceiverWish | undefined) {
  if (!wish) return { wish, notices: [] };
  const { asked, instead } = wish;
  if (!asked && instead && !(await isFree(Number(new URL(instead).port || 80)))) {
    const notice = `spans go to ${instead}, where somebody listens already; --otlp takes them in here`;
    return { wish: undefined, notices: [notice] };
  }
  const passedBy = asked && instead ? [`spans are taken in here and not sent to ${instead}`] : [];
  return { wish, notices: passedBy };
}
