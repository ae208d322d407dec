import type { Sabotage } from '../check/sabotage.ts';

export interface ProofOfSabotage {
  name: string;
  kind: Sabotage['kind'];
  /** The declared code. */
  code: string;
  /** The verdict turned to `fail` with the declared code, and back afterwards. */
  holds: boolean;
  /** This stack cannot be broken so, or the check cannot run on it: nothing is shown, and nothing refuted. */
  skipped?: true;
  /** What was found instead, where it does not hold, or why it is skipped. */
  found?: string;
  durationMs: number;
}

export interface Proof {
  id: string;
  /** `skipped`: this stack gives no pass to turn. `unproven`: there is no sabotage to carry out. */
  status: 'proven' | 'refuted' | 'skipped' | 'unproven';
  reason?: string;
  sabotages: ProofOfSabotage[];
}
