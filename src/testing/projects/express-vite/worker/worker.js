import { Redis } from 'ioredis';
import pino from 'pino';

const logger = pino();
const queue = new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: null });
queue.on('error', (error) => logger.error(error));
logger.info('waiting for jobs');
const timer = setInterval(async () => {
  if (await queue.lpop('jobs')) logger.info('done');
}, 500);
process.on('SIGTERM', () => {
  clearInterval(timer);
  queue.disconnect();
});
