import type { Kind } from '../kind.ts';
import { logsKind, postgresQueryKind, redisCommandKind } from './data.ts';
import { httpKind } from './http.ts';
import { commandKind, fileKind, matchingKind, processKind } from './machine.ts';
import { dnsKind, portKind, tcpKind, tlsKind } from './network.ts';
import { traceKind } from './trace.ts';

export const kinds: ReadonlyMap<string, Kind> = new Map(
  [
    httpKind,
    tcpKind,
    dnsKind,
    tlsKind,
    portKind,
    postgresQueryKind,
    redisCommandKind,
    logsKind,
    traceKind,
    commandKind,
    fileKind,
    processKind,
    matchingKind,
  ].map((kind) => [kind.name, kind]),
);
