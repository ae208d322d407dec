import { systemClock } from '../../base/clock.ts';
import { absenceOf, urlOf } from '../../base/endpoint.ts';
import { messageOf } from '../../base/errors.ts';
import { createSharedResources } from '../../base/shared-resources.ts';
import { ProbeError } from '../../check/probes.ts';
import type { Project } from '../../config/project.ts';
import { createProbe, type ProbeContext } from '../../probes/index.ts';
import { findRuntime } from '../../runners/choose.ts';
import { enabledServices, kindOf, portOf, settingsOf } from '../../services/index.ts';
import { describeStack } from '../../session/stack.ts';
import type { Finding } from './finding.ts';

/** Longest that one address is asked. */
const withinMs = 8000;
const probeNames = ['http', 'tcp', 'postgres', 'redis'] as const;

/** Asks the addresses of an external stack side by side: name, connection, certificate, answer, and login of database and cache. */
export async function examineAddresses(project: Project, signal: AbortSignal): Promise<Finding[]> {
  if (project.config.runtime !== 'external') return [];
  const { runtime } = await findRuntime(project);
  const { base } = await describeStack(project, runtime, 'meatymusic doctor');
  const shared = createSharedResources();
  const end = new AbortController();
  const first: ProbeContext = {
    ...base,
    signal,
    remainingMs: () => withinMs,
    clock: systemClock,
    effects: 'none',
    shared,
  };
  // The time for loading them is no service's.
  for (const name of probeNames) await (await createProbe(name, first)).close?.();
  const timer = setTimeout(() => end.abort(), withinMs + 500);
  const endMs = performance.now() + withinMs;
  const context: ProbeContext = {
    ...first,
    signal: AbortSignal.any([signal, end.signal]),
    remainingMs: () => Math.max(1, endMs - performance.now()),
  };
  try {
    return await Promise.all(
      enabledServices(project.config.services).flatMap((service) => {
        const endpoint = base.endpoints[service];
        const absence = absenceOf(endpoint);
        const url = urlOf(endpoint);
        if (absence && absence.code !== 'not-named') {
          const { reason, hint } = absence;
          return [Promise.resolve<Finding>({ name: service, state: 'bad', found: reason, fix: hint })];
        }
        return url === undefined ? [] : [examineAddress(project, service, url, context)];
      }),
    );
  } finally {
    clearTimeout(timer);
    await shared.close();
  }
}

async function examineAddress(
  { config }: Project,
  service: string,
  url: string,
  context: ProbeContext,
): Promise<Finding> {
  const { host } = new URL(url);
  try {
    const { state, found, fix } = await ask(config.services, service, url, context);
    return { name: service, state, found: `${host}: ${found}`, ...(fix ? { fix } : {}) };
  } catch (error) {
    const code = error instanceof ProbeError ? error.code : '';
    return { name: service, state: 'bad', found: messageOf(error), fix: fixOf(code, service) };
  }
}

type Answer = Omit<Finding, 'name'>;

async function ask(
  services: Project['config']['services'],
  service: string,
  url: string,
  context: ProbeContext,
): Promise<Answer> {
  const kind = kindOf(services, service);
  switch (kind.health?.kind) {
    case 'http': {
      const { healthPath = '/' } = settingsOf(services, service) as { healthPath?: string };
      return askHttp(`${url.replace(/\/$/, '')}${healthPath}`, service, context);
    }
    case 'postgres': {
      const ofService = { ...context, endpoints: { ...context.endpoints, database: { url } } };
      const probe = await createProbe('postgres', ofService);
      await closing(probe, () => probe.query({ sql: 'select 1' }));
      return {
        state: 'ok',
        found: `logged in as ${decodeURIComponent(new URL(url).username) || 'the default user'}`,
      };
    }
    case 'redis': {
      const ofService = { ...context, endpoints: { ...context.endpoints, cache: { url } } };
      const probe = await createProbe('redis', ofService);
      await closing(probe, () => probe.command({ name: 'PING' }));
      return { state: 'ok', found: 'answers PING' };
    }
    default: {
      const probe = await createProbe('tcp', context);
      const { hostname } = new URL(url);
      await closing(probe, () => probe.connect({ host: hostname, port: portOf(url, kind) }));
      return { state: 'ok', found: 'accepts connections' };
    }
  }
}

async function askHttp(url: string, service: string, context: ProbeContext): Promise<Answer> {
  const probe = await createProbe('http', context);
  const { status } = await closing(probe, () => probe.request({ url, maxBodyBytes: 1024 * 1024 }));
  const { pathname } = new URL(url);
  const found = `GET ${pathname} answers ${status}`;
  if (status < 400) return { state: 'ok', found };
  if (status >= 500) {
    return { state: 'bad', found, fix: `read the log of ${service}: the server or a proxy before it failed` };
  }
  return status === 404
    ? {
        state: 'note',
        found,
        fix: `set services.${service}.healthPath, or the base path in services.${service}.url`,
      }
    : { state: 'note', found, fix: `services.${service}.url may need a user and password, or another path` };
}

async function closing<T>(probe: { close?(): void | Promise<void> }, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    await probe.close?.();
  }
}

function fixOf(code: string, service: string): string {
  const url = `services.${service}.url`;
  if (/ENOTFOUND|EAI_|ENODATA/.test(code))
    return `correct the host of ${url}, or the name server of this machine`;
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code))
    return `correct the certificate of ${hostLabel(service)}, or set NODE_EXTRA_CA_CERTS to its authority`;
  if (/^28|^3D|WRONGPASS|NOAUTH|NOPERM/.test(code)) return `correct the user, password or database of ${url}`;
  return `start ${service}, or correct ${url}; a firewall or VPN may be between`;
}

function hostLabel(service: string): string {
  return `the host in services.${service}.url`;
}
