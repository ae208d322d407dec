/** Opens connections. */
export interface TcpProbe {
  /** Connects and closes. Rejects with the error of the system as code: `ECONNREFUSED`. */
  connect(target: {
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
  /** No such name is a result: no records. */
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
