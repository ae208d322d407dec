import { infoSchemaOf } from './info-schema.ts';
import { defineServiceKind } from './kind.ts';

/** A program without an address: a worker, a scheduler. */
export const process = defineServiceKind({
  name: 'process',
  about: 'A program without an address',
  settings: {},
  compose: { service: 'worker', about: 'Name of the process in the file', ports: [], url: () => '' },
  info: ({ enabled }) => ({ kind: 'process', enabled }),
  infoSchema: infoSchemaOf('process', {}),
});
