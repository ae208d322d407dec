import { defineCheck, fact, option, v } from '../../src/check/index.ts';
import { nameRule } from '../../src/suites/index.ts';

/** Verifies that the names of the configuration follow the rule: services in kebab-case, the database in snake_case. */
export default defineCheck({
  title: 'The names in the configuration follow the naming convention',
  failureTitle: 'A name in the configuration breaks the naming convention',
  why: 'All other names are derived from these.',
  needs: [],
  tags: ['contract', 'naming'],
  options: {
    service: option(
      v.string(),
      '',
      'Regular expression for names of services; unset: by the name of the project',
    ),
    database: option(
      v.string(),
      '',
      'Regular expression for the name of the database; unset: by the name of the project',
    ),
  },
  codes: {
    'against-the-rule': {
      means: 'a name breaks the naming rule',
      hint: 'meatymusic config: where does the value come from?',
    },
  },
  sabotage: [
    {
      name: 'the rule asks for another name',
      code: 'against-the-rule',
      kind: 'options',
      set: { database: '^other$' },
    },
  ],
  async run({ stack, options, pass, fail, skip }) {
    const service = options.service || nameRule(stack, '-');
    const names: [what: string, name: string, rule: string][] = [];
    if (stack.services.api.enabled)
      names.push(['services.api.serviceName', stack.services.api.serviceName, service]);
    if (stack.services.web.enabled)
      names.push(['services.web.serviceName', stack.services.web.serviceName, service]);
    const { database } = stack.services;
    const isChosen = !database.hasDefaultName || options.database !== '';
    if (database.enabled && isChosen)
      names.push(['database', database.name, options.database || nameRule(stack, '_')]);
    const unjudged =
      database.enabled && !isChosen ? `the name of the database, ${database.name}, is a default` : '';
    if (names.length === 0)
      return skip(
        unjudged || 'this stack has no api, web or database',
        `name one: services: { ${unjudged ? 'database' : 'api'}: { url: … } }`,
      );
    const evidence = names.map(([what, name]) => fact(what, name));
    const wrong = names.filter(([, name, rule]) => !new RegExp(rule).test(name));
    if (wrong.length > 0) {
      return fail('against-the-rule', {
        expected: wrong.map(([what, , rule]) => `${what} matches ${rule}`).join('; '),
        actual: wrong.map(([what, name]) => `${what} is "${name}"`).join('; '),
        evidence,
      });
    }
    const judged = names.map(([, name]) => name).join(', ');
    return pass(
      unjudged ? `${judged}; not judged: ${unjudged}` : judged,
      { count: names.length, what: 'names' },
      evidence,
    );
  },
});
