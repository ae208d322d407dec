import express from 'express';
import pinoHttp from 'pino-http';

const app = express();
app.use(pinoHttp());
app.get('/health', (_request, response) => response.json({ status: 'ok', service: 'shop-billing' }));

const server = app.listen(process.env.PORT ?? 4324);
process.on('SIGTERM', () => server.close());
