import { rmSync } from 'node:fs';
import path from 'node:path';
import { readRecord, stackFolder, writeRecord } from '../state.ts';
import type { EngineCli } from './cli.ts';
import type { Container } from './containers.ts';
import type { ProjectThings } from './remove.ts';

/**
 * What of a project's volumes and networks belongs to this folder. Compose labels them with the project's name alone, so
 * it is recorded here, and outlives `down` as long as a volume is left.
 */
export interface Claim {
  project: string;
  /** Keys of those that `up` made, or found in use by this folder's containers. */
  mine: string[];
  /** Names of those that were there before `up` and could not be shown to be this folder's. */
  others: string[];
  /** While `up` works: whatever is not among `others` is this folder's. */
  pending?: true;
}

/** A volume or network. The key of a volume also holds when it was made: another one may get its name. */
export interface Thing {
  kind: 'volume' | 'network';
  id: string;
  key: string;
}

const claimFile = (root: string) => path.join(stackFolder(root), 'compose-claim.json');

export function readClaim(root: string, project: string): Claim {
  const claim = readRecord<Claim>(root, claimFile(root));
  return claim?.project === project ? claim : { project, mine: [], others: [] };
}

export function writeClaim(root: string, { project, mine, others, pending }: Claim): void {
  if (mine.length + others.length === 0 && !pending) rmSync(claimFile(root), { force: true });
  else writeRecord(root, claimFile(root), { project, mine, others, ...(pending && { pending }) });
}

export function isClaimed({ mine, others, pending }: Claim, { id, key }: Thing): boolean {
  return mine.includes(key) || (pending === true && !others.includes(id));
}

/** Before anything is made: what is there belongs to this folder if it is claimed, or if this folder's containers use it. */
export function beginClaim(claim: Claim, things: readonly Thing[], containers: readonly Container[]): Claim {
  const used = new Set(containers.flatMap(({ volumes, networks }) => [...volumes, ...networks]));
  const mine = things.filter(
    (thing) => isClaimed(claim, thing) || (used.has(thing.id) && !claim.others.includes(thing.id)),
  );
  return {
    project: claim.project,
    mine: mine.map(({ key }) => key),
    others: things.filter((thing) => !mine.includes(thing)).map(({ id }) => id),
    pending: true,
  };
}

/** Once all of it is made, or some of it is removed. */
export function endClaim(claim: Claim, things: readonly Thing[]): Claim {
  return {
    project: claim.project,
    mine: things.filter((thing) => isClaimed(claim, thing)).map(({ key }) => key),
    others: things.map(({ id }) => id).filter((id) => claim.others.includes(id)),
  };
}

export async function identifyThings(
  cli: EngineCli,
  { volumes, networks }: Pick<ProjectThings, 'volumes' | 'networks'>,
  signal?: AbortSignal,
): Promise<Thing[]> {
  const made: Thing[] = networks.map((id) => ({ kind: 'network', id, key: id }));
  if (volumes.length === 0) return made;
  const format = '{{.Name}} {{.CreatedAt}}';
  // One that is gone by now makes the exit code other than 0; the rest is printed.
  const { stdout } = await cli.call(
    ['volume', 'inspect', '--format', format, ...volumes],
    signal && { signal },
  );
  for (const key of stdout.split('\n').filter(Boolean))
    made.push({ kind: 'volume', id: key.slice(0, key.indexOf(' ')), key });
  return made;
}
