/** Settings of the web app. Only NEXT_PUBLIC_* are sent to the browser. */
export interface WebSettings {
  host: string;
  port: number;
  serviceName: string;
  environment: string;
  appName: string;
  apiUrl: string;
  log: { level: string; format: string };
  telemetry: { disabled: boolean; exporters: string | undefined; otlpEndpoint: string | undefined };
}

export function readWebSettings(env: Readonly<Record<string, string | undefined>>): WebSettings {
  const text = (name: string, fallback: string) => env[name]?.trim() || fallback;
  const port = Number(text('PORT', '3000'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('PORT must be a whole number from 0 to 65535');
  const apiUrl = text('NEXT_PUBLIC_API_URL', 'http://localhost:8000');
  if (!/^https?:$/.test(URL.canParse(apiUrl) ? new URL(apiUrl).protocol : '')) {
    throw new Error('NEXT_PUBLIC_API_URL must be a URL with http: or https:');
  }
  return {
    host: text('HOST', '127.0.0.1'),
    port,
    serviceName: text('OTEL_SERVICE_NAME', text('SERVICE_NAME', 'meatymusic-web')),
    environment: text('NODE_ENV', 'development'),
    appName: text('NEXT_PUBLIC_APP_NAME', 'MeatyMusic'),
    apiUrl: apiUrl.replace(/\/+$/, ''),
    log: { level: text('LOG_LEVEL', 'info'), format: text('LOG_FORMAT', 'json') },
    telemetry: {
      disabled: env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true',
      exporters: env.OTEL_TRACES_EXPORTER?.trim() || undefined,
      otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim() || undefined,
    },
  };
}
