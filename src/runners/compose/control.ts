import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { awaitUntil } from '../../base/await-until.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { ServiceName } from '../../check/stack.ts';
import { composeNameOf } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import type { Runtime } from '../runtime.ts';
import { awaitAnswers } from './answers.ts';
import type { EngineCli } from './cli.ts';
import type { Container } from './containers.ts';
import { explainFailure } from './failure.ts';
import { judge, nothingSeen } from './judge.ts';
import { type FoundStack, openSession, type Session } from './session.ts';

/** Longest time until a service that was started again is healthy. */
const startMs = 60_000;

/** Takes single services away and brings them back, for the checks that need to see it. */
export function createControl(
  context: RuntimeContext,
  cli: EngineCli,
  find: (signal: AbortSignal) => Promise<FoundStack | undefined>,
): NonNullable<Runtime['control']> {
  const listOf = async (service: ServiceName, signal: AbortSignal): Promise<Container[]> => {
    const name = composeNameOf(context.config, service);
    return ((await find(signal))?.containers ?? []).filter((one) => one.service === name && !one.oneOff);
  };
  const containersOf = async (service: ServiceName, signal: AbortSignal): Promise<Container[]> => {
    const found = await listOf(service, signal);
    if (found.length > 0) return found;
    const name = composeNameOf(context.config, service);
    throw new Fault({
      code: 'service-missing',
      message: `there is no container of ${name}`,
      hint: 'meatymusic up --runtime compose',
      exitCode: ExitCode.unavailable,
    });
  };
  const awaitHealthy = async (session: Session, service: ServiceName, signal: AbortSignal) => {
    const described = session.model.services.find(({ role }) => role === service);
    if (!described) return;
    const containers = await awaitUntil(
      async () => {
        const own = await containersOf(service, signal);
        const judgement = judge(described, own, nothingSeen);
        return judgement.verdict === 'waiting' ? undefined : { own, judgement };
      },
      { what: `${described.name} to be healthy`, withinMs: startMs, signal },
    );
    const { own, judgement } = containers;
    if (judgement.verdict === 'failed') {
      throw await explainFailure(cli, { service: described.name, container: own[0], ...judgement });
    }
    await awaitAnswers({ session, containers: own, signal, onEvent: () => undefined, only: service });
  };

  return {
    async refusal(service, signal) {
      const random = (await listOf(service, signal)).find(({ bindings }) =>
        bindings.some(({ hostPort }) => hostPort === 0),
      );
      const target = random?.bindings.find(({ hostPort }) => hostPort === 0)?.target;
      return random
        ? `${random.service} gets another host port when it starts again; name one in its ports: "127.0.0.1:${target}:${target}"`
        : undefined;
    },
    async stop(service, signal) {
      const ids = (await containersOf(service, signal)).map(({ id }) => id);
      await cli.must(['stop', '--time', '2', ...ids], { signal, withinMs: 30_000 });
    },
    async start(service, signal) {
      const ids = (await containersOf(service, signal)).map(({ id }) => id);
      await cli.must(['start', ...ids], { signal, withinMs: 30_000 });
      await awaitHealthy(await openSession(context, signal), service, signal);
    },
    async restart(service, environment, signal) {
      const session = await openSession(context, signal);
      const name = composeNameOf(context.config, service);
      const folder = await mkdtemp(path.join(tmpdir(), 'meatymusic-compose-'));
      try {
        const override = path.join(folder, 'override.json');
        // JSON is YAML. A dollar would be taken for a variable.
        const values = Object.fromEntries(
          Object.entries(environment).map(([key, value]) => [key, value.replaceAll('$', '$$$$')]),
        );
        await writeFile(override, JSON.stringify({ services: { [name]: { environment: values } } }));
        const further = Object.keys(environment).length > 0 ? ['--file', override] : [];
        const args = [...session.args, ...further, 'up', '--detach', '--no-build', '--timeout', '2', name];
        const output = await cli.compose(args, { variables: session.variables, signal, withinMs: startMs });
        if (output.exitCode !== 0)
          throw await (await import('./explain-up.ts')).explainUp(session, output, signal);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
      await awaitHealthy(session, service, signal);
    },
  };
}
