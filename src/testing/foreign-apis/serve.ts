/** APIs on frameworks that are not ours, all behind one server: each under its own first path segment. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** A value of a framework that has no types here. */
// biome-ignore lint/suspicious/noExplicitAny: most of them are written in plain JavaScript
export type Untyped = any;

/** Loads a framework as its users do. */
export const load = createRequire(import.meta.url) as (name: string) => Untyped;

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface ForeignApis {
  url: string;
  close(): Promise<void>;
}

/** Serves `/<name>/…` by the listener of that name, which sees the rest of the path. */
export async function serveForeignApis(apis: Readonly<Record<string, Listener>>): Promise<ForeignApis> {
  const server: Server = createServer((request, response) => {
    const [, name = '', rest = '/'] = /^\/([^/?]+)(.*)$/.exec(request.url ?? '/') ?? [];
    const listener = apis[decodeURIComponent(name)];
    if (!listener) return response.writeHead(404).end();
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    return listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An answer of the endpoint `/me`. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
}

/** Decides by the Authorization header; a thrown error is answered with 401. */
export type Guard = (authorization: string | undefined) => Answer | Promise<Answer>;

export interface Endpoint {
  method?: 'GET' | 'POST';
  /** Status where the body is not the expected one. */
  emptyBody?: number;
}

/** `/me` on Express. */
export function onExpress(guard: Guard, { method = 'GET', emptyBody }: Endpoint = {}): Listener {
  const express = load('express');
  const app = express();
  app.use(express.json());
  app[method.toLowerCase()]('/me', async (request: Untyped, response: Untyped) => {
    const { status, headers = {} } = await guarded(guard, request.headers.authorization);
    const isEmpty = emptyBody !== undefined && status === 200 && !request.body?.title;
    response
      .set(headers)
      .status(isEmpty ? emptyBody : status)
      .json({});
  });
  return app;
}

/** `/me` on Fastify, guarded by a hook. */
export async function onFastify(guard: Guard): Promise<Listener> {
  const app = load('fastify').fastify();
  app.addHook('onRequest', async (request: Untyped, reply: Untyped) => {
    const { status, headers = {} } = await guarded(guard, request.headers.authorization);
    if (status !== 200) return reply.headers(headers).code(status).send({});
  });
  app.get('/me', async () => ({}));
  await app.ready();
  return app.routing;
}

/** `/me` on Koa, guarded by a middleware. */
export function onKoa(guard: Guard): Listener {
  const app = new (load('koa'))();
  app.use(async (context: Untyped, next: () => Promise<void>) => {
    const { status, headers = {} } = await guarded(guard, context.get('authorization') || undefined);
    context.set(headers);
    if (status === 200) return next();
    context.status = status;
  });
  const router = new (load('@koa/router').default ?? load('@koa/router'))();
  router.get('/me', (context: Untyped) => {
    context.body = {};
  });
  app.use(router.routes());
  return app.callback();
}

/** `/me` on Hono, guarded by a middleware of Hono. */
export function onHono(middleware: unknown): Listener {
  const { Hono } = load('hono');
  const app = new Hono();
  app.use('*', middleware);
  app.get('/me', (context: Untyped) => context.json({}));
  return load('@hono/node-server').getRequestListener(app.fetch);
}

/** `/me` on NestJS, guarded by a guard of NestJS. Decorators are called as functions: nothing emits their metadata here. */
export async function onNest(guard: Guard): Promise<Listener> {
  load('reflect-metadata');
  const { Controller, Get, HttpException, Module, UseGuards } = load('@nestjs/common');
  class MeGuard {
    async canActivate(context: Untyped): Promise<boolean> {
      const http = context.switchToHttp();
      const { status, headers = {} } = await guarded(guard, http.getRequest().headers.authorization);
      if (status === 200) return true;
      http.getResponse().set(headers);
      throw new HttpException('refused', status);
    }
  }
  class MeController {
    me() {
      return {};
    }
  }
  Controller()(MeController);
  Get('me')(MeController.prototype, 'me', Object.getOwnPropertyDescriptor(MeController.prototype, 'me'));
  UseGuards(new MeGuard())(MeController);
  return nestListener(MeController, Module);
}

export async function nestListener(controller: unknown, Module: Untyped, cors?: unknown): Promise<Listener> {
  class AppModule {}
  Module({ controllers: [controller] })(AppModule);
  const app = await load('@nestjs/core').NestFactory.create(AppModule, { logger: false });
  if (cors !== undefined) app.enableCors(cors);
  await app.init();
  return app.getHttpAdapter().getInstance();
}

async function guarded(guard: Guard, authorization: string | undefined): Promise<Answer> {
  try {
    return await guard(authorization);
  } catch {
    return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
  }
}
