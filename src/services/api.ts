import { described, v } from '../base/schema.ts';
import type { ApiInfo } from '../check/stack.ts';
import { httpAddress, withoutCredentials } from './address.ts';
import { infoSchemaOf, serviceNameInfo, urlInfo } from './info-schema.ts';
import { defineServiceKind } from './kind.ts';
import { httpUrl, name, setting, urlPath } from './setting.ts';

const defaultPort = 8000;

export const api = defineServiceKind({
  name: 'api',
  about: 'An HTTP service',
  settings: {
    url: setting(httpUrl, `http://localhost:${defaultPort}`, 'Address of the API'),
    serviceName: setting(name, 'meatymusic-api', 'Name that the API reports for itself'),
    healthPath: setting(urlPath, '/health', 'Liveness endpoint: answers as long as the process runs'),
    readyPath: setting(urlPath, '/health/ready', 'Readiness endpoint: also checks what the API depends on'),
  },
  defaultPort,
  health: { kind: 'http', path: '/health' },
  compose: {
    service: 'api',
    about: 'Name of the API in the file',
    ports: [defaultPort, 8080, 80],
    url: httpAddress,
  },
  info: ({ enabled, serviceName, healthPath, readyPath }, { url }): ApiInfo => ({
    kind: 'api',
    enabled,
    url: withoutCredentials(url),
    serviceName,
    healthPath,
    readyPath,
  }),
  infoSchema: infoSchemaOf('api', {
    url: urlInfo,
    serviceName: serviceNameInfo,
    healthPath: described(v.string(), 'Path of its liveness endpoint'),
    readyPath: described(v.string(), 'Path of its readiness endpoint'),
  }),
});
