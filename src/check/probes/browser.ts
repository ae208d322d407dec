/** The record of a visit to a page. */
export interface BrowserVisit {
  /** Status code of the document. */
  status: number;
  title: string;
  /** Visible text, cut at 64 KiB. */
  text: string;
  /** Document at the end of the visit, after its scripts ran. */
  html: string;
  /** Lines of the console in their order; `type` is `log`, `info`, `warning`, `error`, `debug`, … */
  console: { type: string; text: string }[];
  /** Uncaught errors. */
  pageErrors: string[];
  requests: {
    url: string;
    method: string;
    /** As the browser classifies it: `document`, `script`, `fetch`, `xhr`, `image`, … */
    resourceType: string;
    /** Headers that were sent, names in lower case. */
    headers: Record<string, string>;
    /** Absent: there was no response. */
    status?: number;
    /** Names in lower case. Absent: there was no response. */
    responseHeaders?: Record<string, string>;
    /** Why there was no response, as the browser says it: `net::ERR_CONNECTION_REFUSED`. */
    failure?: string;
    /** In a read-only run: it could have written, and was not sent. */
    blocked?: boolean;
  }[];
  /** Path of the PNG, below the run's artifacts. */
  screenshot?: string;
  /** Milliseconds of the whole visit. */
  durationMs: number;
}

/** Opens pages in a real browser and records what they do. */
export interface BrowserProbe {
  /** Whether there is a browser to drive, and its name. */
  available(): Promise<{
    available: boolean;
    /** Path of the program, or why there is none. */
    browser: string;
    /** How to make it available. Absent: it is. */
    enable?: string;
  }>;
  /** Opens a page, and rejects with a `ProbeError` when it does not get that far within the attempt. */
  visit(visit: {
    /** Absolute address of the page. */
    url: string;
    /** The visit waits for this text on the page. Default: for none. Each visit also waits until the network is quiet. */
    untilText?: string;
    /** The visit waits for this text in the console. Default: for none. */
    untilConsole?: string;
    /** The visit waits for a request whose URL contains this. Default: for none. */
    untilRequest?: string;
    /** Name of the PNG to take at the end. Default: none is taken. */
    screenshot?: string;
  }): Promise<BrowserVisit>;
}
