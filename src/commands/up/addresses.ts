import { maskUrl } from '../../base/redact.ts';
import { besideText } from '../../reporters/wrap-text.ts';
import type { Endpoints } from '../../runtimes/runtime.ts';
import type { Output } from '../invocation.ts';
import { styleFor } from '../style.ts';

/** Where a person finds the stack. */
export function addresses(output: Output, endpoints: Endpoints): string {
  const style = styleFor(output);
  const { apiUrl, webUrl, databaseUrl, cacheUrl, otlpUrl } = masked(endpoints);
  const rows = [
    ['web', webUrl],
    ['api', apiUrl],
    ['database', databaseUrl],
    ['cache', cacheUrl],
    ...(otlpUrl ? [['telemetry', otlpUrl] as const] : []),
  ] as const;
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
