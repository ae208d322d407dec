import path from 'node:path';
import { makeFolderSync } from '../base/write-file.ts';
import type { ArtifactSink } from '../probes/context.ts';

/** Returns paths for files of a run below `folder`, safe for any name. */
export function createArtifactSink(folder: string): ArtifactSink {
  return {
    async path(name) {
      const file = path.join(folder, ...name.split('/').map(safeName));
      makeFolderSync(path.dirname(file));
      return file;
    },
  };
}

function safeName(name: string): string {
  return name.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '');
}
