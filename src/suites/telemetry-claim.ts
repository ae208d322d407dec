/** Statement of a line about telemetry: that it runs, or that it does not. */
export type Claim = 'claims' | 'denies';

/** Words before the verb that turn a statement round, or make it a plan or a condition. */
const negation =
  /\b(?:not|never|no|without|cannot|can't|\w+n't|fail(?:ed|s|ure|ing)?|unable|errors?|disabled|skip(?:ped|ping|s)?|will|would|should|must|may|might|to be|if|when|until|unless|once|before|waiting|pending|is only)\b/i;
/** What a verb can be followed by that takes it back: `enabled: false`. */
const takenBack = /^["']?\s*[:=?]?\s*["']?(?:false|no|off|0|null|undefined|failed|never)\b|^\s*\?/i;
const denial =
  /\b(?:(?:open)?telemetry|otel|tracing|tracer)\b[^.;]{0,60}?\b(?:disabled|off|inactive|unavailable|uninitiali[sz]ed|deactivated|failed|stopped|no-?op)\b|\b(?:disabled|failed to (?:start|initiali[sz]e|load|set up)|could not (?:start|initiali[sz]e)|uninitiali[sz]ed|no)\b[^.;,]{0,30}\b(?:(?:open)?telemetry|otel|tracing|tracer)\b/i;
/** The browser's own message about a file, whose name is no statement. */
const ofBrowser = /^failed to load resource/i;

/**
 * Reads a line as a statement about telemetry; `undefined` if it is none. A word that `pattern` itself asks for negates nothing.
 */
export function readClaim(text: string, pattern: RegExp): Claim | undefined {
  const line = text.replace(/[\u2018\u2019]/g, "'");
  if (ofBrowser.test(line)) return undefined;
  const match = pattern.exec(line);
  if (!match) return denial.test(line) ? 'denies' : undefined;
  const end = match.index + match[0].length;
  const clauseStart = Math.max(
    0,
    ...[...line.slice(0, match.index).matchAll(/[.;!?\n](?=\s)|, /g)].map((each) => each.index + 1),
  );
  const word = negation.exec(line.slice(clauseStart, end))?.[0];
  const negated = word !== undefined && !new RegExp(`\\b${word}\\b`, 'i').test(pattern.source);
  return negated || takenBack.test(line.slice(end)) ? 'denies' : 'claims';
}
