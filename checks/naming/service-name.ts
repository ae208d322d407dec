import { defineCheck, exchange, firstAt, option, parseJson, serviceUrl, v } from '../../src/check/index.ts';
import { nameRule } from '../../src/suites/index.ts';

/** Verifies that the API gives itself the name that the configuration knows it by, in the form of the naming rule. */
export default defineCheck({
  title: 'The API reports its configured name',
  failureTitle: 'The API does not report its configured name',
  why: 'Logs, spans and dashboards are found by this name; two spellings make two services.',
  after: ['api/health'],
  needs: ['http'],
  uses: ['api'],
  tags: ['contract', 'naming'],
  options: {
    path: option(
      v.optional(v.string()),
      undefined,
      'Path whose answer names the service; unset: services.api.healthPath',
    ),
    fields: option(
      v.array(v.string()),
      ['service', 'service_name', 'serviceName', 'name'],
      'Paths of the name in the response; the first match counts',
    ),
    pattern: option(
      v.string(),
      '',
      'Regular expression of the naming rule; unset: by the name of the project',
    ),
  },
  codes: {
    unreachable: {
      headline: 'The API does not answer',
      means: 'nothing answers',
      hint: 'meatymusic status; meatymusic logs api',
    },
    'no-name': {
      headline: 'The API does not report a name',
      means: 'the response names no service',
      hint: "name path and fields in options['naming/service-name']",
    },
    'other-name': {
      headline: 'The API reports a different name than configured',
      means: 'the name differs from the configured one',
      hint: 'compare SERVICE_NAME of the API with services.api.serviceName',
    },
    'against-the-rule': {
      headline: 'The name of the API breaks the naming convention',
      means: 'the name breaks the naming rule',
      hint: 'lower case, kebab-case, meatymusic first',
    },
  },
  sabotage: [
    {
      name: 'it has another name',
      code: 'other-name',
      kind: 'http',
      service: 'api',
      change: { path: '/health', replaceInBody: ['-api', '-other'] },
    },
    {
      name: 'it is spelled differently',
      code: 'against-the-rule',
      kind: 'http',
      service: 'api',
      change: { path: '/health', replaceInBody: ['-api', '-API'] },
    },
    {
      name: 'it reports no name',
      code: 'no-name',
      kind: 'http',
      service: 'api',
      change: { path: '/health', body: '{"status":"ok"}' },
    },
  ],
  async run({ http, stack, options, pass, fail }) {
    const url = serviceUrl(stack.services.api, options.path ?? stack.services.api.healthPath);
    const { response, actual, evidence } = await exchange(http, { url }, 'self-description');
    const found = {
      expected: `GET ${url} names the service ${stack.services.api.serviceName}`,
      evidence: [evidence],
    };
    if (!response) return fail('unreachable', { ...found, actual });
    const name = firstAt(parseJson(response.body), options.fields);
    if (typeof name?.value !== 'string')
      return fail('no-name', { ...found, actual: `${actual}, without a name` });
    const said = `${name.path} is "${name.value}"`;
    if (!new RegExp(options.pattern || nameRule(stack, '-')).test(name.value))
      return fail('against-the-rule', { ...found, actual: said });
    if (name.value !== stack.services.api.serviceName) return fail('other-name', { ...found, actual: said });
    return pass(said, { count: 1, what: 'name' }, [evidence]);
  },
});
