/** Certificates for real TLS servers, created by openssl: an authority, and certificates that it signs. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** For `describe.skipIf(...)`: why the tests cannot run here. */
export const opensslMissing: string | undefined =
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'needs openssl on the PATH';

export interface TestAuthority {
  caFile: string;
  /** Default: for localhost and two days. */
  issue(what?: { name?: string; days?: number }): {
    key: Buffer;
    cert: Buffer;
    keyFile: string;
    certFile: string;
  };
  remove(): void;
}

export function makeAuthority(): TestAuthority {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-certificates-'));
  const at = (name: string) => path.join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
  );
  let count = 0;
  return {
    caFile: at('ca.pem'),
    issue({ name = 'localhost', days = 2 } = {}) {
      const [key, request, cert, names] = ['key', 'csr', 'pem', 'ext'].map((end) => `${++count}.${end}`) as [
        string,
        string,
        string,
        string,
      ];
      writeFileSync(at(names), `subjectAltName=DNS:${name}\n`);
      openssl('req', '-new', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
      openssl(
        'x509',
        '-req',
        '-in',
        request,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        String(days),
        '-extfile',
        names,
        '-out',
        cert,
      );
      return {
        key: readFileSync(at(key)),
        cert: readFileSync(at(cert)),
        keyFile: at(key),
        certFile: at(cert),
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
