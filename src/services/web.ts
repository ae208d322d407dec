import path from 'node:path';
import { described, strictMap, v } from '../base/schema.ts';
import type { WebInfo } from '../check/stack.ts';
import { httpAddress, withoutCredentials } from './address.ts';
import { infoSchemaOf, serviceNameInfo, urlInfo } from './info-schema.ts';
import { defineServiceKind } from './kind.ts';
import { httpUrl, name, setting, unset } from './setting.ts';

const defaultPort = 3000;

export const web = defineServiceKind({
  name: 'web',
  about: 'A web app whose pages call the API',
  settings: {
    url: setting(httpUrl, `http://localhost:${defaultPort}`, 'Address of the web app'),
    serviceName: setting(name, 'meatymusic-web', 'Name that the web app reports for itself'),
    appName: setting(
      name,
      'MeatyMusic',
      'Name that its pages show; the default applies to the reference stack only, and no name is expected elsewhere',
    ),
    build: unset(
      strictMap({
        command: described(name, 'Command of the production build, which web/build runs'),
        cwd: setting(v.string(), '.', 'Folder in which it runs'),
      }),
      'The production build; unset: web/build is skipped',
    ),
  },
  defaultPort,
  health: { kind: 'http', path: '/health' },
  compose: {
    service: 'web',
    about: 'Name of the web app in the file',
    ports: [defaultPort, 80, 8080],
    url: httpAddress,
  },
  info: ({ enabled, serviceName, appName, build }, { url, root }): WebInfo => ({
    kind: 'web',
    enabled,
    url: withoutCredentials(url),
    serviceName,
    appName,
    ...(build && {
      build: { command: build.command, cwd: path.relative(root, path.resolve(root, build.cwd)) || '.' },
    }),
  }),
  infoSchema: infoSchemaOf('web', {
    url: urlInfo,
    serviceName: serviceNameInfo,
    appName: v.optional(described(v.string(), 'Name that its pages show; absent: not configured')),
    build: v.optional(
      described(
        strictMap({
          command: described(v.string(), 'Command that builds it'),
          cwd: described(v.string(), "Relative to the project's folder"),
        }),
        'How it is built; absent: not configured',
      ),
    ),
  }),
});
