import { excerpt } from '../base/safe-text.ts';
import type { Evidence } from '../check/evidence.ts';
import { withoutCredentials } from '../check/exchange.ts';

/** Evidence is kept for every check of a run and shown to people: enough to judge by, and no more. */
const limits = { characters: 2048, rows: 20, lines: 50, spans: 200, items: 50 };

export function compactEvidence(evidence: readonly Evidence[]): Evidence[] {
  return evidence.slice(0, limits.items).map(compact);
}

function compact(item: Evidence): Evidence {
  switch (item.kind) {
    case 'fact':
      return { ...item, value: cut(item.value) };
    case 'http': {
      const exchange = withoutCredentials(item.exchange);
      const { response } = exchange;
      if (!response) return { ...item, exchange };
      return { ...item, exchange: { ...exchange, response: { ...response, body: cut(response.body) } } };
    }
    case 'query':
      return { ...item, statement: cut(item.statement), rows: item.rows.slice(0, limits.rows) };
    case 'lines':
      return {
        ...item,
        lines: item.lines.slice(0, limits.lines).map(({ number, text }) => ({ number, text: cut(text) })),
      };
    case 'spans':
      return { ...item, spans: item.spans.slice(0, limits.spans) };
    case 'file':
      return item;
  }
}

/** A copy, so that the cut text does not keep the whole in memory. */
function cut(text: string): string {
  const shown = excerpt(text, limits.characters);
  return shown === text ? text : `${Buffer.from(shown).toString()} (${text.length} characters)`;
}
