import type { Kind } from '../kind.ts';
import { logsKind, postgresQueryKind, redisCommandKind } from './data.ts';
import { httpKind } from './http.ts';
import { commandKind, fileKind, matchingKind, processKind } from './machine.ts';
import { dnsKind, portKind, tcpKind, tlsKind } from './network.ts';
import { interfaceKind, kernelParamKind, mountKind, packageKind, serviceKind } from './system.ts';
import { traceKind } from './trace.ts';
import { groupKind, userKind } from './users.ts';

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
    userKind,
    groupKind,
    packageKind,
    serviceKind,
    mountKind,
    interfaceKind,
    kernelParamKind,
    matchingKind,
  ].map((kind) => [kind.name, kind]),
);
