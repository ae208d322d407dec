import { describe, expect, it } from 'vitest';
import { useDetection } from '../../../testing/detected-project.ts';

const detect = useDetection();

const compose = (services: object) => JSON.stringify({ services });

describe('compose files that name others', () => {
  const web = { image: 'nginx', ports: ['8080:80'] };
  const db = { image: 'postgres', ports: ['5432:5432'] };
  const namesOf = (files: Record<string, string | object>) =>
    [...detect(files).services].map(([name, { kind, port, source }]) => [name, kind, port, source]);

  it('are those of COMPOSE_FILE, of which a later one wins', () => {
    const files = {
      '.env': 'COMPOSE_FILE=base.yaml:deploy/dev.yaml',
      'compose.yaml': compose({ ignored: web }),
      'base.yaml': compose({ db, site: web }),
      'deploy/dev.yaml': compose({ db: { image: 'postgres', ports: ['5433:5432'] } }),
    };
    expect(namesOf(files)).toEqual([
      ['database', 'postgres', 5432, undefined],
      ['web', 'web', 8080, undefined],
    ]);
    expect(namesOf({ ...files, '.env': 'COMPOSE_FILE=base.yaml' })).toHaveLength(2);
    expect(detect({ ...files, '.env': 'COMPOSE_FILE=none.yaml' }).open).toEqual(['none.yaml cannot be read']);
  });

  it('have the services of the profiles that COMPOSE_PROFILES names', () => {
    const services = { db, queue: { image: 'x', profiles: ['jobs'] }, site: { ...web, profiles: ['web'] } };
    const files = { 'compose.yaml': compose(services) };
    const named = (profiles: string) =>
      namesOf({ ...files, '.env': `COMPOSE_PROFILES=${profiles}` }).map(([name]) => name);
    expect(named('')).toEqual(['database']);
    expect(named('web, other')).toEqual(['database', 'web']);
    expect(named('*')).toEqual(['database', 'web', 'queue']);
  });

  it('have the services of the files that `include` names, with sources relative to those', () => {
    const files = {
      'compose.yaml': JSON.stringify({
        include: ['infra/compose.yaml', { path: ['jobs.yaml'] }],
        services: { site: web },
      }),
      'infra/compose.yaml': compose({ db, api: { build: './api', ports: ['8000:8000'] } }),
      'infra/api/package.json': { dependencies: { express: '5' } },
      'jobs.yaml': compose({ worker: { image: 'x' } }),
    };
    expect(namesOf(files)).toEqual([
      ['database', 'postgres', 5432, undefined],
      ['api', 'api', 8000, 'infra/api'],
      ['web', 'web', 8080, undefined],
      ['worker', 'process', undefined, undefined],
    ]);
  });

  it('have their own variables, folder and overrides where `include` says so', () => {
    const files = {
      '.env': 'API_PORT=8010\n',
      'compose.yaml': JSON.stringify({
        include: [
          { path: ['infra/base.yaml', 'infra/dev.yaml'], project_directory: '.', env_file: 'infra/dev.env' },
          'jobs/compose.yaml',
        ],
      }),
      'infra/base.yaml': compose({
        db: { image: 'postgres', ports: ['${DB_PORT:-1}:5432'] },
        api: { image: 'x', build: './api', ports: ['${API_PORT}:80'] },
      }),
      'infra/dev.yaml': compose({ db: { image: 'redis' } }),
      'infra/dev.env': 'DB_PORT=5440\nAPI_PORT=1\n',
      'api/package.json': { dependencies: { express: '5' } },
      'jobs/compose.yaml': compose({ mail: { image: 'x', ports: ['${MAIL_PORT}:1025'] } }),
      'jobs/.env': 'MAIL_PORT=1025\n',
    };
    expect(namesOf(files)).toEqual([
      ['cache', 'redis', 5440, undefined],
      ['api', 'api', 8010, 'api'],
      ['mail', 'api', 1025, undefined],
    ]);
  });

  it('extend services of another file, and one that extends itself ends', () => {
    const files = {
      'compose.yaml': compose({
        db: { extends: { file: 'common/db.yaml', service: 'base' }, ports: ['5439:5432'] },
        loop: { extends: { file: 'compose.yaml', service: 'loop' }, image: 'redis', ports: ['6379:6379'] },
      }),
      'common/db.yaml': compose({ base: { image: 'postgres' } }),
    };
    expect(namesOf(files)).toEqual([
      ['database', 'postgres', 5439, undefined],
      ['cache', 'redis', 6379, undefined],
    ]);
  });
});
