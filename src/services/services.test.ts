import { expect, it } from 'vitest';
import { exampleStack } from '../check/stack.ts';
import { configOf } from '../config/schema.ts';
import { serviceInfos } from './index.ts';

it('describes the default configuration as the stack of the examples', () => {
  const { services } = configOf();
  const infos = serviceInfos(services, (name) => ({ url: new URL(services[name].url), root: '/project' }));
  expect(infos).toEqual(exampleStack.services);
});
