import { describe, expect, test } from 'vitest';
import { shownInternals } from './shown-internals.ts';

const known = { url: 'http://127.0.0.1:8000/app/songs' };
const shown = (body: unknown) =>
  shownInternals({ body: typeof body === 'string' ? body : JSON.stringify(body) }, known);
const inMessage = (message: string) => shown({ error: { code: 'x', message } });

describe('internals', () => {
  test.each([
    ['a stack trace', 'Error: x\n    at run (/srv/x/main.js:10:5)'],
    ['a stack trace', 'Traceback (most recent call last):\n  File "main.py", line 3'],
    ['a stack trace', 'java.lang.NullPointerException at com.shop.Songs(Songs.java:12)'],
    ['a stack trace', "songs.rb:12:in `find'"],
    ['a stack trace', 'panic: x\n\ngoroutine 1 [running]:'],
    ['a stack trace', '#0 index.php(12): find()'],
    ['SQL', 'select id from users where tenant_id = $1'],
    ['SQL', 'select * from users'],
    ['SQL', 'SELECT "User"."id" FROM "public"."User"'],
    ['SQL', 'insert into users (id) values ($1)'],
    ['SQL', 'update users set email = $1'],
    ['SQL', 'delete from users where id = 1'],
    ['an error of the database', 'duplicate key value violates unique constraint "users_email_key"'],
    ['an error of the database', 'relation "users" does not exist'],
    ['an error of the database', 'UNIQUE constraint failed: users.email'],
    ['an error of the database', 'permission denied for table users'],
    ['the name of a constraint', 'constraint users_email_key'],
    ['a connection string', 'postgresql://user@db/shop is down'],
    ['a connection string', 'mongodb://db/shop is down'],
    ['a system error', 'connect ECONNREFUSED'],
    ['a system error', 'ENOENT: no such file or directory'],
    ['a path of the server', 'cannot open /app/config/secret.yaml'],
    ['a path of the server', 'cannot open /etc/passwd'],
    ['a path of the server', 'C:\\Users\\deploy\\songs'],
    ['an internal address', 'no answer of 10.0.0.3:5432'],
    ['an internal address', 'no answer of 192.168.1.20'],
    ['an internal address', 'no answer of 127.0.0.1:5432'],
    ['an internal address', 'no answer of db.shop.svc.cluster.local'],
    ['an internal address', 'no answer of host.docker.internal'],
  ])('%s: %j', (what, message) => {
    expect(inMessage(message)).toContainEqual(expect.stringContaining(what));
  });

  test('a stack in a field of its own, as a text and as a list', () => {
    expect(shown({ stack: 'Error: x\n    at run (main.js:10:5)' })).toEqual(['a stack trace (in stack)']);
    expect(shown({ stack: ['at run (main.js:10:5)'] })).toEqual(['a stack trace (in stack)']);
  });

  test('JSON inside a text', () => {
    expect(shown({ detail: JSON.stringify({ constraint: 'users_email_key' }) })).toEqual([
      'the name of a constraint (in constraint)',
    ]);
  });

  test('the page that Express shows in development', () => {
    const page =
      '<!DOCTYPE html><html><body><pre>Error: boom<br> &nbsp; &nbsp;at /shop/main.js:3:9</pre></body></html>';
    expect(shown(page)).toContain('a stack trace');
  });
});

describe('near misses', () => {
  test.each([
    'Select a genre from the list',
    'Select one, two or three songs from the list.',
    'Please select an item from your cart and update it.',
    'Update your profile and set a password',
    'You cannot delete from this playlist.',
    'Insert into the slot',
    'Cannot GET /app/songs',
    'There is nothing at /app/playlists',
    'The field api_key is missing',
    'Look at line 3:2',
    'Meet us at 10:30:00',
    'The version 10.2.3 is too old',
    'The file songs.json is missing',
    'Use http://127.0.0.1:8000/docs',
    'Use localhost:8000',
    'email must be an email',
    'The table is already booked',
    'This column is required',
    'Not allowed: the index is out of range',
    'localhost is no valid host name',
    'see https://api.example.com/errors/not-found',
  ])('%s', (message) => {
    expect(inMessage(message)).toEqual([]);
  });

  test('addresses of the API itself, and the one of the caller', () => {
    const problem = { type: '/opt/errors/x.py', title: 'x', instance: '/app/songs', path: '/home/me/songs' };
    expect(shown(problem)).toEqual([]);
    expect(shown({ client_ip: '10.0.0.7' })).toEqual([]);
    expect(shown({ constraints: { isEmail: 'email must be an email' } })).toEqual([]);
  });
});

test('a hostile body takes no long time', () => {
  for (const part of ['select a,b ', 'at a in ', '\n  at a:1', '#1 (1)', 'a.a-', "thread 'a "]) {
    expect(inMessage(part.repeat(100_000))).toEqual([]);
  }
});
