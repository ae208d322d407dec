import { isIP } from 'node:net';

const loopback = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1)$/;
const wildcard = new Set(['0.0.0.0', '::']);

/**
 * Returns a predicate for the `Host` of a request or the `:authority` of a call: true where it names the receiver. A
 * page of a name that was made to resolve to this machine (DNS rebinding) has another one.
 * `host` is the address that the receiver is bound to, `names` are those under which others know it.
 */
export function createHostGuard(host: string, names: readonly string[] = []) {
  return (authority: string | undefined): boolean => {
    const asked = hostnameOf(authority);
    if (asked === undefined) return false;
    if (loopback.test(asked) || asked === host || names.includes(asked)) return true;
    // Bound to every address of its machine, it may be asked for by each of them; an address cannot be rebound.
    return wildcard.has(host) && isIP(asked) !== 0;
  };
}

/** Lower case, without port and brackets; `undefined` where it is no host. */
function hostnameOf(authority: string | undefined): string | undefined {
  const [, address, name] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(authority ?? '') ?? [];
  return (address ?? name)?.toLowerCase().replace(/\.$/, '');
}
