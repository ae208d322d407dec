import { describe, expect, test } from 'vitest';
import { findShownProblem, showsName } from './shown-page.ts';

const page = (text: string, { title = '', headings = [] as string[] } = {}) => ({ title, text, headings });
const problem = (text: string, more = {}) => findShownProblem(page(text, more));
/** A page of more lines than one on which each line counts. */
const long = (...lines: string[]) => [...lines, 'Songs', 'Artists', 'Albums', 'Sign in'].join('\n');

describe('a page without text', () => {
  test('is blank, whatever its title', () => {
    expect(problem('')).toEqual({ code: 'blank', actual: 'no text' });
    expect(problem(' \n\u200b\n', { title: 'Shop' })).toEqual({
      code: 'blank',
      actual: 'no text below the title "Shop"',
    });
  });

  test('may be right, and then its title is read alone', () => {
    const allowed = (title: string) => findShownProblem(page('', { title }), { allowBlank: true });
    expect(allowed('Shop')).toBeUndefined();
    expect(allowed('404')?.code).toBe('not-found-page');
  });
});

describe('a line that says that the page was not found', () => {
  test.each([
    '404 Page Not Found',
    'Oops! Error 404: page not found.',
    'This page could not be found.',
    'The requested URL /shop was not found on this server.',
    "Sorry, we couldn't find the page you are looking for",
    'Cannot GET /shop',
    'Seite nicht gefunden',
  ])('%s', (line) => {
    expect(problem(long(line))).toEqual({
      code: 'not-found-page',
      actual: `it shows "${line.toLowerCase()}"`,
    });
  });

  test.each(['Page 404 of the catalogue', 'The song was not found in your list', 'Not found what you need?'])(
    'but not %s',
    (line) => {
      expect(problem(long(line))).toBeUndefined();
    },
  );
});

describe('a line that says that there is an error', () => {
  test.each([
    'Application error: a client-side exception has occurred (see the console)',
    'Unexpected Application Error!',
    '500 Internal Server Error',
    'Error 502: Bad Gateway',
  ])('%s', (line) => {
    expect(problem(long(line))).toEqual({ code: 'error-page', actual: `it shows "${line.toLowerCase()}"` });
  });

  test('but not a number or a state among other lines', () => {
    for (const line of ['404', 'Not found', '500', 'Something went wrong', 'Bad gateway'])
      expect(problem(long(line))).toBeUndefined();
  });
});

describe('a number or a state', () => {
  test.each([
    ['404', 'not-found-page'],
    ['Not found', 'not-found-page'],
    ['500', 'error-page'],
    ['Oops! Something went wrong.', 'error-page'],
    ['Internal Server Error', 'error-page'],
  ])('%s counts in few lines, as a main heading and as the title', (line, code) => {
    expect(problem(line)?.code).toBe(code);
    expect(problem(`${line}\nHome\nBack\nHelp`)?.code).toBe(code);
    expect(problem(`${line}\nHome\nBack\nHelp\nMore`)).toBeUndefined();
    expect(problem(long(line), { headings: [line] })?.code).toBe(code);
    for (const title of [
      line,
      `${line} | Shop`,
      `Shop - ${line}`,
      `${line}: Shop`,
      `Shop |${line}`,
      `Shop · ${line}`,
    ])
      expect(problem(long('Hello'), { title })?.code).toBe(code);
  });

  test('counts over two lines', () => {
    expect(problem('Something\nwent wrong')?.code).toBe('error-page');
  });

  test('counts as a heading where it is seen', () => {
    expect(problem(long('Hello'), { headings: ['404'] })).toBeUndefined();
    // A heading over two lines.
    expect(problem(long('Something', 'went wrong'), { headings: ['Something went wrong'] })?.code).toBe(
      'error-page',
    );
  });
});

test('a line of more than 200 characters says nothing of the page', () => {
  const line = (length: number) => `cannot get /${'x'.repeat(length - 12)}`;
  expect(problem(long(line(200)))?.code).toBe('not-found-page');
  expect(problem(long(line(201)))).toBeUndefined();
});

test('what was not found is found before an error', () => {
  expect(problem('500 Internal Server Error\n404 page not found')?.code).toBe('not-found-page');
});

test('the name of the app is read in the title and in the text, as a visitor reads it', () => {
  expect(showsName(page('Hello', { title: 'My\u00a0 SHOP' }), 'my shop')).toBe(true);
  expect(showsName(page('Welcome to My\u200bShop'), 'MyShop')).toBe(true);
  expect(showsName(page('Hello', { title: 'Shop' }), 'MyShop')).toBe(false);
});
