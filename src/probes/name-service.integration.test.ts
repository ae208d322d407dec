import { afterEach, expect, it } from 'vitest';
import { createNameService, type NameService } from './name-service.ts';

let names: NameService;
afterEach(() => names.close());

function addressesOf(name: string): Promise<unknown> {
  return new Promise((resolve, reject) =>
    names.lookup(name, { all: true }, (error, found) => (error ? reject(error) : resolve(found))),
  );
}

it('is ready before it is asked anything, and answers then', async () => {
  names = createNameService();
  await names.ready();
  await names.ready();
  expect(await addressesOf('localhost')).toContainEqual(expect.objectContaining({ address: '127.0.0.1' }));
});

it('reports a missing name by the code of the system', async () => {
  names = createNameService();
  await expect(addressesOf('nothing.invalid')).rejects.toMatchObject({
    code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
  });
});

it('starts anew after it was closed', async () => {
  names = createNameService();
  await names.ready();
  names.close();
  await names.ready();
  expect(await addressesOf('127.0.0.1')).toEqual([{ address: '127.0.0.1', family: 4 }]);
});
