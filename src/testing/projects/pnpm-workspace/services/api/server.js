import cors from 'cors';
import express from 'express';
import pino from 'pino';
import pinoHttp from 'pino-http';

const logger = pino();
const app = express();
app.disable('x-powered-by');
app.use(pinoHttp({ logger }));
app.use(cors({ origin: 'http://localhost:4310' }));

app.get('/health', (_request, response) =>
  response.json({ status: 'ok', service: 'notes-api', version: '1.4.0' }),
);
app.get('/notes', (_request, response) => response.json([{ text: 'Water the plants' }]));

const server = app.listen(process.env.PORT ?? 4311, () => logger.info('listening'));
process.on('SIGTERM', () => server.close());
