import type { Sabotage } from '../../check/sabotage.ts';

export interface ProofOfSabotage {
  name: string;
  kind: Sabotage['kind'];
  /** The declared code. */
  code: string;
  /** The verdict turned to `fail` with the declared code, and back afterwards. */
  holds: boolean;
  /** What was found instead, where it does not hold. */
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
