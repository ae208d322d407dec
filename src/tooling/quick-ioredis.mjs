import { readFile } from 'node:fs/promises';

const loop = 'commands.forEach(';

/**
 * ioredis gives a class two methods for each command of Redis, one after another. V8 copies the table of a class's methods
 * for each of the 574, which takes 35 ms, unless the class has been a prototype before: then it is a table to be added to.
 */
export const quickIoredis = {
  name: 'quick-ioredis',
  setup(build) {
    build.onLoad({ filter: /[\\/]ioredis[\\/]built[\\/]utils[\\/]Commander\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes(loop)) throw new Error(`${path} has changed: is it still slow without this plugin?`);
      return { contents: text.replace(loop, `Object.create(Commander.prototype);\n${loop}`) };
    });
  },
};
