import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import { homedir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The engine's API over its local socket (https://docs.docker.com/reference/api/engine/): a question takes milliseconds, a
 * call of the command line a process. Podman serves the same paths.
 */
export interface EngineApi {
  /** Resolves to the answer; `undefined` for what does not exist (404). Rejects where the engine does not answer. */
  get(path: string, signal?: AbortSignal): Promise<unknown>;
  /** Resolves to an answer whose body is read as it arrives; without a limit of time. Rejects as `get` does. */
  open(path: string, signal?: AbortSignal): Promise<IncomingMessage>;
}

const answerMs = 15_000;

/** Returns the API of the engine that the command line would use; `undefined` if that has no local socket. */
export function findEngineApi(engine: 'docker' | 'podman', env: Variables): EngineApi | undefined {
  const socketPath = engine === 'podman' ? podmanSocket(env) : socketIn(dockerHost(env));
  if (socketPath === undefined || !existsSync(socketPath)) return undefined;
  const open: EngineApi['open'] = (at, signal) =>
    new Promise((resolve, reject) => {
      const request = http.get({ socketPath, path: at, agent: false, ...(signal && { signal }) });
      request.once('error', reject);
      request.once('response', resolve);
    });
  return {
    open,
    async get(at, signal) {
      const limit = AbortSignal.timeout(answerMs);
      const response = await open(at, signal ? AbortSignal.any([signal, limit]) : limit);
      const answer = await json(response);
      const { statusCode = 0 } = response;
      if (statusCode === 404) return undefined;
      if (statusCode !== 200) throw new Error(`the engine answered with ${statusCode} to ${at}`);
      return answer;
    },
  };
}

/** Returns a query that the API takes as filters: `?filters={"label":["a=b"]}`. */
export function filtersOf(filters: Readonly<Record<string, readonly string[]>>): string {
  return `filters=${encodeURIComponent(JSON.stringify(filters))}`;
}

/** In the order of the command line: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default. */
function dockerHost(env: Variables): string | undefined {
  if (env.DOCKER_HOST) return env.DOCKER_HOST;
  const folder = env.DOCKER_CONFIG || path.join(env.HOME || homedir(), '.docker');
  const name = env.DOCKER_CONTEXT || contextOf(path.join(folder, 'config.json'));
  if (!name || name === 'default') return 'unix:///var/run/docker.sock';
  const id = createHash('sha256').update(name).digest('hex');
  const meta = readJson(path.join(folder, 'contexts/meta', id, 'meta.json')) as
    | { Endpoints?: { docker?: { Host?: string } } }
    | undefined;
  return meta?.Endpoints?.docker?.Host;
}

function contextOf(file: string): string | undefined {
  return (readJson(file) as { currentContext?: string } | undefined)?.currentContext;
}

function podmanSocket(env: Variables): string | undefined {
  if (env.CONTAINER_HOST) return socketIn(env.CONTAINER_HOST);
  const folders = [env.XDG_RUNTIME_DIR, ...(process.getuid?.() === 0 ? ['/run'] : [])];
  return folders
    .flatMap((folder) => (folder ? [path.join(folder, 'podman/podman.sock')] : []))
    .find((file) => existsSync(file));
}

function socketIn(host: string | undefined): string | undefined {
  return host?.startsWith('unix://') ? host.slice('unix://'.length) : undefined;
}

/** A file that cannot be read is the command line's to explain. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
