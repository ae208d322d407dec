import { expect, it } from 'vitest';
import { exampleStack } from '../check/stack.ts';
import { configOf } from '../config/schema.ts';
import { serviceInfos, urlTemplate } from './index.ts';

it('describes the default configuration as the stack of the examples', () => {
  const { services } = configOf();
  const infos = serviceInfos(services, (name) => ({ url: urlTemplate(services, name), root: '/project' }));
  expect(infos).toEqual(exampleStack.services);
});
