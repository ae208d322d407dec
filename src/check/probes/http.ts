export type { HttpExchange } from '../evidence.ts';

/** A request of the probe `http`. */
export interface HttpRequest {
  /** Absolute, http or https. User information in it becomes an `Authorization` header. */
  url: string;
  /** Default `GET`. */
  method?: string;
  /** By name, in any case. */
  headers?: Record<string, string>;
  /** Further header lines, for a name that comes again. */
  moreHeaders?: [name: string, value: string][];
  /** Default: none. */
  body?: string;
  /** Default: the rest of the attempt. */
  timeoutMs?: number;
  /** Default 1 MiB, counted after decompression; more rejects with `BODY_TOO_LARGE`. */
  maxBodyBytes?: number;
  /** Loopback address to send from, where what is asked counts by client address; ignored for a service elsewhere. */
  fromAddress?: string;
  /** For https; files are PEM. */
  tls?: {
    /** Trusted instead of the system's authorities. */
    caFile?: string;
    /** Certificate of the client. Default: none is shown. */
    certFile?: string;
    /** Private key of `certFile`. */
    keyFile?: string;
    /** Takes whatever certificate the server shows. */
    allowUntrusted?: boolean;
  };
}

/** A response with any status; redirects are not followed. */
export interface HttpResponse {
  status: number;
  /** Names in lower case; a header that was sent several times is joined with `, `. */
  headers: Record<string, string>;
  /** In the order and case of the wire, duplicates kept. */
  rawHeaders: [name: string, value: string][];
  /** Decompressed and decoded as text. */
  body: string;
  /** Size of the whole body in bytes. */
  bodyBytes: number;
  /** The address that was really dialled: `[::1]:8000`. */
  address: string;
  /** Milliseconds until the body was complete. */
  durationMs: number;
}

/** Sends HTTP requests. */
export interface HttpProbe {
  /** Resolves to the response, whatever its status. Redirects are not followed. Rejects with a `ProbeError` without a response. */
  request(request: HttpRequest): Promise<HttpResponse>;
}
