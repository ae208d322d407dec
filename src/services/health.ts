/** How a service is asked whether it works. */
export type Health =
  | { kind: 'http'; path: string }
  | { kind: 'postgres' }
  | { kind: 'redis' }
  | { kind: 'tcp' };

/** Returns the shortest message that a service of this kind answers, also without credentials; `undefined`: no message is known. */
export function greetingOf({ kind }: Health): Buffer | undefined {
  switch (kind) {
    case 'http':
      return Buffer.from('GET / HTTP/1.0\r\nHost: localhost\r\n\r\n');
    case 'postgres':
      // SSLRequest: answered with one byte.
      return Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
    case 'redis':
      return Buffer.from('PING\r\n');
    case 'tcp':
      return undefined;
  }
}
