import { readImports, roomFloors, shippedSources } from '../../testing/import-graph.ts';
import { generated, page, table } from './text.ts';

/** Rooms that import most of what is below them, drawn without their arrows to the lowest floors. */
const everywhere = ['base', 'check'];

/** Resolves to the page with the picture of the imports between rooms. */
export async function roomsPage(): Promise<string> {
  const sources = shippedSources();
  const edges = await readImports(sources);
  const room = (file: string) => /^src\/([^/]+)/.exec(file)?.[1] ?? /^(checks|migrations)\//.exec(file)?.[1];
  const pairs = new Set(
    edges.flatMap(({ from, to }) => {
      const [source, target] = [room(from), room(to)];
      const isDrawn =
        source && target && source !== target && !everywhere.includes(target) && source !== 'stack';
      return isDrawn ? [`  ${nodeOf(source)} --> ${nodeOf(target)}`] : [];
    }),
  );
  const files = (name: string) =>
    Object.keys(sources).filter((file) => room(file) === name || file === `src/${name}`).length;
  const floors = Object.entries(roomFloors).filter(([name]) => files(name) > 0);
  return page([
    '# Rooms and their imports',
    '',
    generated,
    '',
    'Imports go strictly down, also between the folders of a room; a test reads them as the bundler does. Nearly every room imports `base` and `check`, so these arrows are left out.',
    '',
    '```mermaid',
    'flowchart TD',
    ...floors.map(([name]) => `  ${nodeOf(name)}["${name}"]`),
    ...[...pairs].sort(),
    '```',
    '',
    ...table(
      ['floor', 'room', 'files'],
      floors.map(([name, floor]) => [`${floor}`, `\`${name}\``, `${files(name)}`]),
    ),
    '',
  ]);
}

const nodeOf = (name: string) => name.replace('.', '_');
