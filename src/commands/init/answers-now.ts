import { createConnection } from 'node:net';
import type { DetectedKind, DetectedService } from './detect/project.ts';

const host = '127.0.0.1';
const timeoutMs = 700;
/** The request for TLS of the PostgreSQL protocol, which its server answers with one letter. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

interface Protocol {
  send: Buffer | string;
  /** Returns what answers, if the first bytes show it. */
  read(answer: string): string | undefined;
}

const http: Protocol = {
  send: `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  read: (answer) => {
    const [, status] = /^HTTP\/1\.[01] (\d{3})\b/.exec(answer) ?? [];
    return status && `HTTP ${status}`;
  },
};
const protocols: Partial<Record<DetectedKind, Protocol>> = {
  postgres: { send: sslRequest, read: (answer) => (/^[SNE]/.test(answer) ? 'PostgreSQL' : undefined) },
  redis: {
    send: 'PING\r\n',
    read: (answer) => (/^(?:\+PONG|-NOAUTH|-DENIED|-ERR)/.test(answer) ? 'Redis' : undefined),
  },
  api: http,
  web: http,
};

/** Resolves to the services with what answers now at the ports of this machine, asked at once; nothing of an answer is kept. */
export async function withAnswers(
  services: ReadonlyMap<string, DetectedService>,
): Promise<Map<string, DetectedService>> {
  const entries = [...services].map(async ([name, service]): Promise<[string, DetectedService]> => {
    const answers = service.port === undefined ? undefined : await answersAt(service.port, service.kind);
    return [name, answers === undefined ? service : { ...service, answers }];
  });
  return new Map(await Promise.all(entries));
}

async function answersAt(port: number, kind: DetectedKind): Promise<string | undefined> {
  const protocol = protocols[kind];
  const answer = await exchange(port, protocol?.send);
  if (answer === undefined) return undefined;
  const found = protocol ? protocol.read(answer) : 'a server';
  return `${found ?? 'another program'} on ${host}:${port}`;
}

/** Resolves to the first bytes of an answer, empty if none came; `undefined` if nothing accepts the connection. */
function exchange(port: number, send: Buffer | string | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    let isConnected = false;
    const socket = createConnection({ host, port });
    const end = (answer = '') => {
      socket.destroy();
      resolve(isConnected ? answer : undefined);
    };
    socket.setTimeout(timeoutMs, end);
    socket.once('connect', () => {
      isConnected = true;
      if (send === undefined) end();
      else socket.write(send);
    });
    socket.once('data', (data) => end(data.toString('latin1', 0, 64)));
    socket.once('error', () => end());
    socket.once('close', () => end());
  });
}
