import { dump } from 'js-yaml';
import { matcherExample } from '../../sources/declared/matchers/examples.ts';
import { aliases, matcherNames } from '../../sources/declared/matchers/matcher.ts';
import { cell, codeCell, generated, page, table } from './text.ts';

/** Returns the page of the matchers of declared checks. */
export function matchersPage(): string {
  const names = matcherNames.filter((name) => !Object.hasOwn(aliases, name));
  const rows = names.map((name) => {
    const { means, expectation, holds, fails } = matcherExample(name);
    const others = Object.keys(aliases).filter((alias) => aliases[alias] === name);
    const yaml = dump({ [name]: expectation }, { flowLevel: 0 }).trim();
    return [
      [name, ...others].map((each) => `\`${each}\``).join(', '),
      cell(means),
      `\`${cell(yaml)}\``,
      codeCell(holds),
      codeCell(fails),
    ];
  });
  return page([
    '# Matchers',
    '',
    generated,
    '',
    'An expectation of a [declared check](kinds/README.md) is a value, a list, or a map of matchers, all of which must hold. The examples are run by a test.',
    '',
    '- A text, number or boolean: the observed value, converted to its type, is this one.',
    '- A list, about a text such as a body: each item is found in some line. `/pattern/` is a regular expression, `!text` must be in no line.',
    '- A list, about a list: each item is found, in any order.',
    '- A value that cannot be judged, such as `gt` of a word, meets neither an expectation nor its opposite.',
    '',
    ...table(['matcher', 'meaning', 'example', 'holds', 'does not hold'], rows),
    '',
  ]);
}
