import { rmSync } from 'node:fs';
import path from 'node:path';
import { readRecord, stackFolder, writeRecord } from '../state.ts';
import type { ProjectThings } from './remove.ts';

/**
 * What of a project's volumes and networks belongs to this folder. Compose labels them with the project's name alone, so
 * it is recorded here, and outlives `down` as long as a volume is left.
 */
export interface Claim {
  project: string;
  /** Names of volumes and ids of networks that `up` made, or found in use by this folder's containers. */
  mine: string[];
  /** Those that were there before `up` and could not be shown to be this folder's. */
  others: string[];
  /** While `up` works: whatever is not among `others` is this folder's. */
  pending?: true;
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

export function isClaimed({ mine, others, pending }: Claim, id: string): boolean {
  return mine.includes(id) || (pending === true && !others.includes(id));
}

/** Before anything is made: what is there belongs to this folder if it is claimed, or if this folder's containers use it. */
export function beginClaim(claim: Claim, things: ProjectThings): Claim {
  const ids = idsOf(things);
  const used = new Set(things.containers.flatMap(({ volumes, networks }) => [...volumes, ...networks]));
  const isMine = (id: string) => isClaimed(claim, id) || (used.has(id) && !claim.others.includes(id));
  return {
    project: claim.project,
    mine: ids.filter(isMine),
    others: ids.filter((id) => !isMine(id)),
    pending: true,
  };
}

/** Once all of it is made, or some of it is removed. */
export function endClaim(claim: Claim, left: Pick<ProjectThings, 'volumes' | 'networks'>): Claim {
  const ids = idsOf(left);
  return {
    project: claim.project,
    mine: ids.filter((id) => isClaimed(claim, id)),
    others: ids.filter((id) => claim.others.includes(id)),
  };
}

const idsOf = ({ volumes, networks }: Pick<ProjectThings, 'volumes' | 'networks'>) => [
  ...volumes,
  ...networks,
];
