/** Compares package.json with the graph of the bundler: a package is either bundled or a dependency. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type ModuleImports, readModuleGraph } from '../testing/module-graph.ts';
import { programBundles, root } from './bundles.mjs';
import { collectNotices } from './notices.mjs';

const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
/** Optional packages of pg, ioredis and grpc-js. */
const optional = ['pg-native', 'supports-color', '@grpc/proto-loader'];
const notices = collectNotices();
const graph = new Map<string, ModuleImports>();

beforeAll(async () => {
  for (const options of programBundles('none', [notices.plugin]))
    for (const [id, imports] of await readModuleGraph(options)) graph.set(id, imports);
});

const nameOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
const unique = (names: Iterable<string>) => [...new Set(names)].sort();

/** Loaded with `createRequire`, which the graph of the bundler does not show. */
const loadedByRequire = ['jiti'];

it('has each package that is required at run time as a dependency, and no other', () => {
  const external = unique(
    [...graph.values()]
      .flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
      .filter((id) => !path.isAbsolute(id) && !graph.get(id)?.imports.length)
      .filter((id) => !isBuiltin(id) && !id.includes('\0') && !id.startsWith('.'))
      .map(nameOf),
  );
  expect(unique([...external, ...loadedByRequire])).toEqual(
    unique([...Object.keys(dependencies), ...optional]),
  );
});

it('has each package that a module of ours takes into a bundle as a devDependency', () => {
  const bundled = unique(
    [...graph]
      .filter(([id]) => !id.includes('node_modules'))
      .flatMap(([, { imports, dynamicImports }]) => [...imports, ...dynamicImports])
      .flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []),
  );
  expect(bundled.length).toBeGreaterThan(10);
  expect(bundled.filter((name) => !Object.hasOwn(devDependencies, name))).toEqual([]);
});

it('ships the notice of each package that is bundled', () => {
  const bundled = unique(
    [...graph.keys()].flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []),
  );
  const lines = notices.text().split('\n');
  const missing = bundled.filter((name) => !lines.some((line) => line.startsWith(`${name} `)));
  expect(missing).toEqual([]);
  expect(notices.text()).toContain('Permission is hereby granted, free of charge');
});

/** Returns all that a module loads with itself, by paths from the root and names of packages. */
function loadedWith(module: string): Set<string> {
  const loaded = new Set<string>();
  const visit = (id: string) => {
    const name = path.isAbsolute(id) ? path.relative(root, id) : id;
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const each of graph.get(id)?.imports ?? []) visit(each);
  };
  visit(path.join(root, module));
  return new Set([...loaded].map((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? name));
}

const heavy = ['kysely', 'pg', 'jiti', 're2js', 'ioredis', 'playwright-core'];
const ofRuns = ['src/check/result-schema.ts', 'src/engine/run.ts', 'src/sources/built-in-checks.ts'];

it.each([
  ['src/cli.ts', ['commander', 'valibot']],
  ['src/commands/config.ts', [...heavy, ...ofRuns]],
  ['src/commands/status.ts', [...heavy, ...ofRuns]],
  ['src/commands/migrate/status.ts', [...heavy, ...ofRuns]],
  ['src/commands/up/up.ts', [...heavy, ...ofRuns]],
  ['src/migrate/index.ts', heavy],
  ['src/runners/stack/index.ts', ['src/runners/compose/index.ts', 'src/runners/process/index.ts']],
])('loads with %s nothing that not every call of it uses', (module, others) => {
  const loaded = loadedWith(module);
  expect(loaded.size).toBeGreaterThan(1);
  expect(others.filter((name) => loaded.has(name))).toEqual([]);
});
