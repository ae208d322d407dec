import { codeOf, messageOf } from '../base/errors.ts';
import { excerpt } from '../base/safe-text.ts';
import { ProbeError } from '../check/probes.ts';

/** `::1`, 8000 → `[::1]:8000`. */
export function addressText(host: string | undefined, port: number | undefined): string {
  if (!host) return '';
  return `${host.includes(':') ? `[${host}]` : host}:${port ?? ''}`;
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name server does not answer',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'a certificate of the chain is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the issuer of the certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the issuer of the certificate is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
  HPE_HEADER_OVERFLOW: 'the headers are longer than 16 KiB',
  HPE_INVALID_HEADER_TOKEN: 'a header holds a character that HTTP forbids',
  HPE_INVALID_CONSTANT: 'what answers there does not speak HTTP',
  EPROTO: 'what answers there does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what answers there does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what answers there does not speak TLS',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
    'the server refuses HTTP/1.1, and HTTP/2 is not supported here',
};

/** A system or TLS error of a connection → `ProbeError`, with every address that was tried. Never the URL's credentials. */
export function networkError(thrown: unknown, target: string, tried: readonly string[] = []): ProbeError {
  if (thrown instanceof ProbeError) return thrown;
  const parts = thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors : [thrown];
  const code = codeOf(parts[0]) ?? codeOf(thrown) ?? 'FAILED';
  const addresses = parts.map(addressOf).filter((address) => address !== '');
  const all = [...new Set(addresses.length > 0 ? addresses : tried)];
  const reason =
    (speaksHttp2(parts[0]) && http2Alone) ||
    reasons[code] ||
    excerpt(messageOf(parts[0]).split('\n')[0]!, 300);
  const where = all.length > 0 ? `${target} (tried ${all.join(', ')})` : target;
  return new ProbeError(
    code,
    `${where}: ${code}, ${reason}`,
    all.length > 0 ? { tried: all.join(', ') } : {},
  );
}

const http2Alone = 'the server speaks HTTP/2 alone, which is not supported here';

/** True for the parser's error about the SETTINGS frame (RFC 9113, 6.5) with which a server of HTTP/2 begins. */
function speaksHttp2(error: unknown): boolean {
  const { rawPacket } = (error ?? {}) as { rawPacket?: unknown };
  if (!Buffer.isBuffer(rawPacket) || rawPacket.length < 9) return false;
  return rawPacket[3] === 4 && rawPacket.readUInt32BE(5) === 0;
}

function addressOf(error: unknown): string {
  const { address, port } = (error ?? {}) as { address?: unknown; port?: unknown };
  return typeof address === 'string' ? addressText(address, typeof port === 'number' ? port : undefined) : '';
}
