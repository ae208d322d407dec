import { identifyProcess, isAlive, type ProcessIdentity } from '../../base/process-identity.ts';
import { type PortHolder, portHolder } from '../port-holder.ts';
import type { ServicePlan } from './plan.ts';
import { isFree } from './ports.ts';

/** What is used instead of a process of its own; no holder: it is not visible from here. */
export interface Reused {
  holder?: PortHolder & ProcessIdentity;
}

/** Resolves to what listens on the wanted port already, if the service may use it. */
export async function findReusable({
  port,
  reuseExisting,
}: Pick<ServicePlan, 'port' | 'reuseExisting'>): Promise<Reused | undefined> {
  if (!reuseExisting || !port || (await isFree(port))) return undefined;
  const holder = await portHolder(port);
  const identity = holder && identifyProcess(holder.pid);
  return holder && identity ? { holder: { ...holder, ...identity } } : {};
}

/** Resolves to whether it is still the same process; where that is not visible, whether the port is in use. */
export async function isReusedAlive(reused: Reused | undefined, port = 0): Promise<boolean> {
  if (!reused) return false;
  return reused.holder ? isAlive(reused.holder) : !(await isFree(port));
}
