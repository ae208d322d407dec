import type { CommandModule } from '../invocation.ts';
import { configure as configureExplain } from './explain.ts';
import { configure as configureFlaky } from './flaky.ts';
import { configure as configureList } from './list.ts';
import { configure as configureNew } from './new.ts';
import { configure as configureProve } from './prove.ts';
import { configure as configureSlow } from './slow.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command.description('List, explain, prove and create checks; show which are flaky or slow.').addHelpText(
    'after',
    `
Examples:
  $ meatymusic checks list database
  $ meatymusic checks explain api/health
  $ meatymusic checks prove cache
  $ meatymusic checks new billing/invoices-add-up`,
  );
  configureList(command.command('list', { isDefault: true }), act);
  configureExplain(command.command('explain'), act);
  configureNew(command.command('new'), act);
  configureProve(command.command('prove'), act);
  configureFlaky(command.command('flaky'), act);
  configureSlow(command.command('slow'), act);
};
