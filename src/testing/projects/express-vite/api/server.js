import cors from 'cors';
import express from 'express';
import { Redis } from 'ioredis';
import pg from 'pg';
import pino from 'pino';
import pinoHttp from 'pino-http';

const logger = pino();
const database = new pg.Pool({ connectionString: process.env.DATABASE_URL });
// Without a listener, a connection that the database closes ends the process.
database.on('error', (error) => logger.error(error));
const cache = new Redis(process.env.REDIS_URL);
cache.on('error', (error) => logger.error(error));
const app = express();
app.use(pinoHttp({ logger }));
app.use(cors({ origin: 'http://localhost:4322' }));

app.get('/health', (_request, response) => response.json({ status: 'ok', service: 'shop-api' }));
app.get('/health/ready', async (_request, response) => {
  await Promise.all([database.query('select 1'), cache.ping()]);
  response.json({ status: 'ok', database: 'ok', cache: 'ok' });
});
app.get('/orders', async (_request, response) => {
  const { rows } = await database.query("select 'A lamp' as item");
  response.json(rows);
});

const server = app.listen(process.env.PORT ?? 4323);
process.on('SIGTERM', () => {
  server.close();
  cache.disconnect();
  void database.end();
});
