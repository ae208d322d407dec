import type { Evidence } from '../check/evidence.ts';
import type { CheckResult } from '../check/result.ts';

/** Headers whose value is a decision of the service; others differ at each request. */
const comparedHeaders =
  /^(server|x-powered-by|via|content-type|cache-control|vary|allow|location|www-authenticate|content-security-policy.*|strict-transport-security|referrer-policy|permissions-policy|x-frame-options|x-content-type-options|cross-origin-.*|access-control-.*|ratelimit-policy|api-version|.*-version)$/;
/** Facts that are no measurement. */
const comparedFacts = /version|schema|migration|column|table|extension|drift|applied|lock file/i;
/** Whether they are sent depends on the moment or the connection. */
const volatileHeaders =
  /^(date|age|etag|connection|keep-alive|content-length|transfer-encoding|set-cookie|retry-after|.*(trace|request|correlation).*|x-ratelimit-.*|ratelimit.*)$/;

/** Returns what the evidence of two results of a check shows of the service, and that differs: status, headers, shape of JSON, versions. */
export function diffEvidence(before: CheckResult, after: CheckResult): string[] {
  const old = propertiesOf(before.evidence);
  const now = propertiesOf(after.evidence);
  const items = new Set([...now.keys()].filter((label) => old.has(label)));
  return [...items].flatMap((label) => {
    const [a, b] = [old.get(label) as Properties, now.get(label) as Properties];
    return [...new Set([...a.keys(), ...b.keys()])].flatMap((name) => {
      const [was, is] = [a.get(name), b.get(name)];
      if (was === is) return [];
      if (was === undefined) return [`${label}: ${name} is new${is ? `: ${is}` : ''}`];
      if (is === undefined) return [`${label}: ${name} is gone${was ? `, it was ${was}` : ''}`];
      return [`${label}: ${name} was ${was}, is ${is}`];
    });
  });
}

type Properties = Map<string, string>;

/** By the kind and label of the evidence; where several have the same, by their number as well. */
function propertiesOf(evidence: readonly Evidence[]): Map<string, Properties> {
  const all = new Map<string, Properties>();
  for (const item of evidence) {
    let label = item.label;
    for (let number = 2; all.has(label); number++) label = `${item.label} (${number})`;
    all.set(label, new Map(pairsOf(item)));
  }
  return all;
}

function pairsOf(item: Evidence): [string, string][] {
  if (item.kind === 'fact') return comparedFacts.test(item.label) ? [['value', item.value]] : [];
  if (item.kind === 'query') return [...shapeOf(item.rows[0], 'row')];
  if (item.kind !== 'http' || !item.exchange.response) return [];
  const { status, headers, body } = item.exchange.response;
  const sent = Object.entries(headers).filter(([name]) => !volatileHeaders.test(name));
  return [
    ['status', String(status)],
    ...sent.map(([name, value]): [string, string] => [
      `header ${name}`,
      comparedHeaders.test(name) ? value : '',
    ]),
    ...shapeOf(parse(body), 'body'),
  ];
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // No JSON, or an excerpt of it.
    return undefined;
  }
}

const maxDepth = 8;

/** Yields the type of each field of JSON; a list has the shape of its first item. */
function* shapeOf(value: unknown, at: string, depth = 0): Generator<[string, string]> {
  if (value === undefined || depth > maxDepth) return;
  if (Array.isArray(value)) yield* shapeOf(value[0], `${at}[]`, depth + 1);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) yield* shapeOf(child, `${at}.${key}`, depth + 1);
  } else yield [at, value === null ? 'null' : typeof value];
}
