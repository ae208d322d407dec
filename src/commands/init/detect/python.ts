import path from 'node:path';
import {
  type DetectedService,
  type Folder,
  foldersIn,
  healthPathIn,
  readFolder,
  readText,
} from './project.ts';

const manifests = ['pyproject.toml', 'requirements.txt', 'Pipfile', 'setup.py', 'requirements/base.txt'];

/** Returns what a Python project is by its requirements. */
export function kindOfPython(folder: Folder): 'api' | undefined {
  return /\b(?:fastapi|flask|django|starlette|litestar|sanic|aiohttp|tornado)\b/i.test(requirementsOf(folder))
    ? 'api'
    : undefined;
}

/** Returns the API that a Python project starts, and its worker. */
export function servicesOfPython(root: Folder): DetectedService[] {
  const folders = [
    root,
    ...foldersIn(root.path, '.')
      .flatMap((name) => [name, ...foldersIn(root.path, name)])
      .map((name) => readFolder(root.path, name)),
  ];
  return folders.flatMap((folder) => {
    const requirements = requirementsOf(folder);
    if (requirements === '') return [];
    const service = apiOf(folder, requirements);
    return service ? [service] : [];
  });
}

function apiOf(folder: Folder, requirements: string): DetectedService | undefined {
  const runner = folder.files.has('uv.lock')
    ? 'uv run '
    : folder.files.has('poetry.lock')
      ? 'poetry run '
      : '';
  const cwd = folder.name === '.' ? {} : { cwd: folder.name };
  const name = folder.name === '.' ? 'api' : path.posix.basename(folder.name);
  const health = healthPathIn(folder);
  const common = { name, kind: 'api' as const, port: 8000, ...(health ? { healthPath: health } : {}) };
  if (folder.files.has('manage.py')) {
    return {
      ...common,
      why: 'manage.py: Django',
      start: { command: `${runner}python manage.py runserver 127.0.0.1:{port}`, ...cwd },
    };
  }
  const found = applicationOf(folder, /^(\w+)\s*=\s*(?:FastAPI|Starlette|Litestar)\(/m);
  if (found && /\b(?:fastapi|starlette|litestar)\b/i.test(requirements)) {
    return {
      ...common,
      why: `${found.file}: ${found.variable}`,
      start: { command: `${runner}uvicorn ${found.module}:${found.variable} --port {port}`, ...cwd },
    };
  }
  const flask = applicationOf(folder, /^(\w+)\s*=\s*Flask\(/m);
  if (flask && /\bflask\b/i.test(requirements)) {
    return {
      ...common,
      port: 5000,
      why: `${flask.file}: ${flask.variable}`,
      start: { command: `${runner}flask --app ${flask.module} run --port {port}`, ...cwd },
    };
  }
  return undefined;
}

function requirementsOf(folder: Folder): string {
  return manifests
    .map((name) => readText(folder, name) ?? '')
    .join('\n')
    .trim();
}

/** The module that makes the application: `app/main.py` is `app.main`. */
function applicationOf(
  folder: Folder,
  pattern: RegExp,
): { file: string; module: string; variable: string } | undefined {
  for (const below of ['.', 'app', 'src', 'api', 'backend']) {
    const inner = readFolder(folder.path, below);
    for (const file of [...inner.files].filter((name) => name.endsWith('.py')).sort()) {
      const [, variable] = pattern.exec(readText(inner, file) ?? '') ?? [];
      if (!variable) continue;
      const full = below === '.' ? file : `${below}/${file}`;
      return { file: full, module: full.replace(/\.py$/, '').replaceAll('/', '.'), variable };
    }
  }
  return undefined;
}
