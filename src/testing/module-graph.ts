import { build, type InputOptions, type Plugin } from 'rolldown';
import { parseSync, Visitor } from 'rolldown/utils';

/** The imports of one module as resolved ids: a path, or the name of an external module. */
export interface ModuleImports {
  imports: readonly string[];
  dynamicImports: readonly string[];
  /** Imports that TypeScript erases. */
  typeImports: readonly string[];
}

/** Resolves to the imports of each module that the bundler finds from its entries, by the module's id. Writes nothing. */
export async function readModuleGraph(options: InputOptions): Promise<Map<string, ModuleImports>> {
  const typeImports = new Map<string, string[]>();
  const graph = new Map<string, ModuleImports>();
  const collect: Plugin = {
    name: 'module-graph',
    transform: {
      order: 'pre',
      filter: { id: { include: /\.[cm]?ts$/, exclude: /node_modules/ } },
      async handler(code, id) {
        const resolving = specifiersOfTypes(id, code).map(async (name) => (await this.resolve(name, id))?.id);
        typeImports.set(
          id,
          (await Promise.all(resolving)).filter((found) => found !== undefined),
        );
      },
    },
    buildEnd() {
      for (const id of this.getModuleIds()) {
        const found = this.getModuleInfo(id);
        graph.set(id, {
          imports: found?.importedIds ?? [],
          dynamicImports: found?.dynamicallyImportedIds ?? [],
          typeImports: typeImports.get(id) ?? [],
        });
      }
    },
  };
  await build({ logLevel: 'warn', ...options, plugins: [options.plugins, collect], write: false });
  return graph;
}

function specifiersOfTypes(file: string, code: string): string[] {
  const parsed = parseSync(file, code);
  const { module } = parsed;
  const found = module.staticImports
    .filter(({ entries }) => entries.length > 0 && entries.every(({ isType }) => isType))
    .map(({ moduleRequest }) => moduleRequest.value);
  for (const { moduleRequest, isType } of module.staticExports.flatMap(({ entries }) => entries))
    if (moduleRequest && isType) found.push(moduleRequest.value);
  // The tree is only built where it is used, as that is most of the time.
  if (code.includes('import('))
    new Visitor({ TSImportType: ({ source }) => void found.push(source.value) }).visit(parsed.program);
  return [...new Set(found)];
}
