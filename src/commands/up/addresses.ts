import { type Endpoint, urlOf } from '../../base/endpoint.ts';
import { maskUrl } from '../../base/secret-places.ts';
import { besideText } from '../../base/wrap-text.ts';
import type { Endpoints } from '../../runners/runtime.ts';
import type { Output } from '../invocation.ts';
import { styleFor } from '../style.ts';

/** Where a person finds the stack: what is switched off or does not run has no address. */
export function addresses(
  output: Pick<Output, 'color' | 'columns'>,
  endpoints: Endpoints,
  { showSecrets = false } = {},
): string {
  const style = styleFor(output);
  const { web, api, database, cache, ...others } = showSecrets ? endpoints : masked(endpoints);
  const lines = Object.entries({ web, api, database, cache, ...others }).flatMap(([name, endpoint]) => {
    const url = urlOf(endpoint);
    if (url === undefined) return [];
    const label = `  ${name.padEnd(10)} `;
    // As it is, for a person or a script that copies it: neither redacted nor folded.
    return showSecrets ? [label + url] : besideText(label, url, output.columns, style.link);
  });
  return `\n${lines.join('\n')}\n`;
}

/** The addresses without their passwords. */
export function masked(endpoints: Endpoints): Endpoints {
  const mask = (endpoint: Endpoint): Endpoint =>
    'url' in endpoint ? { url: maskUrl(endpoint.url) } : endpoint;
  return Object.fromEntries(
    Object.entries(endpoints).map(([name, endpoint]) => [name, mask(endpoint)]),
  ) as Endpoints;
}
