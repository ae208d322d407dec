import type { LineSample, LogReport, OutsideLines } from './report.ts';

/**
 * Joins what two adjacent parts have outside of requests. `between`: lines that were at the end of the one or the beginning of
 * the other part, and now are between lines of requests.
 */
export function mergeOutside(
  first: OutsideLines | undefined,
  second: OutsideLines | undefined,
): { outside?: OutsideLines; between: number } {
  if (!first || !second) {
    const outside = first ?? second;
    return { ...(outside ? { outside } : {}), between: 0 };
  }
  const { fields } = first;
  const requests = first.requests + second.requests;
  const between = first.requests > 0 && second.requests > 0 ? first.after + second.before : 0;
  const before = first.before + (first.requests > 0 ? 0 : second.before);
  const after = second.requests > 0 ? second.after : first.requests > 0 ? first.after + second.before : 0;
  return { outside: { before, after, requests, fields }, between };
}

/** Joins the samples of two adjacent parts; those of the second have their lines counted from the start of the first. */
export function joinSamples(first: LogReport, second: LogReport, moved: LineSample[]): LineSample[] {
  if (!first.outside?.requests) return [...first.samples, ...moved];
  const isBetween = (second.outside?.requests ?? 0) > 0;
  const ahead = isBetween ? renamed(first.samples, 'after-requests', 'missing-field') : first.samples;
  return [...ahead, ...renamed(moved, 'before-requests', isBetween ? 'missing-field' : 'after-requests')];
}

/** Completes the report of a whole log: without a line of a request, none is outside of one. */
export function settleOutside(report: LogReport): LogReport {
  const { outside, missing, samples } = report;
  if (!outside) return report;
  if (outside.requests > 0) {
    const settled = samples.filter(
      ({ problem }) => problem !== 'before-requests' && problem !== 'after-requests',
    );
    return { ...report, samples: settled };
  }
  return {
    ...report,
    missing: addTo({ ...missing }, outside.fields, outside.before),
    outside: { ...outside, before: 0 },
    samples: renamed(samples, 'before-requests', 'missing-field'),
  };
}

export function addTo(
  missing: Record<string, number>,
  fields: readonly string[] = [],
  count: number,
): Record<string, number> {
  for (const name of count > 0 ? fields : []) missing[name] = (missing[name] ?? 0) + count;
  return missing;
}

function renamed(
  samples: readonly LineSample[],
  from: LineSample['problem'],
  to: LineSample['problem'],
): LineSample[] {
  return samples.map((sample) => (sample.problem === from ? { ...sample, problem: to } : sample));
}
