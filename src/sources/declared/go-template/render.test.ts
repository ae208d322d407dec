import { describe, expect, test } from 'vitest';
import { refused, rendered, templateData } from '../../../testing/template-cases.ts';
import { TemplateProblem } from './problem.ts';
import { renderTemplate } from './render.ts';

describe('a template', () => {
  test.each(rendered)('%s becomes %s', (template, output) => {
    expect(renderTemplate(template, templateData)).toBe(output);
  });

  test.each(refused)('%s is refused with its line', (template, problem) => {
    let thrown: unknown;
    try {
      renderTemplate(`first line\n${template}`, templateData);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TemplateProblem);
    expect(thrown).toMatchObject({ line: 2, message: problem });
  });

  test('sees the environment that it is given, never that of the process', () => {
    process.env.MEATYMUSIC_TEMPLATE_TEST = 'of the process';
    try {
      const template = '{{ env "MEATYMUSIC_TEMPLATE_TEST" }}|{{ getEnv "MEATYMUSIC_TEMPLATE_TEST" "none" }}';
      expect(renderTemplate(template, { Vars: {}, Env: {} })).toBe('|none');
    } finally {
      delete process.env.MEATYMUSIC_TEMPLATE_TEST;
    }
  });
});
