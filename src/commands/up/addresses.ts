import { maskUrl } from '../../base/secret-places.ts';
import { besideText } from '../../base/wrap-text.ts';
import type { ServiceName } from '../../check/stack.ts';
import type { Endpoints } from '../../runtimes/runtime.ts';
import type { Output } from '../invocation.ts';
import { styleFor } from '../style.ts';

/** Where a person finds the stack: what is switched off has no address. */
export function addresses(
  output: Pick<Output, 'color' | 'columns'>,
  endpoints: Endpoints,
  services: Readonly<Record<ServiceName, { enabled: boolean }>>,
): string {
  const style = styleFor(output);
  const { apiUrl, webUrl, databaseUrl, cacheUrl, otlpUrl } = masked(endpoints);
  const all: [ServiceName, string][] = [
    ['web', webUrl],
    ['api', apiUrl],
    ['database', databaseUrl],
    ['cache', cacheUrl],
  ];
  const rows = [
    ...all.filter(([name]) => services[name].enabled),
    ...(otlpUrl ? [['telemetry', otlpUrl] as const] : []),
  ];
  const lines = rows.flatMap(([name, url]) =>
    besideText(`  ${name.padEnd(10)} `, url, output.columns, style.link),
  );
  return `\n${lines.join('\n')}\n`;
}

/** The addresses without their passwords. */
export function masked(endpoints: Endpoints): Endpoints {
  const { apiUrl, webUrl, databaseUrl, cacheUrl, otlpUrl } = endpoints;
  return {
    apiUrl: maskUrl(apiUrl),
    webUrl: maskUrl(webUrl),
    databaseUrl: maskUrl(databaseUrl),
    cacheUrl: maskUrl(cacheUrl),
    ...(otlpUrl ? { otlpUrl: maskUrl(otlpUrl) } : {}),
  };
}
