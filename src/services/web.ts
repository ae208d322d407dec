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
  about: 'The pages that call it',
  settings: {
    url: setting(httpUrl, `http://localhost:${defaultPort}`, 'Address of the web app'),
    serviceName: setting(name, 'meatymusic-web', 'Name that the web app gives itself'),
    appName: setting(
      name,
      'MeatyMusic',
      'Name that its pages show; default: of the reference stack only, elsewhere not looked for',
    ),
    build: unset(
      strictMap({
        command: described(name, 'Production build, run by web/build'),
        cwd: setting(v.string(), '.', 'Folder in which it runs'),
      }),
      'The production build; absent: web/build is skipped',
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
