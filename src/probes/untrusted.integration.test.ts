import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ProbeError } from '../check/probes.ts';
import { makeAuthority, opensslMissing, type TestAuthority } from '../testing/certificates.ts';
import { testProbeContext } from '../testing/probe-context.ts';
import { createProbe } from './index.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Row 11 of the faults: expired, self-signed, for another host. */
describe.skipIf(opensslMissing)(
  `a certificate${opensslMissing ? ` (skipped: ${opensslMissing})` : ''}`,
  () => {
    let authority: TestAuthority;
    beforeAll(() => {
      authority = makeAuthority();
    });
    afterAll(() => authority.remove());

    async function serve(options: https.ServerOptions): Promise<number> {
      const server = https.createServer(options, (request, response) => {
        const { authorized } = request.socket as unknown as { authorized: boolean };
        response.end(authorized ? 'known' : 'ok');
      });
      server.on('tlsClientError', () => {});
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      cleanups.push(() => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      });
      return (server.address() as AddressInfo).port;
    }

    function context() {
      const made = testProbeContext();
      cleanups.push(() => made.close());
      return made;
    }

    const cases = [
      ['expired', { days: -1 }, 'CERT_HAS_EXPIRED', 'the certificate has expired'],
      [
        'for another host',
        { name: 'other.example' },
        'ERR_TLS_CERT_ALTNAME_INVALID',
        'the certificate is for another host',
      ],
    ] as const;

    test.each(cases)('%s: an HTTP request fails with the reason', async (_name, what, code, reason) => {
      const port = await serve(authority.issue(what));
      const http = await createProbe('http', context());
      const { caFile } = authority;
      const error = await http
        .request({ url: `https://localhost:${port}/`, tls: { caFile } })
        .catch((each) => each);
      expect(error).toBeInstanceOf(ProbeError);
      expect(error).toMatchObject({ code, message: expect.stringContaining(reason) });
      const insecure = { url: `https://localhost:${port}/`, tls: { allowUntrusted: true } };
      expect((await http.request(insecure)).body).toBe('ok');
    });

    test.each(cases)('%s: is shown with the reason', async (_name, what, code) => {
      const port = await serve(authority.issue(what));
      const tls = await createProbe('tls', context());
      const seen = await tls.inspect({ host: 'localhost', port, caFile: authority.caFile });
      expect(seen).toMatchObject({ authorized: false, authorizationError: code });
      if (code === 'CERT_HAS_EXPIRED') expect(seen.daysLeft).toBeLessThan(0);
    });

    test('of an authority that is trusted, for the host: is taken; of one that is not: refused', async () => {
      const port = await serve(authority.issue());
      const http = await createProbe('http', context());
      const tls = await createProbe('tls', context());
      const url = `https://localhost:${port}/`;
      const { caFile } = authority;
      expect((await http.request({ url, tls: { caFile } })).body).toBe('ok');
      expect(await tls.inspect({ host: 'localhost', port, caFile })).toMatchObject({ authorized: true });
      await expect(http.request({ url })).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
      expect(
        await tls.inspect({ host: 'localhost', port, serverName: 'elsewhere.example', caFile }),
      ).toMatchObject({
        authorized: false,
        authorizationError: 'ERR_TLS_CERT_ALTNAME_INVALID',
      });
    });

    test('of the client is shown where it is given', async () => {
      const { key, cert } = authority.issue();
      const port = await serve({ key, cert, ca: [await ca()], requestCert: true, rejectUnauthorized: false });
      const http = await createProbe('http', context());
      const { caFile } = authority;
      const { certFile, keyFile } = authority.issue({ name: 'client.example' });
      const url = `https://localhost:${port}/`;
      expect((await http.request({ url, tls: { caFile } })).body).toBe('ok');
      expect((await http.request({ url, tls: { caFile, certFile, keyFile } })).body).toBe('known');
    });

    async function ca(): Promise<Buffer> {
      const { readFile } = await import('node:fs/promises');
      return readFile(authority.caFile);
    }
  },
);
