/** The same small API in five frameworks: as each answers by itself, and as the contract wants it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Catch, Controller, Get, HttpException, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import Fastify from 'fastify';
import { Hono } from 'hono';

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The part of Express that the tests use; the package has no types. */
export interface ExpressRequest extends IncomingMessage {
  query: Record<string, unknown>;
  body?: Record<string, unknown>;
  is(type: string): unknown;
}
export interface ExpressResponse extends ServerResponse {
  status(code: number): ExpressResponse;
  set(name: string | Record<string, string>, value?: string): ExpressResponse;
  type(name: string): ExpressResponse;
  json(body: unknown): ExpressResponse;
  send(body: unknown): ExpressResponse;
}
export type Handler = (
  request: ExpressRequest,
  response: ExpressResponse,
  next: (error?: unknown) => void,
) => unknown;
type ErrorHandler = (error: { status?: number }, ...rest: Parameters<Handler>) => unknown;
type Routes = Record<'get' | 'put' | 'all', (path: string, ...handlers: Handler[]) => void>;
export const express = createRequire(import.meta.url)('express') as (() => Listener &
  Routes & { use(...handlers: (Handler | ErrorHandler)[]): void }) & { json(): Handler };

/** The part of Koa that the tests use. */
interface KoaContext {
  status: number;
  body: unknown;
  get(header: string): string;
}
type KoaHandler = (context: KoaContext) => void;
const Koa = createRequire(import.meta.url)('koa') as new () => {
  silent: boolean;
  use(middleware: unknown): void;
  callback(): Listener;
};
const KoaRouter = createRequire(import.meta.url)('@koa/router').default as new () => {
  get(path: string, handler: KoaHandler): void;
  routes(): unknown;
  allowedMethods(): unknown;
};

/** Fails for an address of this host; what it throws is what a driver throws. */
const driverError = () =>
  Object.assign(new Error('connect ECONNREFUSED 10.0.0.3:5432'), { status: 422, statusCode: 422 });

export const traceOf = (traceparent: unknown) => String(traceparent).split('-')[1];

const codes: Record<number, string> = {
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_type',
  422: 'invalid',
};

/** The envelope of every error. */
export const envelopeOf = (status: number, traceparent: unknown, message = 'It cannot be done.') => ({
  error: { code: codes[status] ?? 'failed', message, trace_id: traceOf(traceparent) },
});

const problemOf = (status: number, traceparent: unknown) => ({
  type: `https://errors.example.com/${codes[status] ?? 'failed'}`,
  title: 'It cannot be done.',
  status,
  traceId: traceOf(traceparent),
});

export function expressDefaults(): Listener {
  const app = express();
  app.get('/health', (_request, response) => void response.send('ok'));
  app.get('/ready', (_request, response) => void response.send('ok'));
  app.get('/songs', () => {
    throw driverError();
  });
  app.put('/songs', express.json(), (_request, response) => void response.send('kept'));
  return app;
}

export function expressWithEnvelope(): Listener {
  const app = express();
  app.get('/health', (_request, response) => void response.send('ok'));
  app.all('/health', (_request, response) => {
    response.set('Allow', 'GET, HEAD');
    throw Object.assign(new Error('no'), { status: 405 });
  });
  app.get('/ready', (_request, response) => void response.send('ok'));
  app.get('/songs', () => {
    throw driverError();
  });
  app.put('/songs', (request, _response, next) =>
    next(request.is('json') ? undefined : Object.assign(new Error('no'), { status: 415 })),
  );
  app.put('/songs', express.json(), (_request, response) => void response.send('kept'));
  app.use(() => {
    throw Object.assign(new Error('no'), { status: 404 });
  });
  const answer: ErrorHandler = (error, request, response, _next) => {
    const status = error.status ?? 500;
    response.status(status).json(envelopeOf(status, request.headers.traceparent));
  };
  app.use(answer);
  return app;
}

export async function fastifyDefaults(): Promise<Listener> {
  const app = Fastify();
  app.get('/health', async () => 'ok');
  app.get('/ready', async () => 'ok');
  app.get('/songs', async () => {
    throw driverError();
  });
  app.put('/songs', async () => 'kept');
  await app.ready();
  return (request, response) => app.routing(request, response);
}

export async function fastifyWithProblems(): Promise<Listener> {
  const app = Fastify();
  const answer = (status: number, trace: unknown) => JSON.stringify(problemOf(status, trace));
  app.get('/health', async () => 'ok');
  const problem = 'application/problem+json';
  app.delete('/health', async (request, reply) =>
    reply.code(405).header('allow', 'GET').type(problem).send(answer(405, request.headers.traceparent)),
  );
  app.get('/ready', async () => 'ok');
  app.get('/songs', async () => {
    throw driverError();
  });
  app.put('/songs', async () => 'kept');
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).type(problem).send(answer(404, request.headers.traceparent)),
  );
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    return reply
      .code(status)
      .type(`${problem}; charset=utf-8`)
      .send(answer(status, request.headers.traceparent));
  });
  await app.ready();
  return (request, response) => app.routing(request, response);
}

export function honoDefaults(): Listener {
  const app = new Hono();
  app.get('/health', (context) => context.text('ok'));
  app.get('/ready', (context) => context.text('ok'));
  app.get('/songs', (context) => context.json({ error: 'Select a genre from the list' }, 422));
  app.put('/songs', async (context) => {
    await context.req.json();
    return context.text('kept');
  });
  app.onError((_error, context) => context.text('Internal Server Error', 500));
  return getRequestListener(app.fetch);
}

export function koaDefaults(): Listener {
  const app = new Koa();
  app.silent = true;
  const router = new KoaRouter();
  router.get('/health', (context) => {
    context.body = 'ok';
  });
  router.get('/ready', (context) => {
    context.body = 'ok';
  });
  router.get('/songs', (context) => {
    context.status = 422;
    context.body = {
      code: 'duplicate',
      message: 'duplicate key value violates unique constraint "songs_title_key"',
      trace_id: traceOf(context.get('traceparent')),
    };
  });
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app.callback();
}

/** Decorators are called by hand: the transform of tests keeps no types for them. */
async function nest(useEnvelope: boolean): Promise<Listener> {
  class Songs {
    health() {
      return 'ok';
    }
    ready() {
      return 'ok';
    }
    songs() {
      throw new HttpException('The title is missing', 422);
    }
  }
  const get = (path: string, method: 'health' | 'ready' | 'songs') =>
    Get(path)(Songs.prototype, method, Object.getOwnPropertyDescriptor(Songs.prototype, method) as never);
  get('health', 'health');
  get('ready', 'ready');
  get('songs', 'songs');
  Controller()(Songs);
  class Root {}
  Module({ controllers: [Songs] })(Root);
  const app = await NestFactory.create(Root, { logger: false });
  if (useEnvelope) {
    class Envelope {
      catch(error: Error, host: { switchToHttp(): { getRequest(): unknown; getResponse(): unknown } }) {
        const request = host.switchToHttp().getRequest() as IncomingMessage;
        const response = host.switchToHttp().getResponse() as ExpressResponse;
        const status = error instanceof HttpException ? error.getStatus() : 500;
        response.status(status).json(envelopeOf(status, request.headers.traceparent));
      }
    }
    Catch()(Envelope);
    app.useGlobalFilters(new Envelope());
  }
  await app.init();
  return app.getHttpAdapter().getInstance() as Listener;
}

export const nestDefaults = () => nest(false);
export const nestWithEnvelope = () => nest(true);

/** One server for all: the first part of the path names the application, which does not see it. */
export async function serveApps(apps: Record<string, Listener>): Promise<{ url: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    const [, name = '', rest = ''] = /^\/([^/?]*)(.*)$/.exec(request.url ?? '') ?? [];
    const app = apps[name];
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    if (app) app(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
