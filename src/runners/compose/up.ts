import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { kindOf, servicesStartedBy } from '../../services/index.ts';
import type { RuntimeContext } from '../context.ts';
import { requireUrl } from '../require-url.ts';
import type { Endpoints, UpOptions } from '../runtime.ts';
import { type ComposeState, readState, removeState, writeState } from '../state.ts';
import { readEndpoints } from './addresses.ts';
import { awaitAnswers } from './answers.ts';
import { beginClaim, endClaim, readClaim, writeClaim } from './claim.ts';
import type { Container } from './containers.ts';
import { explainTimeout } from './explain-timeout.ts';
import { explainUp } from './explain-up.ts';
import { buildImages, pullMissing } from './images.ts';
import { type ComposeModel, loadModel } from './model.ts';
import { choosePorts } from './ports.ts';
import { prepareSpans, receiverService } from './receiver.ts';
import { listThings, restore } from './remove.ts';
import { openSession, type Session } from './session.ts';
import { isUnchanged, staleBundles } from './unchanged.ts';
import { watchProject } from './watch.ts';

/** Starts what does not run, waits until all of it is healthy, and takes back what it made when it cannot. */
export async function startStack(context: RuntimeContext, options: UpOptions): Promise<Endpoints> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, deadline]);
  try {
    return await start(context, { ...options, signal });
  } catch (thrown) {
    options.signal.throwIfAborted();
    if (!deadline.aborted || thrown instanceof Fault) throw thrown;
    throw new Fault({
      code: 'start-timeout',
      message: `the stack was not started within ${options.timeoutMs / 1000} s`,
      hint: 'give it longer with --timeout',
      exitCode: ExitCode.deadline,
      cause: thrown,
    });
  }
}

async function start(context: RuntimeContext, options: UpOptions): Promise<Endpoints> {
  const { signal, onEvent, stableForMs } = options;
  onEvent({ type: 'phase', name: 'preflight', detail: context.config.compose.engine });
  const session = await withPorts(await openSession(context, signal), options);
  for (const message of session.notices) onEvent({ type: 'notice', message });
  for (const name of session.model.unset) {
    onEvent({ type: 'notice', message: `the variable ${name} of the compose file is not set: it is empty` });
  }
  if (await isUnchanged(session, signal)) {
    for (const { name, hasHealthCheck } of session.model.services) {
      onEvent({
        type: 'service',
        service: name,
        state: hasHealthCheck ? 'healthy' : 'running',
        detail: 'ran already',
      });
    }
    if (stableForMs > 0) await awaitStable(session, options);
    return adopt(session, signal);
  }
  await pullMissing({ ...session, signal, onEvent });
  await buildImages({ ...session, signal, onEvent }, await staleBundles(session, signal));
  return create(session, options);
}

/** The session with the ports that can be had. Other ports make another model: what compose labels a container with depends on them. */
async function withPorts(session: Session, { ports: mode, signal, onEvent }: UpOptions): Promise<Session> {
  const { cli, args, model, containers, context, files } = session;
  const env = { ...context.env, ...context.config.compose.env };
  const { variables: chosen, notices } = await choosePorts({
    cli,
    args,
    model,
    containers,
    mode,
    env,
    signal,
  });
  for (const message of notices) onEvent({ type: 'notice', message });
  if (Object.entries(chosen).every(([name, value]) => session.variables[name] === value)) return session;
  const variables = { ...session.variables, ...chosen };
  const changed = await loadModel({
    cli,
    args,
    files: files.files,
    config: context.config,
    variables,
    only: context.composeOnly,
    signal,
  });
  return { ...session, variables, chosenPorts: { ...session.chosenPorts, ...chosen }, model: changed };
}

/** Takes over what runs already, with the data that it uses. */
async function adopt(session: Session, signal: AbortSignal): Promise<Endpoints> {
  const { cli, context, project, containers } = session;
  const things = await listThings(cli, project, signal);
  const endpoints = await reachAll(session, containers);
  const claim = beginClaim(readClaim(context.root, project), things);
  record(session, { endpoints, containers });
  writeClaim(context.root, endClaim(claim, things));
  return endpoints;
}

/**
 * Has compose create and start all of it, and watches every container meanwhile: the first that fails ends the call.
 * However it fails, what it made is taken away.
 */
async function create(session: Session, options: UpOptions): Promise<Endpoints> {
  const { cli, project, files, context } = session;
  const { root } = context;
  const { signal, onEvent } = options;
  const before = await listThings(cli, project, signal);
  const { compose: stateBefore } = readState(root);
  const claimBefore = readClaim(root, project);
  const claim = beginClaim(claimBefore, before);
  // Both are written before anything is created, so that a kill at any moment is known to the next call.
  record(session);
  writeClaim(root, claim);
  if (files.override && !before.containers.some(({ service }) => service === receiverService))
    prepareSpans(root);
  onEvent({ type: 'phase', name: 'services', detail: `project ${project}` });
  try {
    const containers = await compose(session, options);
    const endpoints = await reachAll(session, containers);
    const made = await listThings(cli, project, signal);
    record(session, { endpoints, containers });
    writeClaim(root, endClaim(claim, made));
    options.onMade?.(undo);
    return endpoints;
  } catch (thrown) {
    await undo();
    throw thrown;
  }

  async function undo(): Promise<void> {
    await restore(session, before);
    writeClaim(root, claimBefore);
    if (stateBefore) writeState(root, 'compose', stateBefore);
    else removeState(root, 'compose');
  }
}

/** Resolves to the containers once all of them are ready. By then, or when it rejects, compose has ended. */
async function compose(session: Session, options: UpOptions): Promise<Container[]> {
  const { cli, args, variables, files, context, model } = session;
  const { signal, onEvent, timeoutMs, stableForMs } = options;
  const targets = context.composeOnly ? model.services.map(({ name }) => name) : [];
  const cancel = new AbortController();
  const watch = watchProject({ session, signal, onEvent });
  const unanswered = new Set<string>();
  const composed = cli
    .compose([...args, 'up', '--detach', ...(files.own ? ['--no-build'] : []), ...targets], {
      variables,
      signal: AbortSignal.any([signal, cancel.signal]),
      withinMs: 0,
    })
    .then(async (output) => {
      if (output.exitCode === 0) return;
      throw (await watch.failureNow()) ?? (await explainUp(session, output, signal));
    });
  composed.catch(() => undefined);
  try {
    let containers = await watch.untilReady(composed);
    containers = await watch.untilReady(awaitAnswers({ session, containers, signal, onEvent, unanswered }));
    return stableForMs > 0 ? await watch.untilStable(stableForMs) : containers;
  } catch (thrown) {
    // What ends from now on is taken away.
    watch.close();
    const reason =
      isTimeout(signal.reason) && !(thrown instanceof Fault)
        ? await explainTimeout(session, timeoutMs, unanswered)
        : thrown;
    cancel.abort(reason);
    await composed.catch(() => undefined);
    throw reason;
  } finally {
    watch.close();
  }
}

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';

async function awaitStable(session: Session, { signal, onEvent, stableForMs }: UpOptions): Promise<void> {
  const watch = watchProject({ session, signal, onEvent });
  try {
    await watch.untilStable(stableForMs);
  } finally {
    watch.close();
  }
}

/** The addresses, all of which a stack that has started must have. */
async function reachAll({ context, cli }: Session, containers: readonly Container[]): Promise<Endpoints> {
  const endpoints = await readEndpoints(context, cli, containers);
  if (!endpoints) {
    throw new Fault({
      code: 'nothing-runs',
      message: 'none of the configured services is in the compose file',
      hint: 'name them in `compose.services`',
      exitCode: ExitCode.config,
    });
  }
  const { services } = context.config;
  for (const name of servicesStartedBy(services, 'compose'))
    if (kindOf(services, name).health) requireUrl(endpoints, name);
  return endpoints;
}

function record(
  { context, project, files, chosenPorts, model }: Session,
  started?: { endpoints: Endpoints; containers: readonly Container[] },
): void {
  const { compose: existing } = readState(context.root);
  const startedAt = existing?.project === project ? existing.startedAt : new Date().toISOString();
  const state: ComposeState = {
    version: 2,
    runtime: context.defaultWay ?? 'compose',
    startedAt,
    project,
    files: files.files,
    ...(context.composeOnly && { services: model.services.map(({ name }) => name) }),
    ...(files.override && { receiver: true }),
    ...(Object.keys(chosenPorts).length > 0 && { variables: chosenPorts }),
    ...(started && { endpoints: started.endpoints, made: digestsOf(model, started.containers) }),
  };
  writeState(context.root, 'compose', state);
}

function digestsOf({ services }: ComposeModel, containers: readonly Container[]): Record<string, string> {
  const digests = new Map(services.map(({ name, digest }) => [name, digest]));
  return Object.fromEntries(
    containers.flatMap(({ id, service }) => {
      const digest = digests.get(service);
      return digest === undefined ? [] : [[id, digest]];
    }),
  );
}
