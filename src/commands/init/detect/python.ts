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
  const common = {
    name,
    kind: 'api' as const,
    source: folder.name,
    port: 8000,
    ...(health ? { healthPath: health } : {}),
  };
  if (folder.files.has('manage.py')) {
    return {
      ...common,
      why: 'manage.py: Django',
      start: { command: `${runner}python manage.py runserver 127.0.0.1:{port}`, ...cwd },
    };
  }
  const found = applicationOf(folder, constructorOf('FastAPI|Starlette|Litestar'));
  if (found && /\b(?:fastapi|starlette|litestar)\b/i.test(requirements)) {
    return {
      ...common,
      why: `${found.file}: ${found.variable}`,
      start: { command: `${runner}uvicorn ${found.module}:${found.variable} --port {port}`, ...cwd },
    };
  }
  const flask = applicationOf(folder, constructorOf('Flask'));
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

/** Returns the texts of a Python project's requirements. */
export function requirementsOf(folder: Folder): string {
  return manifests
    .map((name) => readText(folder, name) ?? '')
    .join('\n')
    .trim();
}

/** Matches the variable of a module that holds the application, made by its class or by a function of the usual names. */
function constructorOf(classes: string): RegExp {
  return new RegExp(
    `^(\\w+)(?:\\s*:\\s*\\w+)?\\s*=\\s*(?:${classes}|(?:create|make|get|build|init)_(?:app|application|api))\\(`,
    'm',
  );
}

const usualFolders = ['.', 'app', 'src', 'api', 'backend'];

/** The module that makes the application: `app/main.py` is `app.main`. */
function applicationOf(
  folder: Folder,
  pattern: RegExp,
): { file: string; module: string; variable: string } | undefined {
  const others = foldersIn(folder.path, '.').filter((name) => !/^(?:\.|tests?|docs|scripts)$/.test(name));
  for (const below of new Set([...usualFolders, ...others])) {
    const inner = readFolder(folder.path, below);
    const files = [...inner.files].filter((name) =>
      (usualFolders.includes(below) ? /\.py$/ : /^(?:main|app|server|asgi|wsgi|api)\.py$/).test(name),
    );
    for (const file of files.sort()) {
      const [, variable] = pattern.exec(readText(inner, file) ?? '') ?? [];
      if (!variable) continue;
      const full = below === '.' ? file : `${below}/${file}`;
      return { file: full, module: moduleOf(full), variable };
    }
  }
  return undefined;
}

function moduleOf(file: string): string {
  return file.replace(/(?:\/__init__)?\.py$/, '').replaceAll('/', '.');
}
