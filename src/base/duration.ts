const unitMs = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

/**
 * Parses `250ms`, `5s`, `1.5m`, `1m30s`, `2h`, `1d`, `2w`, the output of `formatDuration`, or a bare number of milliseconds.
 * Returns milliseconds, or `undefined` for other text.
 */
export function parseDuration(text: string): number | undefined {
  const parts = /^\d+(?:\.\d+)?$/.test(text.trim()) ? `${text.trim()}ms` : text.trim();
  if (!/^(?:\d+(?:\.\d+)? ?(?:ms|s|min|m|h|d|w) ?)+$/.test(parts)) return undefined;
  return [...parts.matchAll(/(\d+(?:\.\d+)?) ?([a-z]+)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * unitMs[unit as keyof typeof unitMs],
    0,
  );
}

/** Formats milliseconds as `87 ms`, `1.24 s`, `2 min 05 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
