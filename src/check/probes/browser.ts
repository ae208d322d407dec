export interface BrowserVisit {
  status: number;
  title: string;
  /** Visible text, cut at 64 KiB. */
  text: string;
  html: string;
  console: { type: string; text: string }[];
  /** Uncaught errors. */
  pageErrors: string[];
  requests: {
    url: string;
    method: string;
    resourceType: string;
    headers: Record<string, string>;
    status?: number;
    responseHeaders?: Record<string, string>;
    failure?: string;
    /** In a read-only run: it could have written, and was not sent. */
    blocked?: boolean;
  }[];
  /** Path of the PNG, below the run's artifacts. */
  screenshot?: string;
  durationMs: number;
}

/** Opens pages in a real browser and records what they do. */
export interface BrowserProbe {
  available(): Promise<{ available: boolean; browser: string; enable?: string }>;
  visit(visit: {
    url: string;
    /** Ends once this text is on the page, this console text was seen, and the network is quiet. */
    untilText?: string;
    untilConsole?: string;
    /** Requests to wait for: part of a URL. */
    untilRequest?: string;
    screenshot?: string;
  }): Promise<BrowserVisit>;
}
