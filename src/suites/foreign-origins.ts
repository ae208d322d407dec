import { isIP } from 'node:net';

/** An origin that must not be allowed. */
export interface ForeignOrigin {
  origin: string;
  /** Its relation to the allowed origin: `that ends as the allowed one`. */
  relation: string;
}

/**
 * Returns origins that resemble the allowed one and that careless comparisons take for it: by prefix, by suffix, by an
 * unescaped pattern, without scheme or port. Only such that a browser can send.
 */
export function lookAlikesOf(allowed: string): ForeignOrigin[] {
  if (!URL.canParse(allowed)) return [];
  const { protocol, hostname, port } = new URL(allowed);
  const at = port ? `:${port}` : '';
  const named = isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
  const other = protocol === 'https:' ? 'http:' : 'https:';
  const candidates: [relation: string, origin: string, onlyNamed?: boolean][] = [
    ['that begins as the allowed one', `${protocol}//${hostname}.foreign.example${at}`],
    ['that ends as the allowed one', `${protocol}//foreign${hostname}${at}`, true],
    ['that is a subdomain of the allowed one', `${protocol}//foreign.${hostname}${at}`, true],
    ['that differs by a dot', `${protocol}//${hostname.replace('.', 'x')}${at}`, true],
    ['of the other scheme', `${other}//${hostname}${at}`],
    ['of another port', `${protocol}//${hostname}:${port === '8443' ? 9443 : 8443}`],
    ['whose port begins as the allowed one', `${protocol}//${hostname}${at}${port && '1'}`],
  ];
  return candidates
    .filter(([, , onlyNamed]) => named || !onlyNamed)
    .filter(([, origin]) => origin !== allowed && URL.canParse(origin) && new URL(origin).origin === origin)
    .map(([relation, origin]) => ({ relation, origin }));
}

/** The origin of sandboxed frames, local files and redirected requests: any page can send it. */
export const nullOrigin: ForeignOrigin = { origin: 'null', relation: 'of sandboxed pages' };
