/** Configuration that the server embeds in the page as JSON. */
export interface BrowserConfig {
  appName: string;
  apiUrl: string;
  serviceName: string;
  telemetryDisabled: boolean;
  /** Whether the server passes spans on to a collector; else they go to the console. */
  exportSpans: boolean;
  /** The server's span of this page: the page's first requests belong to its trace. Absent without telemetry. */
  traceparent?: string;
}
