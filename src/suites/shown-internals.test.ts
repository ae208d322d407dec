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
    ['a stack trace', 'at Shop.Songs.Find() in C:\\src\\Songs.cs:line 12'],
    ['a stack trace', "thread 'main' panicked at src/main.rs:4:5"],
    ['a stack trace', 'File "main.py", line 3'],
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
    ['the name of a constraint', 'constraint "users_email_key"'],
    ['the name of a constraint', 'constraint users_email_uniq'],
    ['the name of a constraint', 'index: `users_email_idx`'],
    ['a connection string', 'postgresql://user@db/shop is down'],
    ['a connection string', 'mongodb://db/shop is down'],
    ['a system error', 'connect ECONNREFUSED'],
    ['a system error', 'ENOENT: no such file or directory'],
    ['a path of the server', 'cannot open /app/config/secret.yaml'],
    ['a path of the server', 'cannot open /etc/passwd'],
    ['a path of the server', 'C:\\Users\\deploy\\songs'],
    ['a path of the server', 'cannot read /app/songs/list.yaml'],
    ['a path of the server', 'cannot read /var/lib/songs'],
    ['an internal address', 'no answer of 10.0.0.3:5432'],
    ['an internal address', 'no answer of 192.168.1.20'],
    ['an internal address', 'no answer of 127.0.0.1:5432'],
    ['an internal address', 'no answer of 10.0.0.3:8000'],
    ['an internal address', 'no answer of 10.127.0.1:8000'],
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

  test('the name of a constraint in a field of its own, and in no other', () => {
    for (const key of ['constraint', 'constraintName', 'constraint_name', 'CONSTRAINT'])
      expect(shown({ [key]: 'users_email_key' })).toEqual([`the name of a constraint (in ${key})`]);
    for (const key of ['constraints', 'constraintNames', 'the_constraint', 'isConstraint'])
      expect(shown({ [key]: 'users_email_key' })).toEqual([]);
    for (const text of ['users email_key', 'email_key is taken', 'required', 'is: email_key', 'email_key!'])
      expect(shown({ constraint: text })).toEqual([]);
  });

  test('in a value of any depth up to twenty', () => {
    const nested = (depth: number): unknown =>
      depth === 0 ? 'connect ECONNREFUSED' : { a: nested(depth - 1) };
    const list = (depth: number): unknown => (depth === 0 ? 'connect ECONNREFUSED' : [list(depth - 1)]);
    const text = (depth: number): string =>
      depth === 0 ? '["connect ECONNREFUSED"]' : JSON.stringify([text(depth - 1)]);
    expect([nested(20), list(20)].map(shown)).toEqual([['a system error (in a)'], ['a system error']]);
    expect([nested(21), list(21)].map(shown)).toEqual([[], []]);
    expect([text(3), text(9)].map(shown)).toEqual([['a system error'], ['a system error']]);
    expect(shown(text(11))).toEqual([]);
  });

  test('beside values that are no text', () => {
    expect(
      shown({ code: null, count: 1, isOpen: true, list: [null], text: ' null', message: 'EPIPE' }),
    ).toEqual(['a system error (in message)']);
    expect(['null', '1', 'true', '"EPIPE"'].map(shown)).toEqual([[], [], [], ['a system error']]);
  });

  test('in JSON behind white space', () => {
    expect(shown({ detail: ' \n{"constraint":"users_email_key"}' })).toEqual([
      'the name of a constraint (in constraint)',
    ]);
  });

  test('in the first 20,000 characters of a text', () => {
    const long = (length: number) => `${'x'.repeat(length - 6)} EPIPE`;
    for (const body of [long(20_000), { message: long(20_000) }]) expect(shown(body)).toHaveLength(1);
    for (const body of [long(20_001), { message: long(20_001) }]) expect(shown(body)).toEqual([]);
  });

  test('in the text of a page, and not in its tags', () => {
    expect(shown('<!DOCTYPE html><p>no answer of <b title="x">10.0.0.3</b><br />')).toEqual([
      'an internal address',
    ]);
    expect(shown('<h1>Error</h1>first<br />at run (main.js:10:5)')).toEqual(['a stack trace']);
    expect(shown('<p>relation &quot;users&quot; does not exist')).toEqual(['an error of the database']);
    expect(shown('<p>a <a href="/opt/app/x.js">link</a>')).toEqual([]);
    // No page: a text with its signs of less and more.
    expect(shown('1 <b 10.0.0.3 > 2')).toEqual(['an internal address']);
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
    'Meet me at noon:10:30, look at it:1:2',
    'at noon',
    'See part #12 of the list(3): it is gone',
    'a page of /x/app/home/me and x/etc/passwd',
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

  test('the path and the address of the request', () => {
    const at = (url: string, message: string) => shownInternals({ body: message }, { url });
    const file = 'http://127.0.0.1:8000/app/config/list.yaml';
    expect(at(file, 'Cannot GET /app/config/list.yaml')).toEqual([]);
    expect(at(`${file}/rows`, 'there is no "/app/config/list.yaml"')).toEqual([]);
    expect(at(file, 'there is no /app/config/list.y.js')).toEqual(['a path of the server']);
    expect(at(file, 'there is no /app/config/list.yaml/x.py')).toEqual(['a path of the server']);
    expect(at('http://10.0.0.3:8000/', 'see 10.0.0.3:8000 or 10.0.0.3')).toEqual([]);
    expect(at('http://10.0.0.3:8000/', 'see 10.0.0.3:8001')).toEqual(['an internal address']);
    expect(at('http://songs.internal:8000/', 'see songs.internal')).toEqual([]);
    // All names of this machine are the same, with the port of the request.
    expect(at('http://[::1]:8000/', 'see 127.0.0.1:8000, [::1]:8000, ::1:8000, 0.0.0.0:8000')).toEqual([]);
    expect(at('http://[::1]:8000/', 'see 127.0.0.1:8001')).toEqual(['an internal address']);
    expect(at('http://songs.test:8000/', 'see 127.0.0.1:8000')).toEqual(['an internal address']);
    expect(at('http://127.0.0.1:8000/', 'see 192.168.0.1:8000')).toEqual(['an internal address']);
    expect(at('http://my-localhost:8000/', 'see 127.0.0.1:8000')).toEqual(['an internal address']);
    expect(at('http://localhost:8000/', 'see db-127.0.internal:8000')).toEqual(['an internal address']);
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
