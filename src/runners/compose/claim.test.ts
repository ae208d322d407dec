import { describe, expect, it } from 'vitest';
import { beginClaim, type Claim, endClaim, isClaimed } from './claim.ts';
import type { Container } from './containers.ts';

const none: Claim = { project: 'shop', mine: [], others: [] };
const things = (volumes: string[], used: string[] = []) => ({
  volumes,
  networks: [],
  containers: used.length > 0 ? [{ volumes: used, networks: [] as string[] } as unknown as Container] : [],
});

describe('the claim of a folder to the volumes of a project', () => {
  it('is to what `up` makes, and not to what was there before', () => {
    const claim = endClaim(beginClaim(none, things(['old'])), things(['old', 'new']));
    expect(claim).toEqual({ project: 'shop', mine: ['new'], others: ['old'] });
    expect(['old', 'new'].map((id) => isClaimed(claim, id))).toEqual([false, true]);
    // The stack uses both by now, which changes nothing.
    const both = things(['old', 'new'], ['old', 'new']);
    expect(endClaim(beginClaim(claim, both), both)).toEqual(claim);
  });

  it("is to what this folder's containers use when `up` takes them over", () => {
    expect(beginClaim(none, things(['data', 'other'], ['data']))).toMatchObject({
      mine: ['data'],
      others: ['other'],
    });
  });

  it('is kept by an `up` that was killed, and ends with the volume', () => {
    const killed = beginClaim(none, things(['old']));
    expect(beginClaim(killed, things(['old', 'new']))).toEqual({ ...killed, mine: ['new'] });
    expect(endClaim(killed, things([]))).toEqual(none);
  });
});
