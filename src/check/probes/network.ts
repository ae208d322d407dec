/** Opens connections. */
export interface TcpProbe {
  /**
   * Connects and closes. Resolves to the `address:port` that was reached and the milliseconds until it was open. Rejects with a
   * `ProbeError` whose code is the error of the system: `ECONNREFUSED`.
   */
  connect(target: {
    /** Name or address; IPv6 without brackets. */
    host: string;
    port: number;
    /** Only addresses of this family. Default: of any. */
    family?: 4 | 6;
    /** Address of this machine to connect from. Default: as the system chooses. */
    fromAddress?: string;
  }): Promise<{ address: string; durationMs: number }>;
}

/** A question to a name server. */
export interface DnsQuery {
  /** Name to resolve. */
  name: string;
  /** Default `any-address`: as the system resolves it, hosts file included. */
  type?: 'A' | 'AAAA' | 'CAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SRV' | 'TXT' | 'any-address';
  /** Address of the name server to ask, with or without a port. Default: those of the system. */
  server?: string;
  /** Names in records end with a dot, as name servers write them. Default false. */
  trailingDot?: boolean;
}

/** Resolves names. */
export interface DnsProbe {
  /** Resolves to the records as text and the milliseconds until the answer. A name that does not exist has no records. */
  resolve(query: DnsQuery): Promise<{ records: string[]; durationMs: number }>;
}

/** Reads certificates. */
export interface TlsProbe {
  /** Resolves also for a certificate that is not trusted. */
  inspect(target: {
    host: string;
    port: number;
    /** Name to send and to expect. Default: `host`. */
    serverName?: string;
    /** PEM file of the authorities to trust instead of the system's. */
    caFile?: string;
  }): Promise<{
    /** Whether the certificate is trusted for the name. */
    authorized: boolean;
    /** Why the certificate is not trusted: `CERT_HAS_EXPIRED`. */
    authorizationError?: string;
    /** `TLSv1.3`. */
    protocol: string;
    /** `TLS_AES_256_GCM_SHA384`. */
    cipher: string;
    subject: string;
    issuer: string;
    /** `DNS:api.example`, `IP Address:127.0.0.1`. */
    subjectAltNames: string[];
    /** ISO 8601. */
    validFrom: string;
    /** ISO 8601. */
    validTo: string;
    /** Whole days until `validTo`; negative: it has expired. */
    daysLeft: number;
    /** SHA-256 in hexadecimal digits, separated by colons. */
    fingerprint256: string;
  }>;
}
