import pino from 'pino';

const logger = pino();
logger.info('waiting for reminders');
const timer = setInterval(() => logger.info('sent reminders'), 60_000);
process.on('SIGTERM', () => clearInterval(timer));
