import type { ServiceStatus } from '../runtime.ts';
import type { ServiceProcess } from './child.ts';
import type { ServiceSpec } from './services.ts';

/** What the stack knows of a service beside its process. */
export interface Circumstances {
  isStarting: boolean;
  restarts: number;
  /** Names of variables that it was restarted with. */
  overridden: readonly string[];
}

/** How a service is at this moment: its process, and what its health endpoint answers. */
export async function statusOf(
  spec: ServiceSpec,
  child: ServiceProcess | undefined,
  { isStarting, restarts, overridden }: Circumstances,
): Promise<ServiceStatus> {
  const running = child !== undefined && !child.exit;
  const healthy = running && (await isHealthy(child));
  const notes = [spec.note, overridden.length > 0 ? `restarted with ${overridden.join(', ')}` : undefined];
  const note = notes.filter(Boolean).join('; ');
  const identity = running ? child.identity : undefined;
  return {
    service: spec.service,
    role: spec.service,
    state: !running ? 'exited' : healthy ? 'running' : isStarting ? 'starting' : 'unhealthy',
    health: !running ? 'none' : healthy ? 'healthy' : isStarting ? 'starting' : 'unhealthy',
    // A port that it does not hold may be another program's.
    addresses: child?.listens ? [`127.0.0.1:${spec.port}`] : [],
    restarts,
    image: spec.image,
    ...(child ? { startedAtMs: child.startedAtMs } : {}),
    ...(identity ? { pid: identity.pid } : {}),
    ...(typeof child?.exit?.code === 'number' ? { exitCode: child.exit.code } : {}),
    ...(note ? { note } : {}),
  };
}

async function isHealthy(child: ServiceProcess): Promise<boolean> {
  try {
    await child.askHealth();
    return true;
  } catch {
    return false;
  }
}
