import { readFileSync } from 'node:fs';
import tls, { type DetailedPeerCertificate } from 'node:tls';
import { messageOf } from '../base/errors.ts';
import { ProbeError } from '../check/probes.ts';
import { budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { lookupOf, startNameService } from './lookup.ts';
import { addressText, networkError } from './network-error.ts';

/** Looks at a certificate without sending anything through the connection, so it may be looked at when it is not trusted. */
export function createTlsProbe(context: ProbeContext): ClosableProbe<'tls'> {
  const lookup = lookupOf(context);
  return {
    async inspect({ host, port, serverName, caFile }) {
      await startNameService(context, host);
      const target = addressText(host, port);
      const name = serverName ?? host;
      return new Promise((resolve, reject) => {
        let dialled = false;
        const budget = budgetOf(context, () =>
          dialled ? `no TLS handshake with ${target}` : `no address for the name ${host}`,
        );
        const socket = tls.connect({
          host: host.replace(/^\[|\]$/g, ''),
          port,
          lookup,
          rejectUnauthorized: false,
          ...(caFile ? { ca: readPem(caFile) } : {}),
          ...(/^[\d.]+$|:/.test(name) ? {} : { servername: name }),
        });
        socket.once('connectionAttempt', () => {
          dialled = true;
        });
        let unwatch = () => {};
        const fail = (error: unknown) => {
          unwatch();
          socket.destroy();
          reject(networkError(error, target));
        };
        // An attempt that is over already calls back at once.
        unwatch = budget.watch(fail);
        socket.on('error', fail);
        socket.once('secureConnect', () => {
          unwatch();
          const certificate = socket.getPeerCertificate(true);
          const wrongHost = tls.checkServerIdentity(name, certificate) as NodeJS.ErrnoException | undefined;
          const reason = socket.authorizationError
            ? String(codeOf(socket.authorizationError))
            : wrongHost?.code;
          const protocol = socket.getProtocol() ?? '';
          const cipher = socket.getCipher()?.standardName ?? '';
          socket.destroy();
          resolve({
            authorized: reason === undefined,
            ...(reason ? { authorizationError: reason } : {}),
            protocol,
            cipher,
            ...factsOf(certificate, context.clock.now()),
          });
        });
      });
    },
  };
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ProbeError('NO_CA_FILE', `${file}: ${messageOf(error)}`);
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code ?? error;
}

function factsOf(certificate: DetailedPeerCertificate, nowMs: number) {
  const validTo = new Date(certificate.valid_to);
  const names = (subject: object | undefined) =>
    Object.entries(subject ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(', ');
  return {
    subject: names(certificate.subject),
    issuer: names(certificate.issuer),
    subjectAltNames: (certificate.subjectaltname ?? '').split(', ').filter((part) => part !== ''),
    validFrom: new Date(certificate.valid_from).toISOString(),
    validTo: validTo.toISOString(),
    daysLeft: Math.floor((validTo.getTime() - nowMs) / 86_400_000),
    fingerprint256: certificate.fingerprint256,
  };
}
