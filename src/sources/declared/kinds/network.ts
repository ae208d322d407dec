import { described, integer, v } from '../../../base/schema.ts';
import { attempt, fact } from '../../../check/exchange.ts';
import { defineKind } from '../kind.ts';

const port = described(integer(1, 65_535), 'Port');

export const tcpKind = defineKind({
  name: 'tcp',
  about: 'Whether a TCP connection can be opened',
  needs: ['tcp'],
  target: {
    host: described(v.string(), 'Name or address'),
    port,
    family: described(v.optional(v.union([v.literal(4), v.literal(6)])), 'Only IPv4, or only IPv6'),
    'local-address': described(v.optional(v.string()), 'Address of this machine to connect from'),
  },
  attributes: {
    reachable: 'Whether the connection opens',
    address: 'The address that was reached',
    'duration-ms': 'Milliseconds until it was open',
  },
  isBounded: () => true,
  title: ({ host, port: at }) => `TCP ${host}:${at}`,
  async observe({ target, probes: { tcp } }) {
    const { host, port: at, family, 'local-address': fromAddress } = target;
    const { value, failure } = await attempt(
      tcp.connect({
        host,
        port: at,
        ...(family ? { family } : {}),
        ...(fromAddress ? { fromAddress } : {}),
      }),
    );
    return {
      attributes: {
        reachable: value !== undefined,
        address: value?.address,
        'duration-ms': value?.durationMs,
      },
      examined: { count: 1, what: 'connection' },
      evidence: [fact(`${host}:${at}`, value ? `connected to ${value.address}` : (failure?.message ?? ''))],
      ...(failure ? { failure } : {}),
    };
  },
});

export const dnsKind = defineKind({
  name: 'dns',
  about: 'What a name resolves to',
  needs: ['dns'],
  target: {
    name: described(v.string(), 'Name to resolve'),
    type: described(
      v.optional(
        v.picklist(['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT', 'any-address']),
        'any-address',
      ),
      'Record type; any-address asks the system, hosts file included',
    ),
    server: described(v.optional(v.string()), 'Address of the name server'),
    'trailing-dot': described(
      v.optional(v.boolean(), false),
      'Names in records end with a dot, as name servers write them',
    ),
  },
  attributes: {
    resolvable: 'Whether it resolves',
    addrs: 'The records',
    'duration-ms': 'Milliseconds until the answer',
  },
  presence: 'resolvable',
  isBounded: () => true,
  title: ({ name, type }) => `DNS ${type === 'any-address' ? '' : `${type} `}${name}`,
  async observe({ target, probes: { dns } }) {
    const { name, type, server, 'trailing-dot': trailingDot } = target;
    const { value, failure } = await attempt(
      dns.resolve({ name, type, ...(server ? { server } : {}), ...(trailingDot ? { trailingDot } : {}) }),
    );
    return {
      attributes: {
        // A name server that does not answer says nothing of the name.
        resolvable: value ? value.records.length > 0 : saysNo.has(failure.code) ? false : undefined,
        addrs: value?.records,
        'duration-ms': value?.durationMs,
      },
      examined: { count: 1, what: 'name' },
      evidence: [fact(name, value ? value.records.join(', ') : (failure?.message ?? ''))],
      ...(failure ? { failure } : {}),
    };
  },
});

const saysNo = new Set(['ENOTFOUND', 'ENODATA', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME']);

export const tlsKind = defineKind({
  name: 'tls',
  about: 'The certificate that a server shows',
  needs: ['tls'],
  target: {
    host: described(v.string(), 'Name or address'),
    port: v.optional(port, 443),
    'server-name': described(v.optional(v.string()), 'Name to ask for; default: the host'),
    'ca-file': described(v.optional(v.string()), 'PEM file of the authorities to trust'),
  },
  attributes: {
    authorized: 'Whether the certificate is trusted for the name',
    reason: 'Why it is not: `CERT_HAS_EXPIRED`',
    protocol: '`TLSv1.3`',
    cipher: 'Cipher suite',
    subject: 'Subject',
    issuer: 'Issuer',
    names: 'Subject alternative names',
    'days-left': 'Days until it expires',
    fingerprint: 'SHA-256',
  },
  title: ({ host, port: at }) => `TLS ${host}:${at}`,
  async observe({ target, probes: { tls } }) {
    const { host, port: at, 'server-name': serverName, 'ca-file': caFile } = target;
    const { value, failure } = await attempt(
      tls.inspect({ host, port: at, ...(serverName ? { serverName } : {}), ...(caFile ? { caFile } : {}) }),
    );
    return {
      attributes: {
        authorized: value?.authorized,
        reason: value?.authorizationError ?? (value ? '' : undefined),
        protocol: value?.protocol,
        cipher: value?.cipher,
        subject: value?.subject,
        issuer: value?.issuer,
        names: value?.subjectAltNames,
        'days-left': value?.daysLeft,
        fingerprint: value?.fingerprint256,
      },
      examined: { count: 1, what: 'certificate' },
      evidence: [
        fact(`${host}:${at}`, value ? `${value.subject}, until ${value.validTo}` : (failure?.message ?? '')),
      ],
      ...(failure ? { failure } : {}),
    };
  },
});

/** A local port, as the kernel lists it: what goss calls `port`. */
export const portKind = defineKind({
  name: 'port',
  about: 'Whether something on this machine listens on a port (Linux)',
  needs: ['file'],
  target: {
    port,
    protocol: described(
      v.optional(v.picklist(['tcp', 'tcp6', 'udp', 'udp6']), 'tcp'),
      'Table that is looked into',
    ),
  },
  attributes: { listening: 'Whether something listens', ip: 'Addresses that it listens on' },
  presence: 'listening',
  title: ({ protocol, port: at }) => `port ${protocol}:${at}`,
  async observe({ target: { protocol, port: at }, probes: { file } }) {
    const { value, failure } = await attempt(
      file.read({ path: `/proc/net/${protocol}`, maxBytes: 16 * 1024 * 1024 }),
    );
    const listening = protocol.startsWith('tcp') ? '0A' : '07';
    const addresses = (value?.text ?? '')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(
        (fields) => fields[3] === listening && Number.parseInt(fields[1]?.split(':')[1] ?? '', 16) === at,
      )
      .map((fields) => ipOf(fields[1]!.split(':')[0]!));
    const ip = [...new Set(addresses)];
    const seen = failure?.message ?? (ip.join(', ') || 'nothing listens');
    return {
      attributes: failure ? {} : { listening: ip.length > 0, ip },
      examined: { count: 1, what: 'table of sockets' },
      evidence: [fact(`${protocol}:${at}`, seen)],
      ...(failure ? { failure } : {}),
    };
  },
});

/** The kernel writes addresses as hexadecimal words in the byte order of the machine. */
function ipOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) =>
    word
      .match(/../g)!
      .reverse()
      .map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[2 * index]! << 8) | bytes[2 * index + 1]!).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
