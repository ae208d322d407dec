/** Opens connections. */
export interface TcpProbe {
  connect(target: {
    host: string;
    port: number;
    /** Only addresses of this family. */
    family?: 4 | 6;
    /** Address of this machine to connect from. */
    fromAddress?: string;
  }): Promise<{ address: string; durationMs: number }>;
}

export interface DnsQuery {
  name: string;
  /** Default `any-address`: as the system resolves it, hosts file included. */
  type?: 'A' | 'AAAA' | 'CAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SRV' | 'TXT' | 'any-address';
  /** Address of the name server to ask, with or without a port. */
  server?: string;
  /** Names in records end with a dot, as name servers write them. */
  trailingDot?: boolean;
}

/** Resolves names. */
export interface DnsProbe {
  resolve(query: DnsQuery): Promise<{ records: string[]; durationMs: number }>;
}

/** Reads certificates. */
export interface TlsProbe {
  inspect(target: {
    host: string;
    port: number;
    serverName?: string;
    /** PEM file of the authorities to trust instead of the system's. */
    caFile?: string;
  }): Promise<{
    authorized: boolean;
    /** Why the certificate is not trusted: `CERT_HAS_EXPIRED`. */
    authorizationError?: string;
    protocol: string;
    cipher: string;
    subject: string;
    issuer: string;
    subjectAltNames: string[];
    /** ISO 8601. */
    validFrom: string;
    validTo: string;
    daysLeft: number;
    fingerprint256: string;
  }>;
}
