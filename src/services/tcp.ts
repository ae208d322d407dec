import { described, integer } from '../base/schema.ts';
import type { TcpInfo } from '../check/stack.ts';
import { hostOf } from './address.ts';
import { hostInfo, infoSchemaOf } from './info-schema.ts';
import { defineServiceKind } from './kind.ts';
import { tcpUrl, unset } from './setting.ts';

/** A server of any protocol: a broker, a mail server, a search engine. */
export const tcp = defineServiceKind({
  name: 'tcp',
  about: 'A server that accepts connections',
  settings: { url: unset(tcpUrl, 'Address of the server: tcp://host:port') },
  health: { kind: 'tcp' },
  compose: {
    service: 'tcp',
    about: 'Name of the server in the file',
    ports: [],
    url: ({ host, port }) => `tcp://${host}:${port}`,
  },
  info: ({ enabled }, { url }): TcpInfo => ({
    kind: 'tcp',
    enabled,
    host: hostOf(url),
    port: Number(url.port),
  }),
  infoSchema: infoSchemaOf('tcp', { host: hostInfo, port: described(integer(), 'Port of its address') }),
});
