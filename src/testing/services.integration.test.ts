import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { postgresMissing, startPostgres } from './postgres.ts';
import { redisMissing, startRedis } from './redis.ts';

describe.skipIf(postgresMissing)(
  `throw-away PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`,
  () => {
    it('answers, demands the password, restarts with its data and leaves nothing', async () => {
      const postgres = await startPostgres();
      try {
        const url = await postgres.createDatabase('some_name');
        await postgres.sql('some_name', 'create table t (n int); insert into t values (7)');
        await postgres.restart();
        const client = new pg.Client(url);
        await client.connect();
        expect((await client.query('select n from t')).rows).toEqual([{ n: 7 }]);
        await client.end();
        const impostor = new pg.Client(postgres.urlOf('some_name', { name: 'postgres', password: 'wrong' }));
        await expect(impostor.connect()).rejects.toMatchObject({ code: '28P01' });
      } finally {
        await postgres.stop();
      }
      expect(() => process.kill(postgres.pid, 0)).toThrow('ESRCH');
    });
  },
);

describe.skipIf(redisMissing)(`throw-away Redis${redisMissing ? ` (${redisMissing})` : ''}`, () => {
  it('starts, halts and starts again on the same port', async () => {
    const redis = await startRedis();
    try {
      await redis.halt();
      await redis.start();
      expect(redis.log()).toContain('Ready to accept connections');
    } finally {
      await redis.stop();
    }
    expect(() => process.kill(redis.pid, 0)).toThrow('ESRCH');
  });
});
