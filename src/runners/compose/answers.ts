import { connect } from 'node:net';
import { awaitUntil } from '../../base/await-until.ts';
import type { ServiceName } from '../../check/stack.ts';
import { greetingOf } from '../../services/health.ts';
import { kindOf } from '../../services/index.ts';
import type { ServiceKind } from '../../services/kind.ts';
import type { RuntimeEvent } from '../runtime.ts';
import { publishedAddress } from './addresses.ts';
import type { Container } from './containers.ts';
import type { Session } from './session.ts';

/**
 * Waits until the services without a health check of their own answer. A connection alone proves nothing:
 * `docker-proxy` accepts it before the service listens.
 */
export async function awaitAnswers(options: {
  session: Session;
  containers: readonly Container[];
  signal: AbortSignal;
  onEvent(event: RuntimeEvent): void;
  /** Default: all of them. */
  only?: ServiceName;
  /** Holds the names of the services that have not answered yet. */
  unanswered?: Set<string>;
}): Promise<void> {
  const { session, containers, signal, onEvent, unanswered } = options;
  const { services } = session.context.config;
  await Promise.all(
    session.model.services.map(async ({ name, role, hasHealthCheck }) => {
      const container = containers.find((one) => one.service === name);
      const address =
        role &&
        !hasHealthCheck &&
        container &&
        publishedAddress(container, kindOf(services, role), session.context.env);
      if (!role || !address || (options.only && options.only !== role)) return;
      onEvent({
        type: 'service',
        service: name,
        state: 'waiting',
        detail: `for an answer at port ${address.port}`,
      });
      unanswered?.add(name);
      await awaitUntil(async () => ((await speaks(address, kindOf(services, role))) ? true : undefined), {
        what: `${name} to answer`,
        withinMs: 2 ** 31 - 1,
        maxIntervalMs: 500,
        signal,
      });
      unanswered?.delete(name);
      onEvent({ type: 'service', service: name, state: 'answers' });
    }),
  );
}

/** Resolves to whether the service answers a greeting of its kind; where no greeting is known, whether it accepts connections. */
function speaks({ host, port }: { host: string; port: number }, { health }: ServiceKind): Promise<boolean> {
  const greeting = health && greetingOf(health);
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port });
    const end = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), 1000);
    socket.once('connect', () => (greeting ? socket.write(greeting) : end(true)));
    socket.once('data', () => end(true));
    socket.once('close', () => end(false));
    socket.once('error', () => end(false));
  });
}
