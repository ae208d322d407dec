/** CORS on frameworks of other authors, with their own middlewares or by hand. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Listener, load, nestListener, type Untyped } from './serve.ts';

/** Every API: `/` 200, `/boom` 500, `PUT /songs`, `/songs`; anything else 404. */
export function corsOnExpress(options: unknown, { onlyBelow = '/' } = {}): Listener {
  const express = load('express');
  const app = express();
  app.use(onlyBelow, load('cors')(options));
  return withRoutes(app);
}

/** An Express app whose headers are set by hand. */
export function byHand(
  headers: (origin: string | undefined, request: IncomingMessage) => Record<string, string>,
): Listener {
  const app = load('express')();
  app.use((request: Untyped, response: Untyped, next: () => void) => {
    response.set(headers(request.headers.origin, request));
    if (request.method === 'OPTIONS') response.status(204).end();
    else next();
  });
  return withRoutes(app);
}

function withRoutes(app: Untyped): Listener {
  app.get('/', (_: unknown, response: Untyped) => response.json({}));
  app.get('/songs', (_: unknown, response: Untyped) => response.json([]));
  app.put('/written', (_: unknown, response: Untyped) => response.json({}));
  app.get('/boom', () => {
    throw new Error('boom');
  });
  app.use((_error: unknown, _request: unknown, response: Untyped, _next: unknown) =>
    response.status(500).json({}),
  );
  return app;
}

export async function corsOnFastify(options: unknown): Promise<Listener> {
  const app = load('fastify').fastify();
  await app.register(load('@fastify/cors'), options);
  app.get('/', async () => ({}));
  app.get('/songs', async () => []);
  app.get('/boom', async () => {
    throw new Error('boom');
  });
  await app.ready();
  return app.routing;
}

export function corsOnHono(options?: unknown): Listener {
  const { Hono } = load('hono');
  const app = new Hono();
  app.use('*', load('hono/cors').cors(options));
  for (const path of ['/', '/songs']) app.get(path, (context: Untyped) => context.json({}));
  app.get('/boom', () => {
    throw new Error('boom');
  });
  app.onError((_: unknown, context: Untyped) => context.json({}, 500));
  return load('@hono/node-server').getRequestListener(app.fetch);
}

export function corsOnKoa(options?: unknown): Listener {
  const app = new (load('koa'))();
  app.silent = true;
  app.use(load('@koa/cors')(options));
  app.use((context: Untyped) => {
    if (context.path === '/boom') throw new Error('boom');
    if (context.path === '/' || context.path === '/songs') context.body = {};
  });
  return app.callback();
}

export async function corsOnNest(options: unknown): Promise<Listener> {
  load('reflect-metadata');
  const { Controller, Get, Module } = load('@nestjs/common');
  class SongsController {
    root() {
      return {};
    }
    songs() {
      return [];
    }
    boom() {
      throw new Error('boom');
    }
  }
  Controller()(SongsController);
  for (const [path, method] of [
    ['', 'root'],
    ['songs', 'songs'],
    ['boom', 'boom'],
  ] as const) {
    const { prototype } = SongsController;
    Get(path)(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));
  }
  return nestListener(SongsController, Module, options);
}

/** Answers everything alike. */
export function always(status: number, headers: Record<string, string> = {}): Listener {
  return (_: IncomingMessage, response: ServerResponse) => response.writeHead(status, headers).end('{}');
}

/** Puts a second value of the header in front of an API, as a proxy does. */
export function addingHeader(listener: Listener, value: string): Listener {
  return (request, response) => {
    const { writeHead } = response;
    response.writeHead = function (this: ServerResponse, ...args: Untyped[]) {
      response.appendHeader('access-control-allow-origin', value);
      return writeHead.apply(this, args as never);
    } as never;
    return listener(request, response);
  };
}
