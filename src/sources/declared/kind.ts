import type { v } from '../../base/schema.ts';
import type { Effects } from '../../check/effects.ts';
import type { Evidence } from '../../check/evidence.ts';
import type { ProbeName, Probes } from '../../check/probes.ts';
import type { ServiceName, StackInfo } from '../../check/stack.ts';
import type { Examined } from '../../check/verdict.ts';

/** The observed values that expectations are about. An absent one meets no expectation. */
export interface Observed {
  attributes: Record<string, unknown>;
  examined: Examined;
  evidence: Evidence[];
  /** Why there was no answer: expectations other than of being reachable cannot hold. */
  failure?: {
    code: string;
    message: string;
    /** True for an error that the server itself answered with. */
    isOfServer?: boolean;
  };
  /** What an attribute that does not match leaves out. */
  note?: string;
  /** Why it cannot be judged here. */
  skip?: { reason: string; enable?: string | undefined };
}

/** A kind of declared check: its `target`, the `attributes` that can be expected, and how they are observed. */
export interface Kind<Target extends v.ObjectEntries = v.ObjectEntries> {
  name: string;
  about: string;
  needs: readonly ProbeName[];
  target: Target;
  /** Name → description, for the schema. */
  attributes: Record<string, string>;
  /** The attribute of existence: where the target does not exist and is expected not to, no other attribute is judged. */
  presence?: string;
  /** Expectations of every entry, by attributes that a file cannot name. */
  implied?: Record<string, unknown>;
  /** True if observing this target cannot block the event loop. Default: unknown. */
  isBounded?(target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>): boolean;
  /** Default `none`. */
  effects?(target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>): Effects;
  uses?(target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>): ServiceName[];
  title(target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>): string;
  observe(call: {
    target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>;
    probes: Probes;
    stack: StackInfo;
    /** The attributes with an expectation: the others need not be observed. */
    expected: ReadonlySet<string>;
  }): Promise<Observed>;
}

/** Gives a kind's file its types. */
export function defineKind<const Target extends v.ObjectEntries>(kind: Kind<Target>): Kind {
  return kind as unknown as Kind;
}
